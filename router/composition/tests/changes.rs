//! What changes for clients, by kind, and which operations meet it.

use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use router_composition::{Criticality, SubgraphSource, Usage, changes, protection_changes};
use router_schema::Supergraph;

fn schema(sdl: &str) -> Valid<Schema> {
    Schema::parse_and_validate(sdl, "schema.graphql").unwrap_or_else(|error| panic!("{}", error.errors))
}

/// The changes as `criticality CODE coordinate`.
fn between(old: &str, new: &str) -> Vec<String> {
    let found = changes(&schema(old), &schema(new));
    found.iter().map(|change| format!("{} {} {}", change.criticality, change.code, change.coordinate)).collect()
}

#[test]
fn nothing_changes_between_equal_schemas_whatever_their_order() {
    let one = "type Query { a(x: Int = 1, y: [Int!]): T b: E } type T { c: ID! } enum E { A B }";
    let two = "enum E { B A } type T { c: ID! } type Query { b: E a(y: [Int!], x: Int = 1): T }";
    assert_eq!(between(one, two), Vec::<String>::new());
}

/// The earlier schema, the present one, and what the change is.
const CASES: &[(&str, &str, &str)] = &[
    ("type Query { a: T } type T { b: Int }", "type Query { a: Int }", "breaking TYPE_REMOVED T"),
    ("type Query { a: Int }", "type Query { a: Int } type T { b: Int }", "safe TYPE_ADDED T"),
    ("scalar S type Query { a: S }", "enum S { A } type Query { a: S }", "breaking TYPE_CHANGED_KIND S"),
    ("type Query { a: Int b: Int }", "type Query { a: Int }", "breaking FIELD_REMOVED Query.b"),
    ("type Query { a: Int }", "type Query { a: Int b: Int }", "safe FIELD_ADDED Query.b"),
    ("type Query { a: Int! }", "type Query { a: Int }", "breaking FIELD_CHANGED_KIND Query.a"),
    ("type Query { a: [Int] }", "type Query { a: [Int!]! }", "safe FIELD_TYPE_NARROWED Query.a"),
    ("type Query { a: Int }", "type Query { a: [Int] }", "breaking FIELD_CHANGED_KIND Query.a"),
    ("type Query { a: Int }", "type Query { a: Int @deprecated }", "safe FIELD_DEPRECATED Query.a"),
    ("type Query { a(b: Int): Int }", "type Query { a: Int }", "breaking ARG_REMOVED Query.a(b:)"),
    ("type Query { a: Int }", "type Query { a(b: Int): Int }", "dangerous OPTIONAL_ARG_ADDED Query.a(b:)"),
    ("type Query { a: Int }", "type Query { a(b: Int!): Int }", "breaking REQUIRED_ARG_ADDED Query.a(b:)"),
    ("type Query { a: Int }", "type Query { a(b: Int! = 1): Int }", "dangerous OPTIONAL_ARG_ADDED Query.a(b:)"),
    ("type Query { a(b: Int): Int }", "type Query { a(b: Int!): Int }", "breaking ARG_CHANGED_KIND Query.a(b:)"),
    ("type Query { a(b: Int!): Int }", "type Query { a(b: Int): Int }", "safe INPUT_TYPE_WIDENED Query.a(b:)"),
    (
        "type Query { a(b: Int = 1): Int }",
        "type Query { a(b: Int = 2): Int }",
        "dangerous ARG_DEFAULT_VALUE_CHANGE Query.a(b:)",
    ),
    (
        "type Query { a(b: I): Int } input I { c: Int d: Int }",
        "type Query { a(b: I): Int } input I { c: Int }",
        "breaking FIELD_REMOVED I.d",
    ),
    (
        "type Query { a(b: I): Int } input I { c: Int }",
        "type Query { a(b: I): Int } input I { c: Int d: Int }",
        "dangerous OPTIONAL_INPUT_FIELD_ADDED I.d",
    ),
    (
        "type Query { a(b: I): Int } input I { c: Int }",
        "type Query { a(b: I): Int } input I { c: Int d: Int! }",
        "breaking REQUIRED_INPUT_FIELD_ADDED I.d",
    ),
    ("type Query { a: E } enum E { A B }", "type Query { a: E } enum E { A }", "breaking VALUE_REMOVED_FROM_ENUM E.B"),
    ("type Query { a: E } enum E { A }", "type Query { a: E } enum E { A B }", "dangerous VALUE_ADDED_TO_ENUM E.B"),
    (
        "type Query { a: U } union U = S | T type S { b: Int } type T { b: Int }",
        "type Query { a: U } union U = S type S { b: Int } type T { b: Int }",
        "breaking TYPE_REMOVED_FROM_UNION U",
    ),
    (
        "type Query { a: U } union U = S type S { b: Int } type T { b: Int }",
        "type Query { a: U } union U = S | T type S { b: Int } type T { b: Int }",
        "dangerous TYPE_ADDED_TO_UNION U",
    ),
    (
        "type Query implements I { a: Int } interface I { a: Int }",
        "type Query { a: Int } interface I { a: Int }",
        "breaking IMPLEMENTED_INTERFACE_REMOVED Query",
    ),
    (
        "type Query { a: Int } interface I { a: Int }",
        "type Query implements I { a: Int } interface I { a: Int }",
        "dangerous IMPLEMENTED_INTERFACE_ADDED Query",
    ),
    ("directive @d on FIELD type Query { a: Int }", "type Query { a: Int }", "breaking DIRECTIVE_REMOVED @d"),
    ("type Query { a: Int }", "directive @d on FIELD type Query { a: Int }", "safe DIRECTIVE_ADDED @d"),
    (
        "directive @d repeatable on FIELD type Query { a: Int }",
        "directive @d on FIELD type Query { a: Int }",
        "breaking DIRECTIVE_REPEATABLE_REMOVED @d",
    ),
    (
        "directive @d on FIELD | QUERY type Query { a: Int }",
        "directive @d on FIELD type Query { a: Int }",
        "breaking DIRECTIVE_LOCATION_REMOVED @d",
    ),
    (
        "directive @d on FIELD type Query { a: Int }",
        "directive @d(b: Int!) on FIELD type Query { a: Int }",
        "breaking REQUIRED_ARG_ADDED @d(b:)",
    ),
];

/// graphql-js: `BreakingChangeType` and `DangerousChangeType`, each once, and what is neither.
#[test]
fn each_kind_of_change_has_its_code_and_place() {
    for (old, new, expected) in CASES {
        let found = between(old, new);
        assert!(found.iter().any(|change| change == *expected), "{old}\n{new}\n{found:?}");
    }
}

#[test]
fn an_operation_meets_the_changes_of_what_it_uses() {
    let old = schema(
        "type Query { a: Int! b(c: Int): T d(i: I): Int n: N } type T implements N { id: ID! e: Int! }
         interface N { id: ID! } input I { x: J } input J { y: Int } directive @d on FIELD",
    );
    let new = schema(
        "type Query { a: Int b(c: Int, z: Int!): T d(i: I): Int n: N } type T implements N { id: ID! e: Int }
         interface N { id: ID! } input I { x: J } input J { y: Int! }",
    );
    let found = changes(&old, &new);
    let met = |operation: &str| {
        let document = ExecutableDocument::parse_and_validate(&old, operation, "operation.graphql").unwrap();
        let usage = Usage::of(&document, &old);
        usage.broken_by(&found).map(|change| change.coordinate.clone()).collect::<Vec<_>>()
    };
    assert_eq!(met("{ n { id } }"), Vec::<String>::new());
    assert_eq!(met("{ a }"), ["Query.a"]);
    assert_eq!(met("{ b(c: 1) { id } }"), ["Query.b(z:)"]);
    assert_eq!(met("{ n { ... on T { e } } }"), ["T.e"]);
    assert_eq!(met("query($i: I) { d(i: $i) }"), ["J.y"]);
    assert_eq!(met("{ n @d { ...F } } fragment F on N { id }"), ["@d"]);
    assert!(found.iter().all(|change| change.criticality == Criticality::Breaking), "{found:?}");
}

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.6",
    import: ["@key", "@shareable", "@tag", "@inaccessible", "@authenticated", "@requiresScopes", "@policy"]) "#;

/// What protects less, as `criticality CODE coordinate`.
fn less_protected(old: &str, new: &str) -> Vec<String> {
    let supergraph = |sdl: &str| {
        let source = SubgraphSource {
            name: "one".to_owned(),
            url: "http://one".to_owned(),
            sdl: format!("{LINK} {sdl}"),
            file_name: "one.graphql".to_owned(),
        };
        let composed = router_composition::compose(&[source]).unwrap_or_else(|errors| panic!("{sdl}: {errors:?}"));
        Supergraph::parse(&composed.supergraph_sdl).expect("a supergraph that was composed can be read")
    };
    let found = protection_changes(&supergraph(old), &supergraph(new));
    found.iter().map(|change| format!("{} {} {}", change.criticality, change.code, change.coordinate)).collect()
}

/// The earlier schema, the present one, and all that protects less.
const PROTECTION: &[(&str, &str, &[&str])] = &[
    ("type Query { a: Int @authenticated }", "type Query { a: Int }", &["breaking AUTHORIZATION_REMOVED Query.a"]),
    (
        "type Query { a: Int @requiresScopes(scopes: [[\"x\"]]) }",
        "type Query { a: Int }",
        &["breaking AUTHORIZATION_REMOVED Query.a"],
    ),
    (
        "type Query { a: Int @policy(policies: [[\"x\"]]) }",
        "type Query { a: Int }",
        &["breaking AUTHORIZATION_REMOVED Query.a"],
    ),
    // Scopes that are enough now, and were not.
    (
        "type Query { a: Int @requiresScopes(scopes: [[\"x\", \"y\"]]) }",
        "type Query { a: Int @requiresScopes(scopes: [[\"x\"]]) }",
        &["breaking AUTHORIZATION_WEAKENED Query.a"],
    ),
    (
        "type Query { a: Int @requiresScopes(scopes: [[\"x\"]]) }",
        "type Query { a: Int @requiresScopes(scopes: [[\"x\"], [\"y\"]]) }",
        &["breaking AUTHORIZATION_WEAKENED Query.a"],
    ),
    (
        "type Query { a: Int @requiresScopes(scopes: [[\"x\"]]) }",
        "type Query { a: Int @authenticated }",
        &["breaking AUTHORIZATION_WEAKENED Query.a"],
    ),
    (
        "type Query { a: Int @authenticated }",
        "type Query { a: Int @policy(policies: [[\"x\"]]) }",
        &["breaking AUTHORIZATION_WEAKENED Query.a"],
    ),
    // One of two rules, and the rule of a type, which holds wherever the type is returned.
    (
        "type Query { a: Int @authenticated @policy(policies: [[\"x\"]]) }",
        "type Query { a: Int @authenticated }",
        &["breaking AUTHORIZATION_WEAKENED Query.a"],
    ),
    (
        "type Query { t: T } type T @authenticated { b: Int }",
        "type Query { t: T } type T { b: Int }",
        &["breaking AUTHORIZATION_REMOVED Query.t", "breaking AUTHORIZATION_REMOVED T.b"],
    ),
    (
        "type Query { a: S } scalar S @authenticated",
        "type Query { a: S } scalar S",
        &["breaking AUTHORIZATION_REMOVED Query.a"],
    ),
    // As strict as before, or more.
    (
        "type Query { t: T } type T @authenticated { b: Int }",
        "type Query { t: T @authenticated } type T { b: Int @authenticated }",
        &[],
    ),
    ("type Query { a: Int }", "type Query { a: Int @authenticated }", &[]),
    (
        "type Query { a: Int @authenticated }",
        "type Query { a: Int @requiresScopes(scopes: [[\"x\"], [\"y\", \"z\"]]) }",
        &[],
    ),
    (
        "type Query { a: Int @requiresScopes(scopes: [[\"x\"], [\"y\"]]) }",
        "type Query { a: Int @requiresScopes(scopes: [[\"y\", \"z\"], [\"x\"]]) @authenticated }",
        &[],
    ),
    ("type Query { a: Int b: Int @authenticated }", "type Query { a: Int }", &[]),
    // Contracts.
    (
        "type Query { a: Int b: Int @inaccessible }",
        "type Query { a: Int b: Int }",
        &["dangerous INACCESSIBLE_REMOVED Query.b"],
    ),
    (
        "type Query { a(b: Int @tag(name: \"x\")): E } enum E { A B @tag(name: \"x\") }",
        "type Query { a(b: Int): E } enum E { A B @tag(name: \"y\") }",
        &["dangerous TAG_ADDED E.B", "dangerous TAG_REMOVED E.B", "dangerous TAG_REMOVED Query.a(b:)"],
    ),
    ("type Query { a: Int @tag(name: \"x\") b: Int }", "type Query { b: Int a: Int @tag(name: \"x\") }", &[]),
];

/// FED-41
#[test]
fn what_protects_less_is_told() {
    for (old, new, expected) in PROTECTION {
        let mut found = less_protected(old, new);
        found.sort();
        assert_eq!(found, *expected, "{old}\n{new}");
    }
}
