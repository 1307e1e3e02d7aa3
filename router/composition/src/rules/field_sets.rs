//! What the rules about `@key`, `@requires` and `@provides` share: reading the `fields` argument.

use apollo_compiler::Name;
use apollo_compiler::executable::FieldSet;
use apollo_compiler::schema::Directive;

use crate::ErrorCode;
use crate::findings::Findings;
use crate::subgraph::{FieldCoordinate, SelectedField, Subgraph, parse_field_set, selected_fields, text_argument};

/// Parses the `fields` of `applied` on `parent`; reports with `code` what is wrong with them.
pub(super) fn read(
    subgraph: &Subgraph,
    findings: &mut Findings,
    code: ErrorCode,
    applied: &Directive,
    span: Option<apollo_compiler::parser::SourceSpan>,
    (on, parent): (&str, &Name),
) -> Option<FieldSet> {
    let place = || [(subgraph, span, "this field set".to_owned())];
    let Some(text) = text_argument(applied, "fields") else {
        let message = format!("[{}] {on}: the \"fields\" of @{} are not a string", subgraph.name, applied.name);
        findings.error(code, message, place(), "Write the fields as one string, such as \"id\".");
        return None;
    };
    let parsed = parse_field_set(subgraph, parent, text).and_then(|set| {
        let decorated = selected_fields(&set).into_iter().find(|selected| selected.is_decorated);
        match decorated {
            Some(selected) => Err(format!("\"{}\" has an alias or a directive", selected.definition.name)),
            None => Ok(set),
        }
    });
    match parsed {
        Ok(set) => Some(set),
        Err(reason) => {
            let message = format!("[{}] {on}: @{}(fields: \"{text}\"): {reason}", subgraph.name, applied.name);
            let remedy =
                format!("Select fields that \"{parent}\" has in this subgraph, without aliases or directives.");
            findings.error(code, message, place(), remedy);
            None
        }
    }
}

/// The first selected leaf that the subgraph resolves itself, and so need not be asked for or promised.
/// A field is external too when a field around it is.
pub(super) fn first_leaf_not_external<'s>(subgraph: &Subgraph, set: &'s FieldSet) -> Option<SelectedField<'s>> {
    selected_fields(set).into_iter().find(|selected| {
        let around = selected.around.iter().any(|(ty, field)| is_external(subgraph, ty, field));
        selected.is_leaf && !around && !is_external(subgraph, selected.parent, &selected.definition.name)
    })
}

/// Whether a field is declared `@external`; one of an interface, whether it is in any implementation.
fn is_external(subgraph: &Subgraph, ty: &Name, field: &Name) -> bool {
    let is_declared = |ty: &Name| {
        let coordinate = FieldCoordinate { ty: ty.clone(), field: field.clone() };
        subgraph.facts.is_external(&coordinate)
    };
    let is_of_key = |ty: &Name| {
        let coordinate = FieldCoordinate { ty: ty.clone(), field: field.clone() };
        subgraph
            .field(ty, field)
            .is_some_and(|field| subgraph.on_field(crate::links::FederationDirective::External, field).is_some())
            && subgraph.facts.is_used(&coordinate)
    };
    is_declared(ty)
        || is_of_key(ty)
        || (subgraph.schema.get_interface(ty).is_some() && subgraph.possible_types(ty).iter().any(is_declared))
}
