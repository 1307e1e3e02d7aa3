//! What clients of a contract see.

use std::collections::BTreeSet;

use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;
use router_composition::{ContractError, ContractFilter, compose, contract};
use router_schema::Supergraph;

use crate::graph::graph;
use crate::sources::subgraphs;

fn filter(include: &[&str], exclude: &[&str]) -> ContractFilter {
    let set = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<BTreeSet<_>>();
    ContractFilter { include: set(include), exclude: set(exclude) }
}

/// Every type and part of it that clients see: `T`, `T.f`, `T.f(a:)`.
fn coordinates(schema: &Schema) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (name, ty) in schema.types.iter().filter(|(_, ty)| !ty.is_built_in()) {
        found.insert(name.to_string());
        let fields = match ty {
            ExtendedType::Object(object) => Some(&object.fields),
            ExtendedType::Interface(interface) => Some(&interface.fields),
            _ => None,
        };
        for (field, definition) in fields.into_iter().flatten() {
            found.insert(format!("{name}.{field}"));
            found.extend(definition.arguments.iter().map(|argument| format!("{name}.{field}({}:)", argument.name)));
        }
        match ty {
            ExtendedType::Enum(one) => found.extend(one.values.keys().map(|value| format!("{name}.{value}"))),
            ExtendedType::InputObject(one) => found.extend(one.fields.keys().map(|field| format!("{name}.{field}"))),
            _ => {}
        }
    }
    found
}

fn seen(supergraph_sdl: &str, filter: &ContractFilter) -> BTreeSet<String> {
    let text = contract(supergraph_sdl, filter).unwrap_or_else(|errors| panic!("{errors:?}"));
    coordinates(Supergraph::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}")).api_schema())
}

fn composed(sdl: &str) -> String {
    compose(&subgraphs([("a", sdl)])).unwrap_or_else(|errors| panic!("{errors:#?}")).supergraph_sdl
}

fn set(coordinates: &[&str]) -> BTreeSet<String> {
    coordinates.iter().map(|one| (*one).to_owned()).collect()
}

#[test]
fn what_carries_an_excluded_tag_is_hidden_with_all_that_needs_it() {
    let sdl = composed(
        r#"type Query { open(a: Int, b: Secret @tag(name: "s")): Open  closed: Closed @tag(name: "s") lost: Closed2 }
        type Open { id: ID!  inner: Inner  kind: Kind }
        type Inner @tag(name: "s") { x: Int }
        type Closed { y: Int }  type Closed2 { z: Int @tag(name: "s") }
        input Secret { v: Int }
        enum Kind { A B @tag(name: "s") }"#,
    );
    let expected = ["Kind", "Kind.A", "Open", "Open.id", "Open.kind", "Query", "Query.open", "Query.open(a:)"];
    assert_eq!(seen(&sdl, &filter(&[], &["s"])), set(&expected));
}

#[test]
fn with_included_tags_values_follow_their_field_and_entities_do_not() {
    let sdl = composed(
        r#"type Query { books: BookConnection @tag(name: "p")  authors: [Author]  book: Book @tag(name: "p") }
        type BookConnection { edges: [BookEdge]  total: Int }
        type BookEdge { node: Book }
        type Book @key(fields: "id") { id: ID!  title: String @tag(name: "p")  price: Money @tag(name: "p")  author: Author @tag(name: "p")  owner: Person @tag(name: "p") }
        type Money { amount: Int }
        type Author @key(fields: "id") { id: ID! name: String }
        type Person @key(fields: "id") @tag(name: "p") { id: ID! name: String }"#,
    );
    let expected = [
        "Book",
        "Book.owner",
        "Book.price",
        "Book.title",
        "BookConnection",
        "BookConnection.edges",
        "BookConnection.total",
        "BookEdge",
        "BookEdge.node",
        "Money",
        "Money.amount",
        "Person",
        "Person.id",
        "Person.name",
        "Query",
        "Query.book",
        "Query.books",
    ];
    assert_eq!(seen(&sdl, &filter(&["p"], &[])), set(&expected));
}

#[test]
fn what_an_interface_demands_stays_with_what_is_seen_through_it() {
    let sdl = composed(
        r#"type Query { node: Node @tag(name: "p")  user: User @tag(name: "p") }
        interface Node { id: ID! }
        type User implements Node @key(fields: "id") { id: ID!  name: String @tag(name: "p")  mail: String }
        type Bill implements Node @key(fields: "id") { id: ID! }"#,
    );
    let expected = ["Node", "Node.id", "Query", "Query.node", "Query.user", "User", "User.id", "User.name"];
    assert_eq!(seen(&sdl, &filter(&["p"], &[])), set(&expected));
    let excluded = composed(
        r#"type Query { node: Node }  interface Node { id: ID! name: String }
        type User implements Node { id: ID!  name: String @tag(name: "s") }"#,
    );
    assert_eq!(
        seen(&excluded, &filter(&[], &["s"])),
        set(&["Node", "Node.id", "Query", "Query.node", "User", "User.id"])
    );
}

#[test]
fn what_cannot_be_a_contract_is_refused() {
    let sdl = composed(
        r#"type Query { a(b: Int! @tag(name: "s")): Int  c: Int @tag(name: "all") d(i: I): Int }
        input I { x: Int!  @tag(name: "s")  y: Int }"#,
    );
    let errors = |include: &[&str], exclude: &[&str]| contract(&sdl, &filter(include, exclude)).unwrap_err();
    let required = |what: &str| ContractError::RequiredHidden(what.to_owned());
    assert_eq!(errors(&[], &["s"]), [required("I.x"), required("Query.a(b:)")]);
    assert_eq!(errors(&["none"], &[]), [ContractError::UnknownTag("none".to_owned())]);
    assert_eq!(errors(&["s"], &["s"]), [ContractError::Contradiction("s".to_owned())]);
    assert_eq!(errors(&["s"], &[]), [ContractError::NothingLeft]);
}

/// P12: of the graph of this repository the partners' part, and what is left without the administrators'.
#[test]
fn contracts_of_the_graph_are_whole_and_nothing_but_a_part_of_it() {
    let sdl = compose(&graph()).unwrap().supergraph_sdl;
    let whole = coordinates(Supergraph::parse(&sdl).unwrap().api_schema());
    for (include, exclude) in
        [(&["partner"][..], &[][..]), (&[], &["internal"]), (&[], &["admin"]), (&["partner"], &["internal", "admin"])]
    {
        let filter = filter(include, exclude);
        let part = seen(&sdl, &filter);
        assert!(part.is_subset(&whole), "{:?}", part.difference(&whole).collect::<Vec<_>>());
        let text = contract(&sdl, &filter).unwrap();
        assert_eq!(coordinates(Supergraph::parse(&text).unwrap().api_schema()), part);
        assert_eq!(contract(&text, &filter).unwrap(), text, "a contract of a contract is the same");
    }
    let partners = seen(&sdl, &filter(&["partner"], &[]));
    for (coordinate, is_seen) in [
        ("Query.courses", true),
        ("Course.title", true),
        ("CourseConnection.edges", true),
        ("User.displayName", true),
        ("User.id", true),
        ("Mutation", false),
        ("Query.me", false),
        ("User.email", false),
        ("Enrollment", false),
        ("Course.viewerEnrollment", false),
        ("Membership", false),
    ] {
        assert_eq!(partners.contains(coordinate), is_seen, "{coordinate}");
    }
}
