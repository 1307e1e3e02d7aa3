//! `@interfaceObject`: the type has a `@key`, and the subgraph knows none of the interface's implementations.

use crate::ErrorCode;
use crate::findings::Findings;
use crate::links::FederationDirective;
use crate::subgraph::Subgraph;

pub(super) fn check(subgraph: &Subgraph, findings: &mut Findings) {
    for (name, ty, _) in subgraph.composite_types() {
        let Some(applied) = subgraph.on_type(FederationDirective::InterfaceObject, ty).next() else { continue };
        if !subgraph.type_has(FederationDirective::Key, ty) {
            findings.error(
                ErrorCode::InterfaceObjectUsageError,
                format!("[{}] the @interfaceObject \"{name}\" has no @key", subgraph.name),
                [(subgraph, applied.location(), "needs a @key".to_owned())],
                "Give it a @key that the interface has in the subgraph that defines it.",
            );
        }
    }
}
