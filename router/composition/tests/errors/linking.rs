//! Subgraphs, their SDL and what they link.

use router_composition::ErrorCode;

use super::assert_refused;
use crate::sources::{plain_subgraphs, subgraphs};

#[test]
fn sdl_that_does_not_parse_is_refused_where_it_goes_wrong() {
    let errors = assert_refused(ErrorCode::InvalidGraphql, &plain_subgraphs([("a", "type Query {\n  a: [Int\n}")]));
    assert_eq!(errors[0].locations[0].line, 3);
    assert_eq!(errors[0].locations[0].file, "a.graphql");
}

#[test]
fn sdl_that_names_unknown_types_is_refused() {
    let errors = assert_refused(ErrorCode::InvalidGraphql, &subgraphs([("a", "type Query { a: Missing }")]));
    assert_eq!(errors[0].locations[0].line, 4);
}

#[test]
fn two_subgraphs_cannot_have_one_name() {
    let twice = [("a", "type Query { a: Int }"), ("a", "type Query { b: Int }")];
    assert_refused(ErrorCode::InvalidSubgraphName, &subgraphs(twice));
}

#[test]
fn a_link_needs_the_url_of_a_specification() {
    let sdl = "extend schema @link(url: \"federation\")\ntype Query { a: Int }";
    let errors = assert_refused(ErrorCode::InvalidLinkIdentifier, &plain_subgraphs([("a", sdl)]));
    assert_eq!((errors[0].locations[0].line, errors[0].locations[0].column), (1, 15));
}

#[test]
fn a_link_cannot_import_what_its_specification_lacks() {
    let sdl = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@keys\"])\n\
               type Query { a: Int }";
    assert_refused(ErrorCode::InvalidLinkDirectiveUsage, &plain_subgraphs([("a", sdl)]));
}

#[test]
fn a_directive_cannot_be_imported_before_its_version() {
    let sdl = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@policy\"])\n\
               type Query { a: Int }";
    let errors = assert_refused(ErrorCode::InvalidLinkDirectiveUsage, &plain_subgraphs([("a", sdl)]));
    assert!(errors[0].remedy.contains("2.6"), "{}", errors[0].remedy);
}

#[test]
fn an_unknown_version_of_federation_is_refused() {
    let sdl = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.99\")\ntype Query { a: Int }";
    assert_refused(ErrorCode::UnknownFederationLinkVersion, &plain_subgraphs([("a", sdl)]));
}

#[test]
fn an_unknown_version_of_another_specification_is_refused() {
    let sdl = "extend schema @link(url: \"https://specs.apollo.dev/tag/v9.0\")\ntype Query { a: Int }";
    assert_refused(ErrorCode::UnknownLinkVersion, &plain_subgraphs([("a", sdl)]));
}

#[test]
fn a_type_named_like_a_root_must_be_that_root() {
    let query = "schema { query: Root } type Root { a: Int } type Query { b: Int }";
    assert_refused(ErrorCode::RootQueryUsed, &plain_subgraphs([("a", query)]));
    let mutation =
        "schema { query: Query mutation: Root } type Query { b: Int } type Root { a: Int } type Mutation { b: Int }";
    assert_refused(ErrorCode::RootMutationUsed, &plain_subgraphs([("a", mutation)]));
    let subscription = "schema { query: Query subscription: Root } type Query { b: Int } type Root { a: Int } type Subscription { b: Int }";
    assert_refused(ErrorCode::RootSubscriptionUsed, &plain_subgraphs([("a", subscription)]));
}

#[test]
fn a_composed_directive_must_be_imported_from_a_specification() {
    let sdl = "extend schema @composeDirective(name: \"@mine\")\n\
               directive @mine on FIELD_DEFINITION\ntype Query { a: Int @mine }";
    assert_refused(ErrorCode::DirectiveCompositionError, &subgraphs([("a", sdl)]));
}

#[test]
fn a_composed_directive_has_one_name() {
    let link = |import: &str, name: &str| {
        format!(
            "extend schema @link(url: \"https://mine.invalid/mine/v1.0\", import: [{import}]) @composeDirective(name: \"@{name}\")\n\
             directive @{name} on FIELD_DEFINITION\n"
        )
    };
    let a = link("\"@mine\"", "mine") + "type Query { a: Int @mine }";
    let b = link("{ name: \"@mine\", as: \"@yours\" }", "yours") + "type Query { b: Int @yours }";
    assert_refused(ErrorCode::LinkImportNameMismatch, &subgraphs([("a", &a), ("b", &b)]));
}

#[test]
fn a_graph_without_queries_is_refused() {
    assert_refused(ErrorCode::NoQueries, &subgraphs([("a", "type T { a: Int }")]));
}
