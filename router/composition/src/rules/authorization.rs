//! Authorization directives do not stand on interfaces: a query can go round them through the implementing types.

use apollo_compiler::parser::SourceSpan;

use crate::ErrorCode;
use crate::findings::Findings;
use crate::links::FederationDirective;
use crate::subgraph::Subgraph;

/// The directives that restrict who may see an element.
const AUTHORIZATION: [FederationDirective; 3] =
    [FederationDirective::Authenticated, FederationDirective::RequiresScopes, FederationDirective::Policy];

// ADV-12, ADV-16: rules on interfaces were accepted and could be bypassed.
pub(super) fn check(subgraph: &Subgraph, findings: &mut Findings) {
    for (name, ty, fields) in subgraph.composite_types() {
        if !ty.is_interface() && !subgraph.is_interface_object(ty) {
            continue;
        }
        for directive in AUTHORIZATION.into_iter().filter(|directive| subgraph.links.has(*directive)) {
            for applied in subgraph.on_type(directive, ty) {
                report(subgraph, findings, name.as_str(), &applied.name, applied.location());
            }
            if subgraph.is_interface_object(ty) {
                continue;
            }
            for field in fields.values() {
                if let Some(applied) = subgraph.on_field(directive, field) {
                    let on = format!("{name}.{}", field.name);
                    report(subgraph, findings, &on, &applied.name, applied.location());
                }
            }
        }
    }
}

fn report(subgraph: &Subgraph, findings: &mut Findings, on: &str, directive: &str, span: Option<SourceSpan>) {
    findings.error(
        ErrorCode::AuthRequirementsAppliedOnInterface,
        format!("[{}] {on}: @{directive} cannot stand on an interface", subgraph.name),
        [(subgraph, span, "can be bypassed through the implementing types".to_owned())],
        format!("Put @{directive} on the implementing types and their fields."),
    );
}
