//! How types merge.

use super::composed;
use crate::sources::{plain_subgraphs, subgraphs};

#[test]
fn an_output_field_is_as_nullable_as_its_most_nullable_subgraph() {
    let a = "type Query { x: [Int!]! @shareable }";
    let b = "type Query { x: [Int!] @shareable }";
    let graph = composed(&subgraphs([("a", a), ("b", b)]));
    assert_eq!(
        graph.field("Query", "x"),
        "x: [Int!] @join__field(graph: A, type: \"[Int!]!\") @join__field(graph: B, type: \"[Int!]\")"
    );
}

#[test]
fn an_argument_is_as_strict_as_its_strictest_subgraph() {
    let a = "type Query { x(i: Int!): Int @shareable }";
    let b = "type Query { x(i: Int): Int @shareable }";
    let graph = composed(&subgraphs([("a", a), ("b", b)]));
    assert_eq!(graph.field("Query", "x"), "x(\n  i: Int!,\n): Int".replace("\n  ", "").replace(",\n", ""));
}

#[test]
fn an_optional_argument_that_one_subgraph_lacks_is_left_out_with_a_hint() {
    let a = "type Query { x(i: Int, both: Int): Int @shareable }";
    let b = "type Query { x(both: Int): Int @shareable }";
    let graph = composed(&subgraphs([("a", a), ("b", b)]));
    assert_eq!(graph.field("Query", "x"), "x(both: Int): Int");
    assert_eq!(graph.hints(), ["INCONSISTENT_ARGUMENT_PRESENCE"]);
}

#[test]
fn an_output_enum_has_the_values_of_all_an_input_enum_those_in_common() {
    let a = "type Query { out: Out @shareable in(i: In): Int @shareable } enum Out { A B } enum In { A B }";
    let b = "type Query { out: Out @shareable in(i: In): Int @shareable } enum Out { B C } enum In { B C }";
    let graph = composed(&subgraphs([("a", a), ("b", b)]));
    assert_eq!(graph.values("Out"), ["A", "B", "C"]);
    assert_eq!(graph.values("In"), ["B"]);
}

#[test]
fn an_input_type_has_the_fields_in_common() {
    let a = "type Query { x(i: I): Int @shareable } input I { f: Int g: Int }";
    let b = "type Query { x(i: I): Int @shareable } input I { f: Int! h: Int }";
    let graph = composed(&subgraphs([("a", a), ("b", b)]));
    let input = graph.supergraph.full_schema().get_input_object("I").unwrap();
    let fields: Vec<String> = input.fields.values().map(|field| format!("{}: {}", field.name, field.ty)).collect();
    assert_eq!(fields, ["f: Int!"]);
}

#[test]
fn the_description_that_most_subgraphs_give_wins() {
    let with = |text: &str| format!("type Query {{ \"{text}\" x: Int @shareable }}");
    let graph = composed(&subgraphs([("a", &with("one")), ("b", &with("two")), ("c", &with("two")), ("d", &with(""))]));
    assert_eq!(graph.definition("Query", "x").unwrap().description.as_deref(), Some("two"));
}

#[test]
fn roots_are_renamed_wherever_they_are_named() {
    let a = "schema { query: Root mutation: Changes subscription: Events }\n\
             type Root { a: Int self: Root }\ntype Changes { b: Root }\ntype Events { c: Int }\nunion U = Root";
    let graph = composed(&plain_subgraphs([("a", a)]));
    assert_eq!(graph.field("Query", "self"), "self: Query");
    assert_eq!(graph.field("Mutation", "b"), "b: Query");
    assert_eq!(graph.field("Subscription", "c"), "c: Int");
}

#[test]
fn the_service_fields_of_federation_are_left_out() {
    let a = "scalar _Any\nunion _Entity = T\ntype _Service { sdl: String }\n\
             type Query { t: T _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }\n\
             type T @key(fields: \"id\") { id: ID! }";
    let sdl = composed(&subgraphs([("a", a)])).composition.supergraph_sdl;
    for left_out in ["_service", "_entities", "_Any", "_Entity", "_Service", "federation__"] {
        assert!(!sdl.contains(left_out), "{left_out}");
    }
}

#[test]
fn an_interface_object_gives_its_fields_to_every_implementation() {
    let a = "type Query { i: I } interface I @key(fields: \"id\") { id: ID! } \
             type T implements I @key(fields: \"id\") { id: ID! } type U implements I @key(fields: \"id\") { id: ID! }";
    let b = "type I @interfaceObject @key(fields: \"id\") { id: ID! y: Int @tag(name: \"n\") }";
    let graph = composed(&subgraphs([("a", a), ("b", b)]));
    assert_eq!(graph.field("I", "y"), "y: Int @join__field(graph: B) @tag(name: \"n\")");
    assert_eq!(graph.field("T", "y"), "y: Int @join__field @tag(name: \"n\")");
    assert_eq!(graph.field("U", "y"), "y: Int @join__field @tag(name: \"n\")");
}

#[test]
fn a_directive_for_operations_is_public_where_every_subgraph_defines_it() {
    let a = "type Query { a: Int } directive @both on FIELD | FIELD_DEFINITION directive @one on FIELD";
    let b = "type Query { b: Int } directive @both on FIELD";
    let graph = composed(&subgraphs([("a", a), ("b", b)]));
    let public = graph.supergraph.api_schema();
    assert_eq!(public.directive_definitions["both"].to_string().trim(), "directive @both on FIELD");
    assert!(!public.directive_definitions.contains_key("one"));
}
