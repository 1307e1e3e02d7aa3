//! Which directives reach the supergraph, under which names.

use super::composed;
use crate::sources::{plain_subgraphs, subgraphs};

#[test]
fn what_is_not_imported_can_be_used_by_its_full_name() {
    let a = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", import: [\"@key\"])\n\
             type Query { t: T } type T @key(fields: \"id\") { id: ID! x: Int @federation__authenticated @federation__shareable }";
    let graph = composed(&plain_subgraphs([("a", a)]));
    assert_eq!(graph.field("T", "x"), "x: Int @authenticated");
    assert!(graph.composition.supergraph_sdl.contains("authenticated/v0.1\", for: SECURITY)"));
}

/// ADV-13: rules under another name were ignored.
#[test]
fn a_renamed_directive_means_the_same() {
    let a = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.6\", as: \"fed\", import: [\n\
             { name: \"@key\", as: \"@entity\" }, { name: \"@requiresScopes\", as: \"@needs\" }])\n\
             type Query { t: T } type T @entity(fields: \"id\") { id: ID! x: Int @needs(scopes: [[\"s\"]]) y: Int @fed__policy(policies: [[\"p\"]]) }";
    let graph = composed(&plain_subgraphs([("a", a)]));
    assert_eq!(graph.field("T", "x"), "x: Int @requiresScopes(scopes: [[\"s\"]])");
    assert_eq!(graph.field("T", "y"), "y: Int @policy(policies: [[\"p\"]])");
    assert_eq!(
        graph.supergraph.type_definition(graph.supergraph.type_id("T").unwrap()).in_subgraphs[0]
            .as_ref()
            .unwrap()
            .keys
            .len(),
        1
    );
}

#[test]
fn scopes_of_two_subgraphs_are_both_needed() {
    let with = |scopes: &str| format!("type Query {{ x: Int @shareable @requiresScopes(scopes: {scopes}) }}");
    let graph = composed(&subgraphs([("a", &with("[[\"a\"], [\"b\"]]")), ("b", &with("[[\"c\"]]"))]));
    assert_eq!(graph.field("Query", "x"), "x: Int @requiresScopes(scopes: [[\"a\", \"c\"], [\"b\", \"c\"]])");
}

#[test]
fn the_greatest_cost_and_every_tag_count() {
    let with =
        |weight: i32| format!("type Query {{ x: Int @shareable @cost(weight: {weight}) @tag(name: \"t{weight}\") }}");
    let graph = composed(&subgraphs([("a", &with(2)), ("b", &with(7))]));
    assert_eq!(graph.field("Query", "x"), "x: Int @cost(weight: 7) @tag(name: \"t2\") @tag(name: \"t7\")");
}

#[test]
fn a_composed_directive_keeps_its_definition_of_the_newest_version() {
    let with = |version: &str, arguments: &str| {
        format!(
            "extend schema @link(url: \"https://mine.invalid/mine/{version}\", import: [\"@mine\"]) @composeDirective(name: \"@mine\")\n\
             directive @mine{arguments} on FIELD_DEFINITION\ntype Query {{ x: Int @shareable @mine }}"
        )
    };
    let graph = composed(&subgraphs([("a", &with("v1.2", "(a: Int)")), ("b", &with("v1.1", ""))]));
    let sdl = graph.composition.supergraph_sdl;
    assert!(sdl.contains("@link(url: \"https://mine.invalid/mine/v1.2\", import: [\"@mine\"])"), "{sdl}");
    assert!(sdl.contains("directive @mine(a: Int) on FIELD_DEFINITION"), "{sdl}");
}

#[test]
fn an_overridden_field_leaves_its_subgraph_unless_that_still_needs_it() {
    let a = "type Query { t: T } type T @key(fields: \"id\") @key(fields: \"code\") { id: ID! code: ID! x: Int }";
    let b = "type T @key(fields: \"id\") { id: ID! code: ID! @override(from: \"a\") x: Int @override(from: \"a\") }";
    let graph = composed(&subgraphs([("a", a), ("b", b)]));
    assert_eq!(graph.field("T", "x"), "x: Int @join__field(graph: B, override: \"a\")");
    assert_eq!(
        graph.field("T", "code"),
        "code: ID! @join__field(graph: A, usedOverridden: true) @join__field(graph: B, override: \"a\")"
    );
}

#[test]
fn an_override_from_nowhere_is_hinted_at() {
    let b = "type Query { x: Int @override(from: \"gone\") }";
    assert_eq!(composed(&subgraphs([("b", b)])).hints(), ["FROM_SUBGRAPH_DOES_NOT_EXIST"]);
}

#[test]
fn a_hidden_field_stays_in_the_supergraph_and_leaves_the_public_schema() {
    let a = "type Query { x: Int y: Int @inaccessible }";
    let graph = composed(&subgraphs([("a", a)]));
    assert_eq!(graph.field("Query", "y"), "y: Int @inaccessible");
    assert!(graph.supergraph.api_schema().type_field("Query", "y").is_err());
}

const WITH_CONTEXTS: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.8\", import: [\"@key\", \"@context\", \"@fromContext\", \"@shareable\"])\n\
    type Query { user: User }\n\
    type User @key(fields: \"id\") @context(name: \"viewer\") { id: ID! locale: String! post: Post }\n\
    type Post @key(fields: \"id\") {\n\
      id: ID!\n\
      title(locale: String @fromContext(field: \"$viewer   { locale }\") short: Boolean): String\n\
    }";

/// What fills an argument from a context is part of `@join__field`; clients do not see the argument.
#[test]
fn contexts_reach_the_supergraph_under_names_of_their_subgraph() {
    let graph = composed(&plain_subgraphs([("a", WITH_CONTEXTS)]));
    assert_eq!(
        graph.field("Post", "title"),
        "title(short: Boolean): String @join__field(graph: A, contextArguments: [{context: \"a__viewer\", \
         name: \"locale\", type: \"String\", selection: \" { locale }\"}])"
    );
    let sdl = &graph.composition.supergraph_sdl;
    for part in [
        "@link(url: \"https://specs.apollo.dev/join/v0.5\", for: EXECUTION)",
        "@link(url: \"https://specs.apollo.dev/context/v0.1\", for: SECURITY)",
        "@context(name: \"a__viewer\")",
        "input join__ContextArgument {",
        "scalar join__FieldValue",
    ] {
        assert!(sdl.contains(part), "{part} is missing in\n{sdl}");
    }
    assert!(!graph.supergraph.api_schema().to_string().contains("ontext"));
}

/// What a tag stands for is its subgraph's own: it is carried for that subgraph alone.
#[test]
fn cache_tags_reach_the_supergraph_for_their_subgraph() {
    let a = "type Query { user(id: ID!): User @cacheTag(format: \"user-{$args.id}\") }\n\
             type User @key(fields: \"id\") @cacheTag(format: \"user-{$key.id}\") @cacheTag(format: \"users\") { id: ID! }";
    let link =
        "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.12\", import: [\"@key\", \"@cacheTag\"])\n";
    let graph = composed(&plain_subgraphs([("a", &format!("{link}{a}"))]));
    assert_eq!(
        graph.field("Query", "user"),
        "user(id: ID!): User @join__directive(graphs: [A], name: \"federation__cacheTag\", args: {format: \"user-{$args.id}\"})"
    );
    let sdl = &graph.composition.supergraph_sdl;
    for part in [
        "@link(url: \"https://specs.apollo.dev/cacheTag/v0.1\", for: EXECUTION)",
        "args: {format: \"user-{$key.id}\"}",
        "args: {format: \"users\"}",
        "scalar join__DirectiveArguments",
    ] {
        assert!(sdl.contains(part), "{part} is missing in\n{sdl}");
    }
}
