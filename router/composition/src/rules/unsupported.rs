//! What would silently lose its meaning is refused instead.

use crate::ErrorCode;
use crate::findings::Findings;
use crate::links::FederationDirective;
use crate::subgraph::Subgraph;

pub(super) fn check(subgraph: &Subgraph, findings: &mut Findings) {
    for (name, _, fields) in subgraph.composite_types() {
        for field in fields.values() {
            let name_of = subgraph.links.local_name(FederationDirective::FromContext);
            let applied = field.arguments.iter().find_map(|argument| argument.directives.get(name_of));
            if let Some(applied) = applied.filter(|_| subgraph.links.has(FederationDirective::FromContext)) {
                findings.error(
                    ErrorCode::UnsupportedFeature,
                    format!("[{}] {name}.{}: @fromContext is not supported", subgraph.name, field.name),
                    [(subgraph, applied.location(), "would not be filled".to_owned())],
                    "Use @requires to bring the value to this field.",
                );
            }
        }
    }
}
