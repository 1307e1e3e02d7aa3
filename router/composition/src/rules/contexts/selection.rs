//! The `field` of a `@fromContext`: a context and what is selected of it, such as `$user { locale }`.

use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use apollo_compiler::executable::{Selection, SelectionSet};
use router_schema::context_selection_on;

use crate::links::FederationDirective;
use crate::subgraph::{Subgraph, first_directive, parse_field_set, selected_fields};

/// The context's name and the selection after it; none when it begins with no context.
pub(crate) fn split(text: &str) -> Option<(&str, &str)> {
    let ignored = |character: char| character.is_whitespace() || character == ',';
    let rest = text.trim_start_matches(ignored).strip_prefix('$')?.trim_start_matches(ignored);
    let end = rest.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(rest.len());
    let (context, selection) = rest.split_at(end);
    (!context.is_empty() && !selection.trim().is_empty()).then(|| (context, selection.trim()))
}

/// The part of a selection that concerns a type that sets the context.
pub(crate) fn selection_on(subgraph: &Subgraph, selection: &str, ty: &Name) -> String {
    let possible = subgraph.possible_types(ty);
    context_selection_on(selection, |on| {
        subgraph.schema.get_object(on).is_none() || possible.iter().any(|possible| possible == on)
    })
}

/// What is wrong with a selection on the types that set its context, as the end of a sentence.
pub(super) fn fault(subgraph: &Subgraph, selection: &str, types: &[&Name], argument: &Type) -> Option<String> {
    types.iter().find_map(|ty| fault_on(subgraph, selection, ty, argument))
}

fn fault_on(subgraph: &Subgraph, selection: &str, ty: &Name, argument: &Type) -> Option<String> {
    let set = match parse_field_set(subgraph, ty, &selection_on(subgraph, selection, ty)) {
        Ok(set) => set,
        Err(reason) => return Some(format!("the selection does not fit \"{ty}\": {reason}")),
    };
    if let Some(directive) = first_directive(&set) {
        return Some(format!("{directive} cannot stand in the selection"));
    }
    if let Some(aliased) = selected_fields(&set).into_iter().find(|selected| selected.has_alias) {
        return Some(format!("\"{}\" has an alias", aliased.definition.name));
    }
    let possible = subgraph.possible_types(ty);
    let conditions: Vec<&Name> = set
        .selection_set
        .selections
        .iter()
        .filter_map(|selected| selected.as_inline_fragment()?.type_condition.as_ref())
        .collect();
    // Fragments that leave a type out give nothing for its objects.
    let may_be_absent = !conditions.is_empty() && possible.iter().any(|ty| !conditions.contains(&ty));
    let mut applying = 0;
    for selected in &set.selection_set.selections {
        let below = match selected {
            Selection::Field(_) if set.selection_set.selections.len() > 1 => {
                return Some("more than one field is selected".to_owned());
            }
            Selection::InlineFragment(fragment) => match &fragment.type_condition {
                Some(condition) if subgraph.schema.get_object(condition).is_none() => {
                    return Some(format!("\"{condition}\" is not an object type"));
                }
                Some(condition) if !possible.contains(condition) => continue,
                Some(_) => &fragment.selection_set,
                None => return Some("a fragment has no type".to_owned()),
            },
            Selection::Field(_) => &set.selection_set,
            Selection::FragmentSpread(_) => return Some("it has a fragment spread".to_owned()),
        };
        applying += 1;
        match selected_type(subgraph, below) {
            Err(reason) => return Some(reason),
            Ok(found) => {
                let found = if may_be_absent { found.nullable() } else { found };
                if !is_accepted(&found, argument) {
                    return Some(format!("it gives {found}, but the argument is {argument}"));
                }
            }
        }
    }
    (applying == 0).then(|| format!("it selects nothing of \"{ty}\""))
}

/// The type of the one value that is selected, lists around it included.
fn selected_type(subgraph: &Subgraph, set: &SelectionSet) -> Result<Type, String> {
    let ty = subgraph.schema.types.get(&set.ty);
    if ty.is_some_and(|ty| subgraph.type_has(FederationDirective::InterfaceObject, ty)) {
        return Err(format!("\"{}\" is an @interfaceObject", set.ty));
    }
    let [Selection::Field(field)] = set.selections.as_slice() else {
        return Err("more than one field is selected".to_owned());
    };
    if field.selection_set.selections.is_empty() {
        return Ok(field.definition.ty.clone());
    }
    let below = selected_type(subgraph, &field.selection_set)?;
    Ok(wrap(&field.definition.ty, below))
}

/// The value below a field, in the lists of the field.
fn wrap(around: &Type, below: Type) -> Type {
    match around {
        Type::Named(_) => below.nullable(),
        Type::NonNullNamed(_) => below,
        Type::List(inner) => Type::List(Box::new(wrap(inner, below))),
        Type::NonNullList(inner) => Type::NonNullList(Box::new(wrap(inner, below))),
    }
}

/// Whether a value of the type can always be given to the argument.
fn is_accepted(value: &Type, argument: &Type) -> bool {
    match (value, argument) {
        (Type::NonNullNamed(value), Type::NonNullNamed(argument) | Type::Named(argument))
        | (Type::Named(value), Type::Named(argument)) => value == argument,
        (Type::NonNullList(value), Type::NonNullList(argument) | Type::List(argument))
        | (Type::List(value), Type::List(argument)) => is_accepted(value, argument),
        _ => false,
    }
}
