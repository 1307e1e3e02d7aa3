//! A small graph with something of everything, for the targets that need one.

use std::sync::LazyLock;

use router_composition::{SubgraphSource, compose};
use router_schema::Supergraph;

const CATALOG: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@shareable", "@provides", "@external",
  "@context", "@fromContext"])
type Query { me: Person people(first: Int = 3, where: Filter): [Person!]! node(id: ID!): Node found: [Found] place: Place! }
type Mutation { rename(id: ID!, name: String!): Person move(to: Point!): Place }
interface Node @key(fields: "id") { id: ID! name: String }
type Person implements Node @key(fields: "id") @context(name: "viewer") {
  id: ID! name: String locale: Locale! friends: [Person!] @provides(fields: "age") age: Int @external
  orders: [[Order]] best: Node
}
type Robot implements Node @key(fields: "id") @key(fields: "serial { number }") { id: ID! name: String serial: Serial! }
type Serial @shareable { number: Int! }
type Order @key(fields: "id") { id: ID! label(locale: Locale @fromContext(field: "$viewer { locale }"), short: Boolean): String! }
type Place { x: Float! y: Float! within(distance: Float! = 1.5): [Node!]! }
union Found = Person | Robot | Place
enum Locale { EN FR KO }
input Filter { name: String any: [Filter!] near: Point choice: Choice }
input Point { x: Float! y: Float! = 0 }
input Choice @oneOf { id: ID name: String }
directive @oneOf on INPUT_OBJECT
"#;

const PROFILE: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable", "@requires", "@external",
  "@authenticated", "@requiresScopes"])
type Query { oldest: Person @shareable }
type Person @key(fields: "id") { id: ID! age: Int @shareable greeting(formal: Boolean = false): String @requires(fields: "name") name: String @external secret: String! @authenticated }
type Robot @key(fields: "serial { number }") { serial: Serial! power: Float @requiresScopes(scopes: [["power"], ["all"]]) }
type Serial @shareable { number: Int! }
"#;

const SCORES: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@interfaceObject", "@requires", "@external"])
type Query { top: [Node!] }
type Node @interfaceObject @key(fields: "id") { id: ID! score: Int! name: String @external title: String @requires(fields: "name") }
"#;

static GRAPH: LazyLock<Supergraph> = LazyLock::new(|| {
    let source = |(name, sdl): (&str, &str)| SubgraphSource {
        name: name.to_owned(),
        url: String::new(),
        sdl: sdl.to_owned(),
        file_name: format!("{name}.graphql"),
    };
    let sources = [("catalog", CATALOG), ("profile", PROFILE), ("scores", SCORES)].map(source);
    let composition = compose(&sources).unwrap_or_else(|errors| {
        panic!("the graph composes: {}", router_composition::render(&errors, &sources, false))
    });
    Supergraph::parse(&composition.supergraph_sdl).expect("what was composed loads")
});

/// The graph, composed once.
pub(crate) fn graph() -> &'static Supergraph {
    &GRAPH
}
