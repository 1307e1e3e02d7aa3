//! Types that do not merge.

use router_composition::ErrorCode;

use super::assert_refused;
use crate::sources::subgraphs;

#[test]
fn a_type_is_of_one_kind() {
    let a = "type Query { t: T } type T @shareable { x: Int }";
    let b = "type Query { u: T } interface T { x: Int } type U implements T { x: Int }";
    let errors = assert_refused(ErrorCode::TypeKindMismatch, &subgraphs([("a", a), ("b", b)]));
    let labels: Vec<&str> = errors[0].locations.iter().map(|location| location.label.as_str()).collect();
    assert_eq!(labels, ["an object here", "an interface here"]);
}

#[test]
fn a_field_has_compatible_types() {
    let a = "type Query { x: Int @shareable }";
    let b = "type Query { x: String @shareable }";
    assert_refused(ErrorCode::FieldTypeMismatch, &subgraphs([("a", a), ("b", b)]));
}

#[test]
fn an_input_field_has_compatible_types() {
    let a = "type Query { x(i: I): Int @shareable } input I { f: Int }";
    let b = "type Query { x(i: I): Int @shareable } input I { f: String }";
    assert_refused(ErrorCode::FieldTypeMismatch, &subgraphs([("a", a), ("b", b)]));
}

#[test]
fn an_argument_has_compatible_types_and_one_default() {
    let a = "type Query { x(i: Int = 1): Int @shareable }";
    let other_type = "type Query { x(i: String): Int @shareable }";
    assert_refused(ErrorCode::FieldArgumentTypeMismatch, &subgraphs([("a", a), ("b", other_type)]));
    let other_default = "type Query { x(i: Int = 2): Int @shareable }";
    assert_refused(ErrorCode::FieldArgumentDefaultMismatch, &subgraphs([("a", a), ("b", other_default)]));
}

#[test]
fn an_input_field_has_one_default() {
    let a = "type Query { x(i: I): Int @shareable } input I { f: Int = 1 }";
    let b = "type Query { x(i: I): Int @shareable } input I { f: Int = 2 }";
    assert_refused(ErrorCode::InputFieldDefaultMismatch, &subgraphs([("a", a), ("b", b)]));
}

#[test]
fn a_required_argument_is_known_everywhere() {
    let a = "type Query { x(i: Int!): Int @shareable }";
    let b = "type Query { x: Int @shareable }";
    assert_refused(ErrorCode::RequiredArgumentMissingInSomeSubgraph, &subgraphs([("a", a), ("b", b)]));
}

#[test]
fn a_required_input_field_is_known_everywhere() {
    let a = "type Query { x(i: I): Int @shareable } input I { f: Int g: Int! }";
    let b = "type Query { x(i: I): Int @shareable } input I { f: Int }";
    assert_refused(ErrorCode::RequiredInputFieldMissingInSomeSubgraph, &subgraphs([("a", a), ("b", b)]));
}

#[test]
fn an_input_type_keeps_a_field() {
    let a = "type Query { x(i: I): Int @shareable } input I { f: Int }";
    let b = "type Query { x(i: I): Int @shareable } input I { g: Int }";
    assert_refused(ErrorCode::EmptyMergedInputType, &subgraphs([("a", a), ("b", b)]));
}

#[test]
fn an_input_enum_keeps_a_value() {
    let a = "type Query { x(e: E): Int @shareable } enum E { A }";
    let b = "type Query { x(e: E): Int @shareable } enum E { B }";
    assert_refused(ErrorCode::EmptyMergedEnumType, &subgraphs([("a", a), ("b", b)]));
}

#[test]
fn an_enum_that_is_input_and_output_is_the_same_everywhere() {
    let a = "type Query { x(e: E): E @shareable } enum E { A B }";
    let b = "type Query { x(e: E): E @shareable } enum E { A }";
    let errors = assert_refused(ErrorCode::EnumValueMismatch, &subgraphs([("a", a), ("b", b)]));
    assert!(errors[0].message.starts_with("the value \"E.B\" is in \"a\" but not in \"b\""), "{}", errors[0].message);
}
