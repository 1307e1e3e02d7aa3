//! Subgraphs of Federation 1, and what subgraph libraries emit.

use super::composed;
use crate::sources::{plain_subgraphs, subgraphs};

#[test]
fn federation_1_shares_value_types_and_fields_freely() {
    let a = "type Query { t: T p: Point } type T @key(fields: \"id\") { id: ID! x: Int } type Point { x: Int y: Int }";
    let b = "extend type T @key(fields: \"id\") { id: ID! @external x: Int p: Point } type Point { x: Int y: Int }";
    let graph = composed(&plain_subgraphs([("a", a), ("b", b)]));
    assert_eq!(graph.field("T", "x"), "x: Int");
    assert_eq!(graph.field("T", "id"), "id: ID!");
}

#[test]
fn federation_1_may_declare_external_fields_that_it_does_not_use() {
    let a = "type Query { t: T } type T @key(fields: \"id\") { id: ID! x: Int }";
    let b = "extend type T @key(fields: \"id\") { id: ID! @external x: Int @external y: Int }";
    let graph = composed(&plain_subgraphs([("a", a), ("b", b)]));
    assert_eq!(graph.field("T", "x"), "x: Int @join__field(graph: A)");
}

#[test]
fn federation_1_extends_a_type_without_repeating_its_key() {
    let a = "type Query { t: T } type T @key(fields: \"id\") { id: ID! }";
    let b = "type Query { other: T } extend type T { id: ID! @external y: Int @requires(fields: \"id\") }";
    let errors = router_composition::compose(&plain_subgraphs([("a", a), ("b", b)])).unwrap_err();
    // The subgraph cannot be entered without a key, which is all that is wrong with it.
    assert!(errors.iter().all(|error| error.code == router_composition::ErrorCode::SatisfiabilityError), "{errors:?}");
}

#[test]
fn both_versions_of_federation_compose_together() {
    let a = "type Query { t: T } type T @key(fields: \"id\") { id: ID! x: Int }";
    let b = "type T @key(fields: \"id\") { id: ID! x: Int @shareable y: Int }";
    let graph = composed(&[plain_subgraphs([("a", a)]), subgraphs([("b", b)])].concat());
    assert_eq!(graph.field("T", "x"), "x: Int");
}

/// The layout of async-graphql's SDL export: extensions with `@extends` written out, its own directive definitions
/// first, the link last.
#[test]
fn sdl_as_async_graphql_exports_it_composes() {
    let identity = "\"\"\"\nWho somebody is.\n\"\"\"\ntype User @key(fields: \"id\") @key(fields: \"handle\") {\n\tid: ID!\n\thandle: String!\n\
        \t\"\"\"\n\tOld.\n\t\"\"\"\n\tname(format: String = \"short\"): String! @deprecated(reason: \"use handle\")\n}\n\n\
        type Query {\n\tme: User\n}\n\nscalar DateTime\n\n\
        directive @cacheControl(maxAge: Int, scope: CacheControlScope = PUBLIC) on FIELD_DEFINITION | OBJECT\n\
        enum CacheControlScope {\n\tPUBLIC\n\tPRIVATE\n}\n\
        directive @deprecated(reason: String = \"No longer supported\") on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE\n\
        directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT\n\
        directive @oneOf on INPUT_OBJECT\n\
        directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT\n\
        directive @specifiedBy(url: String!) on SCALAR\n";
    let enrollment = "extend type User @key(fields: \"id\") {\n\tid: ID! @external\n\thandle: String! @external\n\
        \tenrollments(first: Int): [String!]! @requires(fields: \"handle\") @requiresScopes(scopes: [[\"read\"]])\n}\n\n\
        input Choice @oneOf {\n\ta: Int\n\tb: Int\n}\n\ntype Mutation {\n\tenroll(choice: Choice!): Boolean!\n}\n\
        type Query {\n\tcount: Int!\n}\n\
        directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT\n\
        directive @oneOf on INPUT_OBJECT\n\
        directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT\n";
    let link = "extend schema @link(\n\turl: \"https://specs.apollo.dev/federation/v2.5\",\n\timport: [\"@key\", \"@tag\", \"@shareable\", \
        \"@inaccessible\", \"@override\", \"@external\", \"@provides\", \"@requires\", \"@composeDirective\", \"@interfaceObject\", \"@requiresScopes\"]\n)\n";
    let composed_directive = "extend schema @link(\n\turl: \"https://lyceum.invalid/cacheControl/v0.1\"\n\timport: [\"@cacheControl\"]\n)\n\
        \t@composeDirective(name: \"@cacheControl\")\n";
    let graph = composed(&plain_subgraphs([
        ("identity", format!("{identity}{link}{composed_directive}")),
        ("enrollment", format!("{enrollment}{link}")),
    ]));
    assert_eq!(
        graph.field("User", "enrollments"),
        "enrollments(first: Int): [String!]! @join__field(graph: ENROLLMENT, requires: \"handle\") @requiresScopes(scopes: [[\"read\"]])"
    );
    assert!(graph.supergraph.api_schema().get_input_object("Choice").unwrap().directives.has("oneOf"));
}
