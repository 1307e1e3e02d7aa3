//! External, shared and overridden fields.

use router_composition::ErrorCode;

use super::assert_refused;
use crate::sources::subgraphs;

const OWNER: &str = "type T @key(fields: \"id\") { id: ID! x: Int }";

#[test]
fn an_external_field_serves_something() {
    let a = "type Query { t: T } type T @key(fields: \"id\") { id: ID! x: Int @external }";
    assert_refused(ErrorCode::ExternalUnused, &subgraphs([("a", a), ("b", OWNER)]));
}

#[test]
fn an_external_field_is_resolved_somewhere() {
    let a =
        "type Query { t: T } type T @key(fields: \"id\") { id: ID! x: Int @external y: Int @requires(fields: \"x\") }";
    let errors = assert_refused(ErrorCode::ExternalMissingOnBase, &subgraphs([("a", a)]));
    assert_eq!(errors[0].message, "\"T.x\" is @external in \"a\", but no subgraph resolves it");
}

#[test]
fn an_interface_field_cannot_be_external() {
    let a = "type Query { t: T } interface I { x: Int @external } \
             type T implements I @key(fields: \"id\") { id: ID! x: Int @external }";
    assert_refused(ErrorCode::ExternalOnInterface, &subgraphs([("a", a), ("b", OWNER)]));
}

#[test]
fn an_external_field_has_the_type_of_what_it_stands_for() {
    let a = "type Query { t: T } type T @key(fields: \"id\") { id: ID! x: String @external y: Int @requires(fields: \"x\") }";
    assert_refused(ErrorCode::ExternalTypeMismatch, &subgraphs([("a", a), ("b", OWNER)]));
}

#[test]
fn an_external_field_has_the_arguments_of_what_it_stands_for() {
    let owner = "type T @key(fields: \"id\") { id: ID! x(n: Int): Int }";
    let without =
        "type Query { t: T } type T @key(fields: \"id\") { id: ID! x: Int @external y: Int @requires(fields: \"x\") }";
    assert_refused(ErrorCode::ExternalArgumentMissing, &subgraphs([("a", without), ("b", owner)]));
    let other = "type Query { t: T } type T @key(fields: \"id\") { id: ID! x(n: String): Int @external y: Int @requires(fields: \"x\") }";
    assert_refused(ErrorCode::ExternalArgumentTypeMismatch, &subgraphs([("a", other), ("b", owner)]));
}

#[test]
fn tags_do_not_stand_on_external_fields() {
    let a = "type Query { t: T } type T @key(fields: \"id\") { id: ID! x: Int @external @tag(name: \"n\") y: Int @requires(fields: \"x\") }";
    assert_refused(ErrorCode::MergedDirectiveApplicationOnExternal, &subgraphs([("a", a), ("b", OWNER)]));
}

#[test]
fn a_field_that_two_subgraphs_resolve_is_shareable_in_both() {
    let a = "type Query { t: T } type T @key(fields: \"id\") { id: ID! x: Int @shareable }";
    let errors = assert_refused(ErrorCode::InvalidFieldSharing, &subgraphs([("a", a), ("b", OWNER)]));
    assert_eq!(errors[0].locations.len(), 2);
    assert_eq!(errors[0].locations[1].label, "not marked @shareable here");
}

#[test]
fn a_field_cannot_be_overridden_from_its_own_subgraph() {
    let a = "type Query { t: T } type T @key(fields: \"id\") { id: ID! x: Int @override(from: \"a\") }";
    assert_refused(ErrorCode::OverrideFromSelfError, &subgraphs([("a", a)]));
}

#[test]
fn two_subgraphs_cannot_override_each_other() {
    let a = "type Query { t: T } type T @key(fields: \"id\") { id: ID! x: Int @override(from: \"b\") }";
    let b = "type T @key(fields: \"id\") { id: ID! x: Int @override(from: \"a\") }";
    assert_refused(ErrorCode::OverrideSourceHasOverride, &subgraphs([("a", a), ("b", b)]));
}

#[test]
fn an_overridden_field_requires_nothing() {
    let a = "type Query { t: T } type T @key(fields: \"id\") { id: ID! x: Int @override(from: \"b\") }";
    let b = "type T @key(fields: \"id\") { id: ID! z: Int @external x: Int @requires(fields: \"z\") }";
    let c = "type T @key(fields: \"id\") { id: ID! z: Int }";
    assert_refused(ErrorCode::OverrideCollisionWithAnotherDirective, &subgraphs([("a", a), ("b", b), ("c", c)]));
}

#[test]
fn a_label_is_a_percentage_or_a_name() {
    let a = |label: &str| {
        format!(
            "type Query {{ t: T }} type T @key(fields: \"id\") {{ id: ID! x: Int @override(from: \"b\", label: \"{label}\") }}"
        )
    };
    for label in ["percent(101)", "percent(1.123456789)", "percent()", "1abc", "a b"] {
        assert_refused(ErrorCode::OverrideLabelInvalid, &subgraphs([("a", &a(label)), ("b", OWNER)]));
    }
    for label in ["percent(0.5)", "percent(100)", "new-owner:x"] {
        let composed = router_composition::compose(&subgraphs([("a", &a(label)), ("b", OWNER)])).unwrap();
        assert!(composed.supergraph_sdl.contains(&format!("overrideLabel: \"{label}\"")), "{label}");
    }
}
