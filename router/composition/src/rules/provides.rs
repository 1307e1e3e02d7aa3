//! `@provides`: it stands on a field of composite type, and its fields exist and otherwise come from elsewhere.

use apollo_compiler::schema::ExtendedType;

use super::field_sets;
use crate::ErrorCode;
use crate::findings::Findings;
use crate::links::FederationDirective;
use crate::subgraph::{Subgraph, selected_fields};

pub(super) fn check(subgraph: &Subgraph, findings: &mut Findings) {
    for (name, _, fields) in subgraph.composite_types() {
        for field in fields.values() {
            let Some(provides) = subgraph.on_field(FederationDirective::Provides, field) else { continue };
            let on = format!("{name}.{}", field.name);
            let returned = field.ty.inner_named_type();
            let place = |label: &str| [(subgraph, provides.location(), label.to_owned())];
            if !is_composite(subgraph.schema.types.get(returned)) {
                findings.error(
                    ErrorCode::ProvidesOnNonObjectField,
                    format!("[{}] {on}: @provides stands on a field of type \"{}\"", subgraph.name, field.ty),
                    place("no fields to provide"),
                    "Use @provides on fields that return objects, interfaces or unions.",
                );
                continue;
            }
            if let Some(external) = subgraph.on_field(FederationDirective::External, field) {
                findings.error(
                    ErrorCode::ExternalCollisionWithAnotherDirective,
                    format!("[{}] {on} is @external and @provides fields of what it returns", subgraph.name),
                    [
                        (subgraph, provides.location(), "provides".to_owned()),
                        (subgraph, external.location(), "but is resolved elsewhere".to_owned()),
                    ],
                    "Keep @provides in the subgraph that resolves the field.",
                );
                continue;
            }
            let read = field_sets::read(subgraph, findings, &field_sets::PROVIDES, provides, (&on, returned));
            let Some(set) = read else { continue };
            if let Some(selected) = selected_fields(&set).iter().find(|field| !field.definition.arguments.is_empty()) {
                let field = format!("{}.{}", selected.parent, selected.definition.name);
                findings.error(
                    ErrorCode::ProvidesFieldsHasArgs,
                    format!("[{}] {on}: @provides selects \"{field}\", which takes arguments", subgraph.name),
                    place("this field set"),
                    "Provide fields without arguments.",
                );
            }
            if let Some(own) = field_sets::first_leaf_not_external(subgraph, &set) {
                let provided = format!("{}.{}", own.parent, own.definition.name);
                findings.error(
                    ErrorCode::ProvidesFieldsMissingExternal,
                    format!("[{}] {on}: @provides selects \"{provided}\", which is not @external", subgraph.name),
                    [
                        (subgraph, provides.location(), format!("provides \"{provided}\"")),
                        (subgraph, own.definition.name.location(), "not marked @external".to_owned()),
                    ],
                    format!("Mark \"{provided}\" @external, or leave it out: the subgraph resolves it everywhere."),
                );
            }
        }
    }
}

fn is_composite(ty: Option<&ExtendedType>) -> bool {
    matches!(ty, Some(ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_)))
}
