//! `@external`: it serves something, and no directive that reaches the supergraph stands beside it.

use crate::ErrorCode;
use crate::findings::Findings;
use crate::links::FederationDirective;
use crate::subgraph::{FieldCoordinate, Subgraph};

/// Directives that reach the supergraph, and would do so from a subgraph that does not own the field.
const MERGED: [FederationDirective; 2] = [FederationDirective::Inaccessible, FederationDirective::Tag];

pub(super) fn check(subgraph: &Subgraph, findings: &mut Findings) {
    for (name, ty, fields) in subgraph.composite_types() {
        for field in fields.values() {
            let coordinate = FieldCoordinate { ty: name.clone(), field: field.name.clone() };
            let Some(external) = subgraph.on_field(FederationDirective::External, field) else { continue };
            if !subgraph.facts.is_external(&coordinate) {
                continue;
            }
            let on = format!("{name}.{}", field.name);
            let place = |label: &str| [(subgraph, external.location(), label.to_owned())];
            if ty.is_interface() {
                findings.error(
                    ErrorCode::ExternalOnInterface,
                    format!("[{}] {on}: an interface field cannot be @external", subgraph.name),
                    place("on an interface field"),
                    "Mark the field @external on the implementing types instead.",
                );
                continue;
            }
            if !subgraph.facts.is_used(&coordinate) {
                findings.error(
                    ErrorCode::ExternalUnused,
                    format!("[{}] {on} is @external but nothing uses it", subgraph.name),
                    place("used by no @key, @requires, @provides, @fromContext or interface"),
                    "Remove the field from this subgraph, or use it in a @requires or @provides.",
                );
            }
            for merged in MERGED.into_iter().filter_map(|merged| subgraph.on_field(merged, field)) {
                findings.error(
                    ErrorCode::MergedDirectiveApplicationOnExternal,
                    format!("[{}] {on}: @{} cannot stand on an @external field", subgraph.name, merged.name),
                    [(subgraph, merged.location(), "has no effect here".to_owned())],
                    "Move it to a subgraph that resolves the field.",
                );
            }
        }
    }
}
