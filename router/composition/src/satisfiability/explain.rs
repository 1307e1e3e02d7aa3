//! Says which query fails, and why each subgraph cannot go on.

use std::rc::Rc;

use apollo_compiler::ast::OperationType;
use router_schema::{FieldId, SubgraphId, Supergraph, TypeId};

use super::branch::Branch;
use super::walk::{Failure, FailureKind, Step};
use crate::findings::Findings;
use crate::subgraph::Subgraph;
use crate::{ErrorCode, HintCode};

/// Reports one failure.
pub(super) fn report(subgraphs: &[Subgraph], supergraph: &Supergraph, failure: &Failure, findings: &mut Findings) {
    let ty = &supergraph.type_definition(failure.ty).name;
    let field = supergraph.field(failure.field);
    let on = format!("{ty}.{}", field.name);
    let query = query_text(supergraph, failure);
    let places = subgraphs.iter().filter_map(|subgraph| {
        let span = subgraph.field(ty, &field.name)?.name.location();
        Some((subgraph, span, "declared here".to_owned()))
    });
    match &failure.kind {
        FailureKind::Unreachable { from, reached } => {
            let reasons: String =
                reasons(supergraph, failure, from, reached).into_iter().map(|reason| format!("\n- {reason}")).collect();
            findings.error(
                ErrorCode::SatisfiabilityError,
                format!("this query cannot be answered:\n{query}because of \"{on}\":{reasons}"),
                places,
                format!(
                    "Give \"{ty}\" a @key that both sides have, or resolve \"{}\" in a subgraph that can be reached here.",
                    field.name
                ),
            );
        }
        FailureKind::UnknownType(values) => {
            let names = values.iter().map(|value| supergraph.subgraph(value.subgraph).name.as_str());
            let interface = &supergraph.type_definition(values[0].local).name;
            findings.error(
                ErrorCode::SatisfiabilityError,
                format!(
                    "this query cannot be answered:\n{query}because the type of what \"{on}\" returns cannot be known: it \
                     comes from the @interfaceObject \"{interface}\" of {}, and no subgraph that defines the interface can be \
                     entered from there",
                    crate::error::name_list(names)
                ),
                places,
                format!("Give the interface \"{interface}\" a resolvable @key whose fields the @interfaceObject has."),
            );
        }
        FailureKind::DifferingTypes(values) => {
            let returned = returned_types(supergraph, values);
            let message = format!(
                "\"{on}\" is shared, but its subgraphs return different types:{returned}\nin\n{query}a type that not all of \
                 them return must not occur there"
            );
            findings.hint(HintCode::InconsistentRuntimeTypesForShareableReturn, message, places);
        }
        FailureKind::DisjointTypes(values) => {
            let returned = returned_types(supergraph, values);
            findings.error(
                ErrorCode::ShareableHasMismatchedRuntimeTypes,
                format!("\"{on}\" is shared, but its subgraphs have no returned type in common:{returned}\nin\n{query}"),
                places,
                "Subgraphs that share a field return the same value; give the types in common, or do not share the field.",
            );
        }
    }
}

/// One line for each subgraph, with the types it returns.
fn returned_types(supergraph: &Supergraph, values: &[Branch]) -> String {
    let lines = values.iter().map(|value| {
        let names: Vec<&str> = supergraph
            .type_in_subgraph(value.local, value.subgraph)
            .into_iter()
            .flat_map(|here| here.possible_types.iter())
            .map(|id| supergraph.type_definition(id).name.as_str())
            .collect();
        format!("\n- \"{}\" returns {}", supergraph.subgraph(value.subgraph).name, names.join(", "))
    });
    lines.collect()
}

/// The query, ending in the field that fails.
fn query_text(supergraph: &Supergraph, failure: &Failure) -> String {
    let mut steps: Vec<&Rc<Step>> = Vec::new();
    let mut next = failure.path.as_ref();
    while let Some(step) = next {
        steps.push(step);
        next = step.before.as_ref();
    }
    steps.reverse();
    let operation = match failure.operation {
        OperationType::Query => "",
        OperationType::Mutation => "mutation ",
        OperationType::Subscription => "subscription ",
    };
    let mut lines = vec![format!("{operation}{{")];
    let mut open = 1;
    for step in steps {
        lines.push(format!("{}{} {{", "  ".repeat(open), call(supergraph, step.field)));
        open += 1;
        if supergraph.field(step.field).named_type != step.narrowed_to {
            let name = &supergraph.type_definition(step.narrowed_to).name;
            lines.push(format!("{}... on {name} {{", "  ".repeat(open)));
            open += 1;
        }
    }
    let below = supergraph.type_definition(supergraph.field(failure.field).named_type).kind.is_composite();
    let selection = if below { " { ... }" } else { "" };
    lines.push(format!("{}{}{selection}", "  ".repeat(open), call(supergraph, failure.field)));
    lines.extend((0..open).rev().map(|depth| format!("{}}}", "  ".repeat(depth))));
    lines.iter().map(|line| format!("    {line}\n")).collect()
}

/// A field with the arguments it cannot do without.
fn call(supergraph: &Supergraph, field: FieldId) -> String {
    let field = supergraph.field(field);
    let required = field.arguments.iter().filter(|argument| argument.is_required());
    let arguments: Vec<String> = required.map(|argument| format!("{}: ${}", argument.name, argument.name)).collect();
    if arguments.is_empty() { field.name.to_string() } else { format!("{}({})", field.name, arguments.join(", ")) }
}

/// One sentence for each subgraph that is reached, and for each that would resolve the field but is not.
fn reasons(supergraph: &Supergraph, failure: &Failure, from: &[Branch], reached: &[Branch]) -> Vec<String> {
    let name = |id: SubgraphId| &supergraph.subgraph(id).name;
    let ty = &supergraph.type_definition(failure.ty).name;
    let field = &supergraph.field(failure.field).name;
    let mut reasons = Vec::new();
    for branch in reached {
        let how = if from.contains(branch) { "" } else { ", reached by key," };
        reasons.push(format!("\"{}\"{how} {}", name(branch.subgraph), why_not_here(supergraph, branch, field)));
    }
    let is_reached = |id: SubgraphId| reached.iter().any(|branch| branch.subgraph == id);
    for subgraph in supergraph.subgraphs().iter().filter(|subgraph| !is_reached(subgraph.id)) {
        let locals = locals(supergraph, failure.ty, subgraph.id);
        let resolving = locals.into_iter().find(|local| {
            let id = supergraph.field_id(*local, field);
            id.and_then(|id| supergraph.field_in_subgraph(id, subgraph.id)).is_some_and(|field| !field.is_external)
        });
        if let Some(local) = resolving {
            let keys = key_texts(supergraph, local, subgraph.id);
            reasons.push(match keys.as_slice() {
                [] => format!("\"{}\" resolves it, but \"{ty}\" has no resolvable @key there", subgraph.name),
                keys => format!(
                    "\"{}\" resolves it, but its @key {} cannot be had from there",
                    subgraph.name,
                    crate::error::name_list(keys.iter().map(String::as_str))
                ),
            });
        }
    }
    reasons
}

fn why_not_here(supergraph: &Supergraph, branch: &Branch, field: &str) -> String {
    let id = supergraph.field_id(branch.local, field);
    match id.and_then(|id| supergraph.field_in_subgraph(id, branch.subgraph)) {
        None => "does not have the field".to_owned(),
        Some(here) if here.is_external => "has the field only as @external".to_owned(),
        Some(here) if here.is_overridden => "has the field, but another subgraph overrides it".to_owned(),
        Some(here) if here.requires.is_some() => {
            "has the field, but what it @requires, or a @key to come back with it, cannot be had".to_owned()
        }
        Some(here) if !here.context_arguments.is_empty() => {
            let names = here.context_arguments.iter().map(|argument| argument.name.as_str());
            format!(
                "has the field, but no object above it on this path sets a context for the argument {} that can be had, or the \
                 object cannot be looked up again with it",
                crate::error::name_list(names)
            )
        }
        Some(_) => "cannot resolve the field on this path".to_owned(),
    }
}

fn locals(supergraph: &Supergraph, ty: TypeId, subgraph: SubgraphId) -> Vec<TypeId> {
    let above = supergraph.type_definition(ty).interfaces.iter().copied();
    std::iter::once(ty).chain(above).filter(|id| supergraph.type_in_subgraph(*id, subgraph).is_some()).collect()
}

/// The resolvable keys of a type in a subgraph, by the names of their fields.
fn key_texts(supergraph: &Supergraph, ty: TypeId, subgraph: SubgraphId) -> Vec<String> {
    let keys = supergraph.type_in_subgraph(ty, subgraph).into_iter().flat_map(|here| here.keys.iter());
    keys.filter(|key| key.resolvable).map(|key| set_text(&key.fields)).collect()
}

fn set_text(set: &router_schema::FieldSet) -> String {
    let field = |field: &router_schema::FieldSetField| {
        let below = set_text(&field.selections);
        if below.is_empty() { field.name.to_string() } else { format!("{} {{ {below} }}", field.name) }
    };
    set.fields.iter().map(field).collect::<Vec<_>>().join(" ")
}
