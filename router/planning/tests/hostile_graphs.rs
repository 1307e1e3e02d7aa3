//! Graphs in which an operation has as many ways as possible. // AMP-06, AMP-11, AMP-12

use std::fmt::Write;

use router_schema::Supergraph;

use crate::written_supergraph::supergraph;

/// An entity that every subgraph resolves whole.
pub(crate) fn shared_everywhere(count: usize) -> Supergraph {
    let names: Vec<String> = (0..count).map(|index| format!("s{index}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let types: String =
        names.iter().map(|name| format!(" @join__type(graph: {}, key: \"id\")", name.to_uppercase())).collect();
    let roots: String = names.iter().map(|name| format!(" @join__type(graph: {})", name.to_uppercase())).collect();
    let own: String =
        names.iter().map(|name| format!("own_{name}: Int @join__field(graph: {})\n", name.to_uppercase())).collect();
    let body = format!(
        "type Query {roots} {{ node: Node }}
         type Node {types} {{ id: ID! next: Node {own} }}"
    );
    supergraph(&names, &body)
}

/// Every subgraph knows the entity by every one of its keys, and its own field requires that of the one before.
pub(crate) fn requirements_in_a_row(count: usize) -> Supergraph {
    let names: Vec<String> = (0..count).map(|index| format!("s{index}")).collect();
    let graph = |index: usize| format!("S{index}");
    let (mut types, mut fields, mut roots) = (String::new(), String::new(), String::new());
    for index in 0..count {
        let own = graph(index);
        let _ = write!(roots, " @join__type(graph: {own})");
        (0..count).for_each(|key| types += &format!(" @join__type(graph: {own}, key: \"k{key}\")"));
        let requires = if index == 0 { String::new() } else { format!(", requires: \"own{}\"", index - 1) };
        let _ = write!(fields, " k{index}: ID own{index}: Int @join__field(graph: {own}{requires})");
        if index + 1 < count {
            let _ = write!(fields, " @join__field(graph: {}, external: true)", graph(index + 1));
        }
    }
    let body = format!(
        "type Query {roots} {{ node: Node @join__field(graph: S0) }} type Node {types} {{ {fields} next: Node }}"
    );
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    supergraph(&names, &body)
}

/// An interface with many implementations, of which one half is resolved in one subgraph and the other in another, so that
/// it must be split by type wherever it stands.
pub(crate) fn interface_split_everywhere() -> Supergraph {
    let both = "@join__type(graph: A) @join__type(graph: B)";
    let implements =
        "@join__implements(graph: A, interface: \"Item\") @join__implements(graph: B, interface: \"Item\")";
    let mut body = format!("interface Item {both} {{ id: ID! next: Item }} type Query {both} {{ item: Item }}");
    for index in 0..20 {
        let (own, other) = if index % 2 == 0 { ("A", "B") } else { ("B", "A") };
        let _ = write!(
            body,
            " type T{index} implements Item {implements}
              @join__type(graph: A, key: \"id\") @join__type(graph: B, key: \"id\")
              {{ id: ID! next: Item @join__field(graph: {other}, external: true) @join__field(graph: {own}) }}"
        );
    }
    supergraph(&["a", "b"], &body)
}
