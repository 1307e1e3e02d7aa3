//! Queries that cannot be answered.

use router_composition::{ErrorCode, compose};

use super::assert_refused;
use crate::sources::{plain_subgraphs, subgraphs};

#[test]
fn a_field_that_no_key_leads_to_is_refused_with_the_shortest_query() {
    let a = "type Query { long: Way t: T } type Way { t: T } type T @shareable { id: ID! }";
    let b = "type T @shareable { id: ID! x: Int }";
    let errors = assert_refused(ErrorCode::SatisfiabilityError, &subgraphs([("a", a), ("b", b)]));
    assert_eq!(errors.len(), 1);
    insta::assert_snapshot!(errors[0].message, @r#"
    this query cannot be answered:
        {
          t {
            x
          }
        }
    because of "T.x":
    - "a" does not have the field
    - "b" resolves it, but "T" has no resolvable @key there
    "#);
    assert_eq!(errors[0].locations[0].subgraph, "b");
}

#[test]
fn a_key_that_cannot_be_had_leads_nowhere() {
    let a = "type Query { t: T } type T @key(fields: \"id\") { id: ID! }";
    let b = "type T @key(fields: \"code\") { code: ID! x: Int }";
    let errors = assert_refused(ErrorCode::SatisfiabilityError, &subgraphs([("a", a), ("b", b)]));
    assert!(
        errors[0].message.contains("\"b\" resolves it, but its @key \"code\" cannot be had"),
        "{}",
        errors[0].message
    );
}

#[test]
fn a_key_that_is_not_resolvable_leads_nowhere() {
    let a = "type Query { t: T } type T @key(fields: \"id\") { id: ID! }";
    let b = "type T @key(fields: \"id\", resolvable: false) { id: ID! x: Int }";
    assert_refused(ErrorCode::SatisfiabilityError, &subgraphs([("a", a), ("b", b)]));
}

#[test]
fn keys_lead_from_subgraph_to_subgraph() {
    let a = "type Query { t: T } type T @key(fields: \"id\") { id: ID! }";
    let b = "type T @key(fields: \"id\") @key(fields: \"code\") { id: ID! code: ID! }";
    let c = "type T @key(fields: \"code\") { code: ID! x: Int }";
    compose(&subgraphs([("a", a), ("b", b), ("c", c)])).unwrap();
}

#[test]
fn fields_that_require_each_other_cannot_be_had() {
    let a =
        "type Query { t: T } type T @key(fields: \"id\") { id: ID! y: Int @external x: Int @requires(fields: \"y\") }";
    let b = "type T @key(fields: \"id\") { id: ID! x: Int @external y: Int @requires(fields: \"x\") }";
    assert_refused(ErrorCode::SatisfiabilityError, &subgraphs([("a", a), ("b", b)]));
}

#[test]
fn a_value_without_a_key_keeps_to_the_subgraphs_that_share_the_way_to_it() {
    let a = "type Query { way: Way @shareable } type Way @shareable { t: T } type T { id: ID! @shareable x: Int }";
    let both = "type Query { way: Way @shareable } type Way @shareable { t: T } type T { id: ID! @shareable y: Int }";
    compose(&subgraphs([("a", a), ("b", both)])).unwrap();
    let only_one = "type T { id: ID! @shareable y: Int }";
    assert_refused(ErrorCode::SatisfiabilityError, &subgraphs([("a", a), ("b", only_one)]));
}

#[test]
fn mutations_are_looked_at_too() {
    let a = "type Query { a: Int } type Mutation { make: T } type T @shareable { id: ID! }";
    let b = "type Query { b: T } type T @shareable { id: ID! x: Int }";
    let errors = assert_refused(ErrorCode::SatisfiabilityError, &subgraphs([("a", a), ("b", b)]));
    assert!(errors[0].message.contains("mutation {"), "{}", errors[0].message);
}

#[test]
fn what_is_inaccessible_need_not_be_reachable() {
    let a = "type Query { t: T } type T @shareable { id: ID! }";
    let b = "type T { id: ID! @shareable x: Int @inaccessible }";
    compose(&subgraphs([("a", a), ("b", b)])).unwrap();
}

#[test]
fn subgraphs_that_share_a_field_have_a_type_in_common() {
    let a = "type Query { u: U @shareable } union U = A type A { a: Int }";
    let b = "type Query { u: U @shareable } union U = B type B { b: Int }";
    assert_refused(ErrorCode::ShareableHasMismatchedRuntimeTypes, &subgraphs([("a", a), ("b", b)]));
}

#[test]
fn both_sides_of_a_progressive_override_must_work() {
    let a = "type Query { t: T } type T @key(fields: \"id\") { id: ID! x: Int }";
    let b = "type T @key(fields: \"id\", resolvable: false) { id: ID! x: Int @override(from: \"a\", label: \"percent(5)\") }";
    assert_refused(ErrorCode::SatisfiabilityError, &subgraphs([("a", a), ("b", b)]));
}

#[test]
fn the_type_behind_an_interface_object_can_be_known() {
    let a = "type Query { i: I } interface I @key(fields: \"id\", resolvable: false) { id: ID! } \
             type T implements I @key(fields: \"id\", resolvable: false) { id: ID! }";
    let b = "type Query { other: I } type I @interfaceObject @key(fields: \"id\") { id: ID! y: Int }";
    let errors = assert_refused(ErrorCode::SatisfiabilityError, &subgraphs([("a", a), ("b", b)]));
    assert!(
        errors[0].message.contains("the type of what \"Query.other\" returns cannot be known"),
        "{}",
        errors[0].message
    );
}

/// A path on which no object sets the context; and one on which the nearest that does cannot give the value.
#[test]
fn a_context_must_be_set_on_every_path() {
    let link = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.8\", import: [\"@key\", \"@context\", \"@fromContext\", \"@external\"])\n";
    let types = "type User @key(fields: \"id\") @context(name: \"viewer\") { id: ID! locale: String @external post: Post }\n\
                 type Post @key(fields: \"id\") { id: ID! title(locale: String @fromContext(field: \"$viewer { locale }\")): String }";
    let b = "type User @key(fields: \"id\") { id: ID! locale: String }";
    let with = |root: &str| format!("{link}type Query {{ {root} }}\n{types}");
    assert!(compose(&plain_subgraphs([("a", &with("user: User")), ("b", &b_with_link(b))])).is_ok());
    let errors = assert_refused(
        ErrorCode::SatisfiabilityError,
        &plain_subgraphs([("a", &with("user: User newest: Post")), ("b", &b_with_link(b))]),
    );
    insta::assert_snapshot!(errors[0].message, @r#"
    this query cannot be answered:
        {
          newest {
            title
          }
        }
    because of "Post.title":
    - "a" has the field, but no object above it on this path sets a context for the argument "locale" that can be had, or the object cannot be looked up again with it
    "#);
    let without_key = b_with_link("type User @key(fields: \"code\") { code: ID! locale: String }");
    assert_refused(ErrorCode::SatisfiabilityError, &plain_subgraphs([("a", &with("user: User")), ("b", &without_key)]));
}

fn b_with_link(sdl: &str) -> String {
    format!("extend schema @link(url: \"https://specs.apollo.dev/federation/v2.8\", import: [\"@key\"])\n{sdl}")
}
