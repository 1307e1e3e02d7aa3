//! Other versions and names of the specifications.

use router_schema::Supergraph;

use crate::supergraphs::{FIRST_GENERATION, SHOP};

#[test]
fn the_first_join_specification_loads_under_another_name() {
    let supergraph = Supergraph::parse(FIRST_GENERATION).unwrap();
    let [accounts, reviews] = supergraph.subgraphs() else { panic!("two subgraphs") };
    let user = supergraph.type_id("User").unwrap();
    assert_eq!(supergraph.type_in_subgraph(user, reviews.id).unwrap().keys.len(), 1);
    // A field without a mark belongs to the owner; a type without one to everybody.
    let name = supergraph.field_id(user, "name").unwrap();
    assert!(supergraph.field_in_subgraph(name, accounts.id).is_some());
    assert!(supergraph.field_in_subgraph(name, reviews.id).is_none());
    let first = supergraph.field_id(supergraph.type_id("Name").unwrap(), "first").unwrap();
    assert!(supergraph.field_in_subgraph(first, reviews.id).is_some());
    assert!(!supergraph.api_schema().to_string().contains("j__"));
}

#[test]
fn a_renamed_join_specification_gives_the_same_model() {
    let renamed = SHOP.replace("join__", "parts__").replace("join/v0.5\",", "join/v0.5\", as: \"parts\",");
    let (plain, renamed) = (Supergraph::parse(SHOP).unwrap(), Supergraph::parse(&renamed).unwrap());
    assert_eq!(plain.api_schema().to_string(), renamed.api_schema().to_string());
    assert_eq!(plain.types().len(), renamed.types().len());
    let keys = |supergraph: &Supergraph| -> Vec<String> {
        supergraph.types().iter().map(|ty| format!("{:?}", ty.in_subgraphs)).collect()
    };
    assert_eq!(keys(&plain), keys(&renamed));
}

/// What each version of `join` defines: version, arguments of `@join__field`, and whether types, members and values state
/// their subgraphs.
const VERSIONS: [(&str, &str, bool); 4] = [
    (
        "v0.2",
        "graph: join__Graph!, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean",
        false,
    ),
    (
        "v0.3",
        "graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean",
        true,
    ),
    (
        "v0.4",
        "graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String",
        true,
    ),
    (
        "v0.5",
        "graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String, contextArguments: [join__ContextArgument!]",
        true,
    ),
];

fn written_in(version: &str, field_arguments: &str, states_members: bool) -> String {
    let (union_members, enum_values) = if states_members {
        (
            "@join__unionMember(graph: A, member: \"T\") @join__unionMember(graph: B, member: \"T\")",
            "@join__enumValue(graph: A)",
        )
    } else {
        ("", "")
    };
    let members = if states_members {
        "directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
         directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE"
    } else {
        ""
    };
    let newest = if version == "v0.5" {
        "directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION
         scalar join__DirectiveArguments scalar join__FieldValue
         input join__ContextArgument { name: String! type: String! context: String! selection: join__FieldValue! }"
    } else {
        ""
    };
    format!(
        "schema @link(url: \"https://specs.apollo.dev/link/v1.0\") @link(url: \"https://specs.apollo.dev/join/{version}\", for: EXECUTION) {{ query: Query }}
        directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
        directive @join__field({field_arguments}) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
        directive @join__graph(name: String!, url: String!) on ENUM_VALUE
        directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
        directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
        {members} {newest}
        scalar join__FieldSet scalar link__Import enum link__Purpose {{ SECURITY EXECUTION }}
        enum join__Graph {{ A @join__graph(name: \"a\", url: \"http://a.test\") B @join__graph(name: \"b\", url: \"\") }}
        interface I @join__type(graph: A) {{ id: ID! }}
        type T implements I @join__implements(graph: A, interface: \"I\") @join__type(graph: A, key: \"id\") @join__type(graph: B, key: \"id\", extension: true) {{
          id: ID!
          kind: Kind @join__field(graph: A)
          price: Int @join__field(graph: A) @join__field(graph: B, external: true)
          tax: Int @join__field(graph: B, requires: \"price\")
          moved: Int @join__field(graph: B, override: \"a\")
        }}
        union U @join__type(graph: A) @join__type(graph: B) {union_members} = T
        enum Kind @join__type(graph: A) {{ NEW {enum_values} OLD {enum_values} }}
        type Query @join__type(graph: A) @join__type(graph: B) {{ t: T @join__field(graph: A) u: U @join__field(graph: B) }}"
    )
}

/// Supergraphs composed elsewhere: every version that composers write gives the same graph.
#[test]
fn every_version_of_the_join_specification_loads() {
    let mut models = Vec::new();
    for (version, field_arguments, states_members) in VERSIONS {
        let text = written_in(version, field_arguments, states_members);
        let supergraph = Supergraph::parse(&text).unwrap_or_else(|error| panic!("{version}: {error}"));
        assert!(!supergraph.api_schema().to_string().contains("join__"), "{version}");
        let mut model = supergraph.api_schema().to_string();
        for definition in supergraph.types() {
            model += &format!("\n{} {:?}", definition.name, definition.in_subgraphs);
            for field in definition.fields.values().map(|id| supergraph.field(*id)) {
                model += &format!("\n  {} {:?}", field.name, field.in_subgraphs);
            }
        }
        models.push((version, model));
    }
    let (_, first) = &models[0];
    for (version, model) in &models[1..] {
        assert_eq!(model, first, "{version} is not read like v0.2");
    }
}
