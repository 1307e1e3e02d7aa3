//! Directives that say how a field is resolved do not stand on interface fields, which nobody resolves.

use crate::ErrorCode;
use crate::findings::Findings;
use crate::links::FederationDirective;
use crate::subgraph::Subgraph;

const RULES: [(FederationDirective, ErrorCode); 4] = [
    (FederationDirective::Requires, ErrorCode::RequiresUnsupportedOnInterface),
    (FederationDirective::Provides, ErrorCode::ProvidesUnsupportedOnInterface),
    (FederationDirective::Shareable, ErrorCode::InvalidShareableUsage),
    (FederationDirective::Override, ErrorCode::OverrideOnInterface),
];

pub(super) fn check(subgraph: &Subgraph, findings: &mut Findings) {
    for (name, _, fields) in subgraph.composite_types().filter(|(_, ty, _)| ty.is_interface()) {
        for field in fields.values() {
            for (directive, code) in RULES {
                let Some(applied) = subgraph.on_field(directive, field) else { continue };
                findings.error(
                    code,
                    format!(
                        "[{}] {name}.{}: @{} cannot stand on an interface field",
                        subgraph.name, field.name, applied.name
                    ),
                    [(subgraph, applied.location(), "on an interface field".to_owned())],
                    "Move it to the field of the implementing types.",
                );
            }
        }
    }
}
