//! What the rules about `@key`, `@requires` and `@provides` share: reading the `fields` argument.

use apollo_compiler::executable::FieldSet;
use apollo_compiler::schema::Directive;
use apollo_compiler::{Name, Node};

use crate::ErrorCode;
use crate::findings::Findings;
use crate::subgraph::{
    FieldCoordinate, SelectedField, Subgraph, first_directive, parse_field_set, selected_fields, text_argument,
};

/// The codes for what can be wrong with a field set.
pub(super) struct Codes {
    invalid: ErrorCode,
    not_a_string: ErrorCode,
    has_directive: ErrorCode,
}

/// Those of `@key`.
pub(super) const KEY: Codes = Codes {
    invalid: ErrorCode::KeyInvalidFields,
    not_a_string: ErrorCode::KeyInvalidFieldsType,
    has_directive: ErrorCode::KeyDirectiveInFieldsArg,
};

/// Those of `@requires`.
pub(super) const REQUIRES: Codes = Codes {
    invalid: ErrorCode::RequiresInvalidFields,
    not_a_string: ErrorCode::RequiresInvalidFieldsType,
    has_directive: ErrorCode::RequiresDirectiveInFieldsArg,
};

/// Those of `@provides`.
pub(super) const PROVIDES: Codes = Codes {
    invalid: ErrorCode::ProvidesInvalidFields,
    not_a_string: ErrorCode::ProvidesInvalidFieldsType,
    has_directive: ErrorCode::ProvidesDirectiveInFieldsArg,
};

/// Parses the `fields` of `applied` on `parent`; reports with `codes` what is wrong with them.
pub(super) fn read(
    subgraph: &Subgraph,
    findings: &mut Findings,
    codes: &Codes,
    applied: &Node<Directive>,
    (on, parent): (&str, &Name),
) -> Option<FieldSet> {
    let span = applied.specified_argument_by_name("fields").and_then(Node::location);
    let place = || [(subgraph, span.or(applied.location()), "this field set".to_owned())];
    let Some(text) = text_argument(applied, "fields") else {
        let message = format!("[{}] {on}: the \"fields\" of @{} are not a string", subgraph.name, applied.name);
        let remedy = "Write the fields as one string, such as \"id\".";
        findings.error(codes.not_a_string, message, place(), remedy);
        return None;
    };
    let parsed = parse_field_set(subgraph, parent, text).map_err(|reason| (codes.invalid, reason)).and_then(|set| {
        if let Some(directive) = first_directive(&set) {
            return Err((codes.has_directive, format!("{directive} cannot stand in a field set")));
        }
        match selected_fields(&set).into_iter().find(|selected| selected.has_alias) {
            Some(aliased) => Err((codes.invalid, format!("\"{}\" has an alias", aliased.definition.name))),
            None => Ok(set),
        }
    });
    match parsed {
        Ok(set) => Some(set),
        Err((code, reason)) => {
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
