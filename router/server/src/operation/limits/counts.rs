//! What a document holds as it is written: definitions, variables, directives and literal values.

use apollo_compiler::Node;
use apollo_compiler::ast::{Argument, Definition, DirectiveList, Document, Selection, Value};

use super::within;
use crate::configuration::OperationLimits;
use crate::refusal::{ErrorCode, Refusal};

#[derive(Debug, Default)]
struct Counts {
    directives: usize,
    /// Of the longest list, and of the object with the most levels.
    list_values: usize,
    input_depth: usize,
}

/// Refuses a document with more than the limits allow.
pub(super) fn check(limits: &OperationLimits, document: &Document) -> Result<(), Refusal> {
    let complex = |found, limit, unit| within(found, limit, ErrorCode::OperationTooComplex, unit);
    complex(document.definitions.len(), limits.definitions_max, "operations and fragments long")?;
    let mut counts = Counts::default();
    for definition in &document.definitions {
        match definition {
            Definition::OperationDefinition(operation) => {
                complex(operation.variables.len(), limits.variables_max, "variables rich")?;
                for variable in &operation.variables {
                    counts.directives(&variable.directives);
                    counts.value(variable.default_value.as_ref());
                }
                counts.directives(&operation.directives);
                counts.selections(&operation.selection_set);
            }
            Definition::FragmentDefinition(fragment) => {
                counts.directives(&fragment.directives);
                counts.selections(&fragment.selection_set);
            }
            // Validation refuses it.
            _ => {}
        }
    }
    complex(counts.directives, limits.directives_max, "directives rich")?;
    complex(counts.list_values, limits.list_values_max, "values long in one list")?;
    within(counts.input_depth, limits.input_depth_max, ErrorCode::OperationTooDeep, "levels of input values deep")
}

impl Counts {
    /// The parser bounds how deep the syntax nests.
    fn selections(&mut self, selections: &[Selection]) {
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    self.arguments(&field.arguments);
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

    fn directives(&mut self, directives: &DirectiveList) {
        self.directives += directives.len();
        for directive in directives {
            self.arguments(&directive.arguments);
        }
    }

    fn arguments(&mut self, arguments: &[Node<Argument>]) {
        for argument in arguments {
            self.value(Some(&argument.value));
        }
    }

    fn value(&mut self, value: Option<&Node<Value>>) {
        let depth = value.map_or(0, |value| self.depth(value));
        self.input_depth = self.input_depth.max(depth);
    }

    /// How many lists and objects stand one in the other.
    fn depth(&mut self, value: &Value) -> usize {
        match value {
            Value::List(items) => {
                self.list_values = self.list_values.max(items.len());
                1 + items.iter().map(|item| self.depth(item)).max().unwrap_or_default()
            }
            Value::Object(members) => 1 + members.iter().map(|(_, value)| self.depth(value)).max().unwrap_or_default(),
            _ => 0,
        }
    }
}
