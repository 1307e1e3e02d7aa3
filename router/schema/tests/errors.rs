//! Texts that are no supergraph: every fault with its place.

use insta::assert_snapshot;
use router_schema::Supergraph;

use crate::supergraphs::SHOP;

fn error(sdl: &str) -> String {
    Supergraph::parse(sdl).unwrap_err().to_string()
}

#[test]
fn a_subgraphs_schema_is_recognised() {
    assert_snapshot!(error("type Query { me: ID }"), @r"
    the supergraph cannot be used:
      there is no enum join__Graph; a supergraph lists its subgraphs in it. Is this the schema of a single service? Compose it first.
    ");
}

#[test]
fn broken_graphql_is_located() {
    assert_snapshot!(error("type Query {\n  me: \n}"), @r"
    the supergraph cannot be used:
      3:1: syntax error: expected a Type
    ");
}

#[test]
fn field_sets_that_name_unknown_fields_are_located() {
    let sdl = SHOP
        .replace("key: \"sku { code }\"", "key: \"sku { cod }\"")
        .replace("requires: \"weight(", "requires: \"wait(");
    assert_snapshot!(error(&sdl), @r#"
    the supergraph cannot be used:
      50:3: the key "sku { cod }" of Product cannot be used: type `Sku` does not have a field `cod`
      63:3: @requires(fields: "wait(unit: GRAM) sku { code }") cannot be used: type `Product` does not have a field `wait`
    "#);
}

#[test]
fn unknown_members_of_unions_and_interfaces_are_located() {
    let sdl = SHOP.replace("graph: REVIEWS, member: \"Product\"", "graph: REVIEWS, member: \"Prodct\"");
    assert_snapshot!(error(&sdl), @r"
    the supergraph cannot be used:
      76:3: the union has no such member; compose the supergraph again
    ");
}

#[test]
fn a_public_schema_without_fields_is_refused() {
    let sdl = SHOP.replace(
        "type Sku @join__type(graph: CATALOG) @join__type(graph: REVIEWS) { code: String! }",
        "type Sku @join__type(graph: CATALOG) @join__type(graph: REVIEWS) { code: String! @inaccessible }",
    );
    assert_snapshot!(error(&sdl), @r"
    the supergraph cannot be used:
      69:1: `Sku` has no fields
    ");
}
