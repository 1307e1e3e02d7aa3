//! What must hold of the merged graph as a whole.

use apollo_compiler::Name;
use apollo_compiler::schema::ExtendedType;

use crate::ErrorCode;
use crate::findings::Findings;
use crate::merge::Merged;
use crate::subgraph::{Subgraph, fields_of};

/// Checks that there is something to query and that implementations keep their interfaces' promises.
pub(crate) fn check(subgraphs: &[Subgraph], merged: &Merged, findings: &mut Findings) {
    if !merged.types.contains_key("Query") {
        findings.error(
            ErrorCode::NoQueries,
            "no subgraph has a query",
            [],
            "Give at least one subgraph a type Query with a field.",
        );
    }
    for (name, ty) in &merged.types {
        if let ExtendedType::Object(object) = ty {
            for interface in &object.implements_interfaces {
                check_implementation(subgraphs, merged, findings, name, &interface.name);
            }
        }
    }
}

fn check_implementation(
    subgraphs: &[Subgraph],
    merged: &Merged,
    findings: &mut Findings,
    object: &Name,
    interface: &Name,
) {
    let fields = |name: &Name| merged.types.get(name).and_then(fields_of);
    let (Some(own), Some(wanted)) = (fields(object), fields(interface)) else { return };
    for field in wanted.keys().filter(|field| !own.contains_key(*field)) {
        let declaring = subgraphs.iter().filter_map(|subgraph| {
            let span = subgraph.field(interface, field)?.name.location();
            Some((subgraph, span, "the interface has the field here".to_owned()))
        });
        let implementing = subgraphs.iter().filter_map(|subgraph| {
            let span = subgraph.schema.get_object(object)?.name.location();
            Some((subgraph, span, "the implementation lacks it".to_owned()))
        });
        findings.error(
            ErrorCode::InterfaceFieldNoImplem,
            format!("\"{object}\" implements \"{interface}\" but has no field \"{field}\" in any subgraph"),
            declaring.chain(implementing),
            format!("Add \"{field}\" to \"{object}\", or remove it from \"{interface}\"."),
        );
    }
}
