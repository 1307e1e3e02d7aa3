//! What `@inaccessible` may hide.

use router_composition::ErrorCode;

use super::assert_refused;
use crate::sources::subgraphs;

#[track_caller]
fn assert_hidden_wrongly(code: ErrorCode, sdl: &str) {
    assert_refused(code, &subgraphs([("a", sdl)]));
}

#[test]
fn a_public_field_has_a_public_type() {
    let sdl = "type Query { a: Int t: T } type T @inaccessible { x: Int }";
    assert_hidden_wrongly(ErrorCode::ReferencedInaccessible, sdl);
}

#[test]
fn a_public_type_has_a_public_field() {
    let sdl = "type Query { a: Int t: T } type T { x: Int @inaccessible }";
    assert_hidden_wrongly(ErrorCode::OnlyInaccessibleChildren, sdl);
}

#[test]
fn the_query_root_is_public() {
    assert_hidden_wrongly(ErrorCode::QueryRootTypeInaccessible, "type Query @inaccessible { a: Int }");
}

#[test]
fn a_required_argument_is_public() {
    assert_hidden_wrongly(ErrorCode::RequiredInaccessible, "type Query { a(x: Int! @inaccessible): Int }");
}

#[test]
fn a_public_interface_field_has_public_implementations() {
    let sdl = "type Query { i: I } interface I { x: Int y: Int } type T implements I { x: Int @inaccessible y: Int }";
    assert_hidden_wrongly(ErrorCode::ImplementedByInaccessible, sdl);
}

#[test]
fn a_public_default_names_public_values() {
    let sdl = "type Query { a(e: E = A): Int } enum E { A @inaccessible B }";
    assert_hidden_wrongly(ErrorCode::DefaultValueUsesInaccessible, sdl);
}
