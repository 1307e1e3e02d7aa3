//! Reads the field sets of `@key`, `@requires` and `@provides` on a subgraph's schema.

use apollo_compiler::Name;
use apollo_compiler::ast::FieldDefinition;
use apollo_compiler::executable::{FieldSet, Selection, SelectionSet};

use router_schema::check_field_set_syntax;

use super::Subgraph;

/// A field that a field set selects.
pub(crate) struct SelectedField<'s> {
    /// The type it is selected on.
    pub(crate) parent: &'s Name,
    /// Its definition there.
    pub(crate) definition: &'s FieldDefinition,
    /// Whether nothing is selected below it.
    pub(crate) is_leaf: bool,
    /// The fields around it, outermost first: type and name.
    pub(crate) around: Vec<(Name, Name)>,
    /// Whether it is selected with an alias, which field sets cannot have.
    pub(crate) has_alias: bool,
}

/// Parses a field set on `parent`. The error says what is wrong with the text.
pub(crate) fn parse_field_set(subgraph: &Subgraph, parent: &Name, text: &str) -> Result<FieldSet, String> {
    check_field_set_syntax(text)?;
    FieldSet::parse_and_validate(&subgraph.schema, parent.clone(), text, "field set")
        .map(apollo_compiler::validation::Valid::into_inner)
        .map_err(|failure| {
            let first = failure.errors.iter().next().map(|diagnostic| diagnostic.error.to_string());
            first.unwrap_or_else(|| "it is malformed".to_owned())
        })
}

/// Every field that a field set selects, in the order of the text; `__typename` left out.
pub(crate) fn selected_fields(set: &FieldSet) -> Vec<SelectedField<'_>> {
    let mut found = Vec::new();
    collect(&set.selection_set, &mut Vec::new(), &mut found);
    found
}

fn collect<'s>(selections: &'s SelectionSet, around: &mut Vec<(Name, Name)>, found: &mut Vec<SelectedField<'s>>) {
    for selection in &selections.selections {
        match selection {
            Selection::Field(field) if field.name == "__typename" => {}
            Selection::Field(field) => {
                found.push(SelectedField {
                    parent: &selections.ty,
                    definition: &field.definition,
                    is_leaf: field.selection_set.is_empty(),
                    around: around.clone(),
                    has_alias: field.alias.is_some(),
                });
                around.push((selections.ty.clone(), field.name.clone()));
                collect(&field.selection_set, around, found);
                around.pop();
            }
            Selection::InlineFragment(fragment) => collect(&fragment.selection_set, around, found),
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// The first directive that is applied in a field set.
pub(crate) fn first_directive(set: &FieldSet) -> Option<String> {
    first_directive_in(&set.selection_set)
}

fn first_directive_in(selections: &SelectionSet) -> Option<String> {
    selections.selections.iter().find_map(|selection| {
        let below = match selection {
            Selection::Field(field) => Some(&field.selection_set),
            Selection::InlineFragment(fragment) => Some(&fragment.selection_set),
            Selection::FragmentSpread(_) => None,
        };
        let own = selection.directives().first().map(|directive| format!("@{}", directive.name));
        own.or_else(|| below.and_then(first_directive_in))
    })
}
