//! `@requires`: its fields exist and come from elsewhere.

use super::field_sets;
use crate::ErrorCode;
use crate::findings::Findings;
use crate::links::FederationDirective;
use crate::subgraph::Subgraph;

pub(super) fn check(subgraph: &Subgraph, findings: &mut Findings) {
    for (name, _, fields) in subgraph.composite_types() {
        for field in fields.values() {
            let Some(requires) = subgraph.on_field(FederationDirective::Requires, field) else { continue };
            let on = format!("{name}.{}", field.name);
            let read = field_sets::read(subgraph, findings, &field_sets::REQUIRES, requires, (&on, name));
            let Some(set) = read else { continue };
            if let Some(own) = field_sets::first_leaf_not_external(subgraph, &set) {
                let required = format!("{}.{}", own.parent, own.definition.name);
                findings.error(
                    ErrorCode::RequiresFieldsMissingExternal,
                    format!("[{}] {on}: @requires selects \"{required}\", which is not @external", subgraph.name),
                    [
                        (subgraph, requires.location(), format!("requires \"{required}\"")),
                        (subgraph, own.definition.name.location(), "not marked @external".to_owned()),
                    ],
                    format!("Mark \"{required}\" @external, or leave it out: the subgraph has it already."),
                );
            }
        }
    }
}
