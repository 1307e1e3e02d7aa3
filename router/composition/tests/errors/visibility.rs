//! What `@inaccessible` may hide, and what authorization must not leak.

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

/// ADV-17: a requirement reached fields that the client may not see.
#[test]
fn a_field_is_protected_like_what_it_requires() {
    let with = |protection: &str, own: &str| {
        let a = format!(
            "type Query {{ t: T }} type T @key(fields: \"id\") {{ id: ID! y: P {protection} }} type P {{ z: Int @shareable }}"
        );
        let b = format!(
            "type T @key(fields: \"id\") {{ id: ID! y: P @external x: Int @requires(fields: \"y {{ z }}\") {own} }} type P {{ z: Int @external }}"
        );
        subgraphs([("a", &a), ("b", &b)])
    };
    let scopes = "@requiresScopes(scopes: [[\"a\"], [\"b\"]])";
    for (protection, own) in [
        ("@authenticated", ""),
        (scopes, "@authenticated"),
        (scopes, "@requiresScopes(scopes: [[\"a\"], [\"c\"]])"),
        ("@policy(policies: [[\"p\"]])", scopes),
    ] {
        assert_refused(ErrorCode::MissingTransitiveAuthRequirements, &with(protection, own));
    }
    for (protection, own) in
        [("@authenticated", "@authenticated"), (scopes, "@requiresScopes(scopes: [[\"a\", \"c\"]])"), ("", scopes)]
    {
        router_composition::compose(&with(protection, own)).unwrap();
    }
}

/// ADV-17, FED-21: so did a type behind an interface, and a value that comes from further up.
#[test]
fn a_field_is_protected_like_the_objects_and_contexts_it_is_computed_from() {
    let behind_an_interface = |own: &str| {
        let shapes = "interface P { z: Int } type Q implements P @authenticated { z: Int @shareable }";
        let a = format!("type Query {{ t: T }} type T @key(fields: \"id\") {{ id: ID! y: P }} {shapes}");
        let b = format!(
            "type T @key(fields: \"id\") {{ id: ID! y: P @external x: Int @requires(fields: \"y {{ z }}\") {own} }} \
             interface P {{ z: Int }} type Q implements P {{ z: Int @external }}"
        );
        subgraphs([("a", &a), ("b", &b)])
    };
    let from_a_context = |own: &str| {
        let sdl = format!(
            "type Query {{ t: T }} type T @key(fields: \"id\") @federation__context(name: \"c\") {{ id: ID! z: Int @authenticated u: U }} \
             type U @key(fields: \"id\") {{ id: ID! x(z: Int @federation__fromContext(field: \"$c {{ z }}\")): Int {own} }}"
        );
        subgraphs([("a", &sdl)])
    };
    for with in [behind_an_interface, from_a_context] {
        assert_refused(ErrorCode::MissingTransitiveAuthRequirements, &with(""));
        router_composition::compose(&with("@authenticated")).unwrap();
    }
}
