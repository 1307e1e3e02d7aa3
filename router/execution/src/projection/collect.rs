//! Which fields an object is asked for: `CollectFields` (section 6.3.2).

use std::collections::HashSet;

use apollo_compiler::ast::Value;
use apollo_compiler::executable::{DirectiveList, Field, Selection, SelectionSet};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::{ExecutableDocument, Name, Node, Schema};
use indexmap::IndexMap;

use super::parent::ParentType;

/// The fields under each response key, in the order in which the keys are first met.
pub(super) type GroupedFields<'a> = IndexMap<&'a Name, Vec<&'a Node<Field>>>;

/// The fields that `selection_sets` (one set, or the sets of fields that merge) ask of an object of `parent_type`.
pub(super) fn collect_fields<'a>(
    schema: &Schema,
    document: &'a ExecutableDocument,
    variables: &JsonMap,
    parent_type: ParentType<'_>,
    selection_sets: &[&'a SelectionSet],
) -> GroupedFields<'a> {
    let mut collector = Collector {
        schema,
        document,
        variables,
        parent_type,
        visited_fragments: HashSet::new(),
        grouped: IndexMap::new(),
    };
    for selection_set in selection_sets {
        collector.collect(selection_set);
    }
    collector.grouped
}

struct Collector<'s, 'a> {
    schema: &'s Schema,
    document: &'a ExecutableDocument,
    variables: &'s JsonMap,
    parent_type: ParentType<'s>,
    /// Each fragment counts once per object, so that no nesting of spreads multiplies the work.
    visited_fragments: HashSet<&'a Name>,
    grouped: GroupedFields<'a>,
}

impl<'a> Collector<'_, 'a> {
    fn collect(&mut self, selection_set: &'a SelectionSet) {
        for selection in &selection_set.selections {
            if !is_included(selection.directives(), self.variables) {
                continue;
            }
            match selection {
                Selection::Field(field) => self.grouped.entry(field.response_key()).or_default().push(field),
                Selection::InlineFragment(inline) => {
                    if inline.type_condition.as_ref().is_none_or(|condition| self.applies(condition)) {
                        self.collect(&inline.selection_set);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    if !self.visited_fragments.insert(&spread.fragment_name) {
                        continue;
                    }
                    let Some(fragment) = self.document.fragments.get(&spread.fragment_name) else { continue };
                    if self.applies(fragment.type_condition()) {
                        self.collect(&fragment.selection_set);
                    }
                }
            }
        }
    }

    /// `DoesFragmentTypeApply`.
    fn applies(&self, condition: &Name) -> bool {
        self.parent_type.is_one_of(self.schema, condition)
    }
}

fn is_included(directives: &DirectiveList, variables: &JsonMap) -> bool {
    !condition(directives, "skip", variables).unwrap_or(false)
        && condition(directives, "include", variables).unwrap_or(true)
}

/// The value of a directive's `if`. A variable without a Boolean value counts as false, as it does in a plan.
fn condition(directives: &DirectiveList, directive: &str, variables: &JsonMap) -> Option<bool> {
    let argument = directives.get(directive)?.specified_argument_by_name("if")?;
    Some(match argument.as_ref() {
        Value::Boolean(value) => *value,
        Value::Variable(name) => variables.get(name.as_str()).and_then(JsonValue::as_bool).unwrap_or(false),
        _ => false,
    })
}
