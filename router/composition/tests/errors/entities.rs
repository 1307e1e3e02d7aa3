//! Keys, requirements and promises.

use router_composition::ErrorCode;

use super::assert_refused;
use crate::sources::subgraphs;

#[test]
fn a_key_selects_fields_that_exist() {
    let sdl = "type Query { t: T }\ntype T @key(fields: \"id missing\") { id: ID! }";
    let errors = assert_refused(ErrorCode::KeyInvalidFields, &subgraphs([("a", sdl)]));
    assert_eq!((errors[0].locations[0].line, errors[0].locations[0].column), (5, 21));
}

#[test]
fn a_key_selects_below_objects_and_not_below_leaves() {
    let object = "type Query { t: T } type T @key(fields: \"child\") { child: C } type C { id: ID! }";
    assert_refused(ErrorCode::KeyInvalidFields, &subgraphs([("a", object)]));
    let leaf = "type Query { t: T } type T @key(fields: \"id { x }\") { id: ID! }";
    assert_refused(ErrorCode::KeyInvalidFields, &subgraphs([("a", leaf)]));
}

#[test]
fn a_key_selects_no_field_with_arguments() {
    let sdl = "type Query { t: T } type T @key(fields: \"id\") { id(a: Int): ID! }";
    assert_refused(ErrorCode::KeyFieldsHasArgs, &subgraphs([("a", sdl)]));
}

#[test]
fn a_key_selects_no_interface_or_union() {
    let sdl = "type Query { t: T } type T @key(fields: \"i { id }\") { i: I } interface I { id: ID! } type C implements I { id: ID! }";
    assert_refused(ErrorCode::KeyFieldsSelectInvalidType, &subgraphs([("a", sdl)]));
}

#[test]
fn a_requirement_selects_fields_that_exist() {
    let sdl = "type Query { t: T } type T @key(fields: \"id\") { id: ID! a: Int @requires(fields: \"missing\") }";
    assert_refused(ErrorCode::RequiresInvalidFields, &subgraphs([("a", sdl)]));
}

#[test]
fn a_field_set_is_one_selection_and_nothing_more() {
    for fields in ["id!", "id } query Q { id", "id: Int", "other: id", ""] {
        let sdl = format!("type Query {{ t: T }} type T @key(fields: \"{fields}\") {{ id: ID! }}");
        assert_refused(ErrorCode::KeyInvalidFields, &subgraphs([("a", &sdl)]));
    }
}

#[test]
fn a_requirement_selects_external_fields() {
    let sdl = "type Query { t: T } type T @key(fields: \"id\") { id: ID! b: Int a: Int @requires(fields: \"b\") }";
    assert_refused(ErrorCode::RequiresFieldsMissingExternal, &subgraphs([("a", sdl)]));
}

#[test]
fn a_promise_selects_fields_that_exist() {
    let sdl = "type Query { t: T @provides(fields: \"missing\") } type T @key(fields: \"id\") { id: ID! }";
    assert_refused(ErrorCode::ProvidesInvalidFields, &subgraphs([("a", sdl)]));
}

#[test]
fn a_promise_selects_external_fields() {
    let sdl = "type Query { t: T @provides(fields: \"a\") } type T @key(fields: \"id\") { id: ID! a: Int }";
    assert_refused(ErrorCode::ProvidesFieldsMissingExternal, &subgraphs([("a", sdl)]));
}

#[test]
fn a_promise_selects_no_field_with_arguments() {
    let a =
        "type Query { t: T @provides(fields: \"a\") } type T @key(fields: \"id\") { id: ID! a(x: Int): Int @external }";
    let b = "type T @key(fields: \"id\") { id: ID! a(x: Int): Int @shareable }";
    assert_refused(ErrorCode::ProvidesFieldsHasArgs, &subgraphs([("a", a), ("b", b)]));
}

#[test]
fn a_promise_needs_a_field_with_fields() {
    let sdl = "type Query { t: Int @provides(fields: \"a\") }";
    assert_refused(ErrorCode::ProvidesOnNonObjectField, &subgraphs([("a", sdl)]));
}
