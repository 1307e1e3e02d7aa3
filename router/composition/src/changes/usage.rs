//! What of a schema an operation uses.

use std::collections::BTreeSet;

use apollo_compiler::executable::{Directive, Selection, SelectionSet};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{ExecutableDocument, Node, Schema};

use super::{Change, Criticality};

/// The coordinates that an operation uses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    coordinates: BTreeSet<String>,
}

impl Usage {
    /// What the operations and fragments of a document use of the schema that it is valid for.
    #[must_use]
    pub fn of(document: &ExecutableDocument, schema: &Schema) -> Self {
        let mut usage = Self::default();
        for operation in document.operations.iter() {
            usage.directives(&operation.directives);
            usage.selections(&operation.selection_set);
            for variable in &operation.variables {
                usage.input(variable.ty.inner_named_type(), schema);
            }
        }
        for fragment in document.fragments.values() {
            usage.directives(&fragment.directives);
            usage.selections(&fragment.selection_set);
        }
        usage
    }

    /// The changes that break the operation, although it may still be valid.
    pub fn broken_by<'c>(&self, changes: &'c [Change]) -> impl Iterator<Item = &'c Change> {
        let breaking = changes.iter().filter(|change| change.criticality == Criticality::Breaking);
        breaking.filter(|change| self.coordinates.contains(owner_of(change)))
    }

    fn selections(&mut self, set: &SelectionSet) {
        self.coordinates.insert(set.ty.to_string());
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    let coordinate = format!("{}.{}", set.ty, field.name);
                    for argument in &field.arguments {
                        self.coordinates.insert(format!("{coordinate}({}:)", argument.name));
                    }
                    self.coordinates.insert(coordinate);
                    self.coordinates.insert(field.definition.ty.inner_named_type().to_string());
                    self.directives(&field.directives);
                    self.selections(&field.selection_set);
                }
                Selection::InlineFragment(fragment) => {
                    self.directives(&fragment.directives);
                    self.selections(&fragment.selection_set);
                }
                Selection::FragmentSpread(spread) => self.directives(&spread.directives),
            }
        }
    }

    fn directives(&mut self, applied: &[Node<Directive>]) {
        self.coordinates.extend(applied.iter().map(|directive| format!("@{}", directive.name)));
    }

    /// Clients may send any part of an input type.
    fn input(&mut self, name: &str, schema: &Schema) {
        if !self.coordinates.insert(name.to_owned()) {
            return;
        }
        match schema.types.get(name) {
            Some(ExtendedType::InputObject(input)) => {
                for (field, definition) in &input.fields {
                    self.coordinates.insert(format!("{name}.{field}"));
                    self.input(definition.ty.inner_named_type(), schema);
                }
            }
            Some(ExtendedType::Enum(found)) => {
                self.coordinates.extend(found.values.keys().map(|value| format!("{name}.{value}")));
            }
            _ => {}
        }
    }
}

/// What has to be used for a change to be met: of something required that was added, what it was added to.
fn owner_of(change: &Change) -> &str {
    let coordinate = change.coordinate.as_str();
    match change.code {
        "REQUIRED_ARG_ADDED" => coordinate.split_once('(').map_or(coordinate, |(owner, _)| owner),
        "REQUIRED_INPUT_FIELD_ADDED" => coordinate.split_once('.').map_or(coordinate, |(owner, _)| owner),
        _ => coordinate,
    }
}
