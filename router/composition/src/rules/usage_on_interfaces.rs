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

/// The minor version of Federation 2 that brought keys of interfaces.
const INTERFACE_KEYS_SINCE: u32 = 3;

pub(super) fn check(subgraph: &Subgraph, findings: &mut Findings) {
    for (name, ty, fields) in subgraph.composite_types().filter(|(_, ty, _)| ty.is_interface()) {
        let is_older = subgraph.links.minor_version().is_some_and(|minor| minor < INTERFACE_KEYS_SINCE);
        if let Some(key) = subgraph.on_type(FederationDirective::Key, ty).next().filter(|_| is_older) {
            findings.error(
                ErrorCode::KeyUnsupportedOnInterface,
                format!("[{}] {name}: @{} cannot stand on an interface before Federation 2.3", subgraph.name, key.name),
                [(subgraph, key.location(), "on an interface".to_owned())],
                "Link https://specs.apollo.dev/federation/v2.3 or newer, or remove the key.",
            );
        }
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
