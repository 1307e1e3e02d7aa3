//! Supergraphs written in a test: the `join` definitions are added.

use router_schema::Supergraph;

/// A supergraph of these subgraphs, with this body.
pub(crate) fn supergraph(graphs: &[&str], body: &str) -> Supergraph {
    let members: String = graphs
        .iter()
        .map(|graph| format!("  {} @join__graph(name: \"{graph}\", url: \"\")\n", graph.to_uppercase()))
        .collect();
    let text = format!("{DEFINITIONS}\nenum join__Graph {{\n{members}}}\n{body}");
    Supergraph::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

const DEFINITIONS: &str = r#"
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
{ query: Query }
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
"#;
