//! `@key`: its fields exist, take no arguments, and are of one concrete type.

use apollo_compiler::schema::ExtendedType;

use super::field_sets;
use crate::ErrorCode;
use crate::findings::Findings;
use crate::links::FederationDirective;
use crate::subgraph::{Subgraph, selected_fields};

pub(super) fn check(subgraph: &Subgraph, findings: &mut Findings) {
    for (name, ty, _) in subgraph.composite_types() {
        for key in subgraph.on_type(FederationDirective::Key, ty) {
            let read = field_sets::read(subgraph, findings, &field_sets::KEY, key, (name, name));
            let Some(set) = read else { continue };
            for selected in selected_fields(&set) {
                let field = &selected.definition;
                let coordinate = format!("{}.{}", selected.parent, field.name);
                let place = || [(subgraph, key.location(), "this key".to_owned())];
                if !field.arguments.is_empty() {
                    let message =
                        format!("[{}] {name}: the @key selects \"{coordinate}\", which takes arguments", subgraph.name);
                    findings.error(
                        ErrorCode::KeyFieldsHasArgs,
                        message,
                        place(),
                        "Use fields without arguments in keys.",
                    );
                }
                let kind = match subgraph.schema.types.get(field.ty.inner_named_type()) {
                    Some(ExtendedType::Interface(_)) => "an interface",
                    Some(ExtendedType::Union(_)) => "a union",
                    _ => continue,
                };
                let message =
                    format!("[{}] {name}: the @key selects \"{coordinate}\", which is of {kind} type", subgraph.name);
                findings.error(
                    ErrorCode::KeyFieldsSelectInvalidType,
                    message,
                    place(),
                    "Use fields of scalar, enum or object types in keys.",
                );
            }
        }
    }
}
