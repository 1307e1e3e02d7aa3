//! Types: which there are, of what kind, and what belongs to them.

use std::collections::BTreeSet;

use apollo_compiler::collections::IndexSet;
use apollo_compiler::schema::{ComponentName, ExtendedType};
use apollo_compiler::{Name, Schema};

use super::{Found, fields};

pub(super) fn compare(old: &Schema, new: &Schema, found: &mut Found) {
    for (name, before) in own(old) {
        match new.types.get(name) {
            Some(after) => compare_type(name, before, after, found),
            None => found.breaking("TYPE_REMOVED", name.to_string(), format!("{} was removed", kind(before))),
        }
    }
    for (name, after) in own(new).filter(|(name, _)| !old.types.contains_key(*name)) {
        found.safe("TYPE_ADDED", name.to_string(), format!("{} was added", kind(after)));
    }
}

fn own(schema: &Schema) -> impl Iterator<Item = (&Name, &ExtendedType)> {
    schema.types.iter().filter(|(_, ty)| !ty.is_built_in())
}

fn compare_type(name: &Name, before: &ExtendedType, after: &ExtendedType, found: &mut Found) {
    use ExtendedType as Kind;
    match (before, after) {
        (Kind::Scalar(_), Kind::Scalar(_)) => {}
        (Kind::Object(before), Kind::Object(after)) => {
            compare_interfaces(name, &before.implements_interfaces, &after.implements_interfaces, found);
            fields::compare(name, &before.fields, &after.fields, found);
        }
        (Kind::Interface(before), Kind::Interface(after)) => {
            compare_interfaces(name, &before.implements_interfaces, &after.implements_interfaces, found);
            fields::compare(name, &before.fields, &after.fields, found);
        }
        (Kind::Union(before), Kind::Union(after)) => compare_members(name, &before.members, &after.members, found),
        (Kind::Enum(before), Kind::Enum(after)) => {
            let values = |of: &apollo_compiler::schema::EnumType| of.values.keys().cloned().collect::<BTreeSet<_>>();
            compare_values(name, &values(before), &values(after), found);
        }
        (Kind::InputObject(before), Kind::InputObject(after)) => {
            fields::compare_input(name, &before.fields, &after.fields, found);
        }
        _ => {
            let message = format!("was {}, and is {} now", kind(before), kind(after));
            found.breaking("TYPE_CHANGED_KIND", name.to_string(), message);
        }
    }
}

fn compare_interfaces(
    name: &Name,
    before: &IndexSet<ComponentName>,
    after: &IndexSet<ComponentName>,
    found: &mut Found,
) {
    for gone in missing(before, after) {
        let message = format!("does not implement {gone} any more");
        found.breaking("IMPLEMENTED_INTERFACE_REMOVED", name.to_string(), message);
    }
    for added in missing(after, before) {
        found.dangerous("IMPLEMENTED_INTERFACE_ADDED", name.to_string(), format!("implements {added} now"));
    }
}

fn compare_members(name: &Name, before: &IndexSet<ComponentName>, after: &IndexSet<ComponentName>, found: &mut Found) {
    for gone in missing(before, after) {
        let message = format!("{gone} does not belong to the union any more");
        found.breaking("TYPE_REMOVED_FROM_UNION", name.to_string(), message);
    }
    for added in missing(after, before) {
        found.dangerous("TYPE_ADDED_TO_UNION", name.to_string(), format!("{added} belongs to the union now"));
    }
}

/// The names of `these` that are not among `those`.
fn missing<'n>(
    these: &'n IndexSet<ComponentName>,
    those: &'n IndexSet<ComponentName>,
) -> impl Iterator<Item = &'n Name> {
    these.iter().map(|one| &one.name).filter(|name| those.iter().all(|other| other.name != **name))
}

fn compare_values(name: &Name, before: &BTreeSet<Name>, after: &BTreeSet<Name>, found: &mut Found) {
    for gone in before.difference(after) {
        found.breaking("VALUE_REMOVED_FROM_ENUM", format!("{name}.{gone}"), "the value was removed");
    }
    for added in after.difference(before) {
        found.dangerous(
            "VALUE_ADDED_TO_ENUM",
            format!("{name}.{added}"),
            "the value was added; clients may receive it",
        );
    }
}

fn kind(ty: &ExtendedType) -> &'static str {
    match ty {
        ExtendedType::Scalar(_) => "a scalar",
        ExtendedType::Object(_) => "an object",
        ExtendedType::Interface(_) => "an interface",
        ExtendedType::Union(_) => "a union",
        ExtendedType::Enum(_) => "an enum",
        ExtendedType::InputObject(_) => "an input object",
    }
}
