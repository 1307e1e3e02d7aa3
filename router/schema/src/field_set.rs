//! The argument of `@key`, `@requires` and `@provides`: a selection without aliases or variables.

use apollo_compiler::ast::{Argument, Document};
use apollo_compiler::executable::{self, Selection, SelectionSet};
use apollo_compiler::schema::Schema;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node};

use crate::{FieldId, TypeId};

/// A parsed field set: its fields in the order of the text, type conditions folded into them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct FieldSet {
    /// The fields.
    pub fields: Vec<FieldSetField>,
}

/// One field of a [`FieldSet`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldSetField {
    /// The type that the set names it on: the innermost type condition, else the type of the enclosing field.
    pub parent: TypeId,
    /// Its name.
    pub name: Name,
    /// Which field it is; none for `__typename`.
    pub field: Option<FieldId>,
    /// Its arguments.
    pub arguments: Vec<Node<Argument>>,
    /// What is selected of it; empty for a leaf.
    pub selections: FieldSet,
}

/// Checks that a text is a field set and nothing else, whatever the types: it has to be the one operation of a document.
/// The parser of field sets alone passes over what follows them, and some malformed ones make it panic.
///
/// # Errors
/// What is wrong with the text.
pub fn check_field_set_syntax(text: &str) -> Result<(), String> {
    let braced = if text.trim_start().starts_with('{') { text.to_owned() } else { format!("{{ {text} }}") };
    match Document::parse(braced, "field set") {
        Ok(document) if document.definitions.len() == 1 => Ok(()),
        Ok(_) => Err("it is more than one selection".to_owned()),
        Err(failure) => Err(first_message(&failure.errors)),
    }
}

/// Looks types and fields up while a field set is read.
pub(crate) trait Names {
    /// The type of this name.
    fn type_id(&self, name: &str) -> Option<TypeId>;
    /// The field of this name on this type.
    fn field_id(&self, parent: TypeId, name: &str) -> Option<FieldId>;
}

impl FieldSet {
    /// Parses `text` on the type `parent`. The error names what the text gets wrong.
    pub(crate) fn parse(text: &str, parent: &Name, schema: &Valid<Schema>, names: &impl Names) -> Result<Self, String> {
        check_field_set_syntax(text)?;
        let parsed = executable::FieldSet::parse(schema, parent.clone(), text, "field set")
            .map_err(|failure| first_message(&failure.errors))?;
        convert(&parsed.selection_set, names)
    }

    /// Whether no field is in it.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

fn first_message(errors: &apollo_compiler::validation::DiagnosticList) -> String {
    errors.iter().next().map_or_else(|| "it is malformed".to_owned(), |diagnostic| diagnostic.error.to_string())
}

fn convert(selections: &SelectionSet, names: &impl Names) -> Result<FieldSet, String> {
    let mut fields = Vec::new();
    collect(selections, names, &mut fields)?;
    Ok(FieldSet { fields })
}

fn collect(selections: &SelectionSet, names: &impl Names, fields: &mut Vec<FieldSetField>) -> Result<(), String> {
    let parent = names.type_id(&selections.ty).ok_or_else(|| format!("the type {} does not exist", selections.ty))?;
    for selection in &selections.selections {
        match selection {
            Selection::Field(field) => fields.push(FieldSetField {
                parent,
                name: field.name.clone(),
                field: names.field_id(parent, &field.name),
                arguments: field.arguments.clone(),
                selections: convert_below(field, names)?,
            }),
            Selection::InlineFragment(fragment) => collect(&fragment.selection_set, names, fields)?,
            Selection::FragmentSpread(spread) => {
                return Err(format!("a field set cannot spread a fragment, as it does {}", spread.fragment_name));
            }
        }
    }
    Ok(())
}

fn convert_below(field: &executable::Field, names: &impl Names) -> Result<FieldSet, String> {
    if field.selection_set.is_empty() { Ok(FieldSet::default()) } else { convert(&field.selection_set, names) }
}
