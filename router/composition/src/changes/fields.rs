//! Fields, their arguments, and the fields of input objects.

use apollo_compiler::ast::{Type, Value};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::{Component, FieldDefinition, InputValueDefinition};
use apollo_compiler::{Name, Node};

use super::Found;

type Fields = IndexMap<Name, Component<FieldDefinition>>;

pub(super) fn compare(ty: &Name, before: &Fields, after: &Fields, found: &mut Found) {
    for (name, old) in before {
        let coordinate = format!("{ty}.{name}");
        let Some(new) = after.get(name) else {
            let hint = if old.directives.has("deprecated") { "; it was deprecated" } else { "" };
            found.breaking("FIELD_REMOVED", coordinate, format!("the field was removed{hint}"));
            continue;
        };
        compare_output(&coordinate, &old.ty, &new.ty, found);
        compare_arguments(&coordinate, &old.arguments, &new.arguments, found);
        match (old.directives.has("deprecated"), new.directives.has("deprecated")) {
            (false, true) => found.safe("FIELD_DEPRECATED", coordinate, "the field is deprecated now"),
            (true, false) => found.safe("FIELD_UNDEPRECATED", coordinate, "the field is not deprecated any more"),
            _ => {}
        }
    }
    for name in after.keys().filter(|name| !before.contains_key(*name)) {
        found.safe("FIELD_ADDED", format!("{ty}.{name}"), "the field was added");
    }
}

pub(super) fn compare_input(
    ty: &Name,
    before: &IndexMap<Name, Component<InputValueDefinition>>,
    after: &IndexMap<Name, Component<InputValueDefinition>>,
    found: &mut Found,
) {
    for (name, old) in before {
        let coordinate = format!("{ty}.{name}");
        match after.get(name) {
            None => found.breaking("FIELD_REMOVED", coordinate, "the input field was removed"),
            Some(new) => compare_taken("FIELD_CHANGED_KIND", &coordinate, old, new, found),
        }
    }
    for (name, new) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        let coordinate = format!("{ty}.{name}");
        if new.is_required() {
            found.breaking("REQUIRED_INPUT_FIELD_ADDED", coordinate, "the input field was added, and is required");
        } else {
            found.dangerous("OPTIONAL_INPUT_FIELD_ADDED", coordinate, "the input field was added");
        }
    }
}

pub(super) fn compare_arguments(
    of: &str,
    before: &[Node<InputValueDefinition>],
    after: &[Node<InputValueDefinition>],
    found: &mut Found,
) {
    let named =
        |list: &'_ [Node<InputValueDefinition>], name: &Name| list.iter().find(|one| one.name == *name).cloned();
    for old in before {
        let coordinate = format!("{of}({}:)", old.name);
        match named(after, &old.name) {
            None => found.breaking("ARG_REMOVED", coordinate, "the argument was removed"),
            Some(new) => compare_taken("ARG_CHANGED_KIND", &coordinate, old, &new, found),
        }
    }
    for new in after.iter().filter(|new| named(before, &new.name).is_none()) {
        let coordinate = format!("{of}({}:)", new.name);
        if new.is_required() {
            found.breaking("REQUIRED_ARG_ADDED", coordinate, "the argument was added, and is required");
        } else {
            found.dangerous("OPTIONAL_ARG_ADDED", coordinate, "the argument was added");
        }
    }
}

/// What clients receive: it may promise more, and never less.
fn compare_output(coordinate: &str, old: &Type, new: &Type, found: &mut Found) {
    if old == new {
        return;
    }
    let message = format!("the type was {old}, and is {new} now");
    if promises(new, old) {
        found.safe("FIELD_TYPE_NARROWED", coordinate.to_owned(), message);
    } else {
        found.breaking("FIELD_CHANGED_KIND", coordinate.to_owned(), message);
    }
}

/// What clients send: it may be asked for less, and never more.
fn compare_taken(
    code: &'static str,
    coordinate: &str,
    old: &InputValueDefinition,
    new: &InputValueDefinition,
    found: &mut Found,
) {
    if old.ty != new.ty {
        let message = format!("the type was {}, and is {} now", old.ty, new.ty);
        if promises(&old.ty, &new.ty) {
            found.safe("INPUT_TYPE_WIDENED", coordinate.to_owned(), message);
        } else {
            found.breaking(code, coordinate.to_owned(), message);
        }
    }
    if old.default_value != new.default_value {
        let shown = |value: &Option<Node<Value>>| value.as_ref().map_or("none".to_owned(), ToString::to_string);
        let (before, after) = (shown(&old.default_value), shown(&new.default_value));
        let message = format!("the default was {before}, and is {after} now");
        found.dangerous("ARG_DEFAULT_VALUE_CHANGE", coordinate.to_owned(), message);
    }
}

/// Whether every value of `narrow` is one of `wide`, where only nullability may differ.
fn promises(narrow: &Type, wide: &Type) -> bool {
    match (narrow, wide) {
        (Type::Named(narrow) | Type::NonNullNamed(narrow), Type::Named(wide))
        | (Type::NonNullNamed(narrow), Type::NonNullNamed(wide)) => narrow == wide,
        (Type::List(narrow) | Type::NonNullList(narrow), Type::List(wide))
        | (Type::NonNullList(narrow), Type::NonNullList(wide)) => promises(narrow, wide),
        _ => false,
    }
}
