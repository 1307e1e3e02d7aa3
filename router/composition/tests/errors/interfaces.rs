//! Interfaces with keys, interface objects, and what cannot stand on interfaces.

use router_composition::ErrorCode;

use super::assert_refused;
use crate::sources::subgraphs;

#[test]
fn directives_of_resolved_fields_do_not_stand_on_interface_fields() {
    let with = |directive: &str| {
        format!(
            "type Query {{ i: I }} interface I {{ id: ID! c: T {directive} }} type T implements I @key(fields: \"id\") {{ id: ID! c: T }}"
        )
    };
    for (directive, code) in [
        ("@requires(fields: \"id\")", ErrorCode::RequiresUnsupportedOnInterface),
        ("@provides(fields: \"id\")", ErrorCode::ProvidesUnsupportedOnInterface),
        ("@shareable", ErrorCode::InvalidShareableUsage),
        ("@override(from: \"b\")", ErrorCode::OverrideOnInterface),
    ] {
        let errors = super::refusal(&subgraphs([("a", &with(directive))]));
        assert!(errors.iter().any(|error| error.code == code), "{code}: {errors:?}");
    }
}

#[test]
fn a_key_of_an_interface_is_one_of_its_implementations() {
    let sdl = "type Query { i: I } interface I @key(fields: \"id\") { id: ID! } type T implements I { id: ID! }";
    assert_refused(ErrorCode::InterfaceKeyNotOnImplementation, &subgraphs([("a", sdl)]));
    let unresolvable = "type Query { i: I } interface I @key(fields: \"id\") { id: ID! } \
                        type T implements I @key(fields: \"id\", resolvable: false) { id: ID! }";
    assert_refused(ErrorCode::InterfaceKeyNotOnImplementation, &subgraphs([("a", unresolvable)]));
}

#[test]
fn a_subgraph_with_a_key_on_an_interface_knows_every_implementation() {
    let a = "type Query { i: I } interface I @key(fields: \"id\") { id: ID! } type T implements I @key(fields: \"id\") { id: ID! }";
    let b = "interface I { id: ID! } type U implements I @key(fields: \"id\") { id: ID! } type Query { u: U }";
    assert_refused(ErrorCode::InterfaceKeyMissingImplementationType, &subgraphs([("a", a), ("b", b)]));
}

#[test]
fn an_implementation_has_every_field_that_its_interface_has_anywhere() {
    let a = "type Query { i: I } interface I { id: ID! x: Int } type T implements I @key(fields: \"id\") { id: ID! x: Int }";
    let b = "interface I { id: ID! y: Int } type U implements I @key(fields: \"id\") { id: ID! y: Int } type Query { u: U }";
    let errors = assert_refused(ErrorCode::InterfaceFieldNoImplem, &subgraphs([("a", a), ("b", b)]));
    assert_eq!(errors.len(), 2);
}

#[test]
fn an_interface_object_has_a_key() {
    let a = "type Query { i: I } interface I @key(fields: \"id\") { id: ID! } type T implements I @key(fields: \"id\") { id: ID! }";
    let b = "type I @interfaceObject { id: ID! y: Int }";
    assert_refused(ErrorCode::InterfaceObjectUsageError, &subgraphs([("a", a), ("b", b)]));
}

#[test]
fn an_interface_object_stands_for_an_interface() {
    let sdl = "type Query { i: I } type I @interfaceObject @key(fields: \"id\") { id: ID! y: Int }";
    assert_refused(ErrorCode::InterfaceObjectUsageError, &subgraphs([("a", sdl)]));
}

#[test]
fn a_subgraph_with_an_interface_object_knows_no_implementation() {
    let a = "type Query { i: I } interface I @key(fields: \"id\") { id: ID! } type T implements I @key(fields: \"id\") { id: ID! }";
    let b = "type I @interfaceObject @key(fields: \"id\") { id: ID! y: Int } type T @key(fields: \"id\") { id: ID! }";
    assert_refused(ErrorCode::InterfaceObjectUsageError, &subgraphs([("a", a), ("b", b)]));
}

/// ADV-12, ADV-16.
#[test]
fn authorization_does_not_stand_on_interfaces() {
    let on_type = "type Query { i: I } interface I @authenticated { id: ID! } type T implements I { id: ID! }";
    assert_refused(ErrorCode::AuthRequirementsAppliedOnInterface, &subgraphs([("a", on_type)]));
    let on_field = "type Query { i: I } interface I { id: ID! @requiresScopes(scopes: [[\"s\"]]) } type T implements I { id: ID! }";
    assert_refused(ErrorCode::AuthRequirementsAppliedOnInterface, &subgraphs([("a", on_field)]));
}
