//! `__Type.isOneOf` (GraphQL September 2025, section 4.2.2), which the library's introspection does not know yet: it is asked
//! for `name` under the same response key, and the name is replaced by the answer.

use std::collections::HashSet;

use apollo_compiler::executable::{Selection, SelectionSet};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::schema::FieldDefinition;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Node, Schema};

const FIELD: &str = "isOneOf";

/// The document with `name` for every `isOneOf`; none when there is nothing to replace.
pub(crate) fn asking_for_names(
    schema: &Schema,
    document: &Valid<ExecutableDocument>,
) -> Option<Valid<ExecutableDocument>> {
    let operations = document.operations.iter().map(|operation| &operation.selection_set);
    let fragments = document.fragments.values().map(|fragment| &fragment.selection_set);
    if !operations.chain(fragments).any(selects) {
        return None;
    }
    let definition = &schema.type_field("__Type", "name").ok()?.node;
    let mut rewritten = ExecutableDocument::clone(document);
    let names: Vec<Option<Name>> = rewritten.operations.iter().map(|operation| operation.name.clone()).collect();
    for name in names {
        match &name {
            Some(name) => {
                if let Some(operation) = rewritten.operations.named.get_mut(name) {
                    rewrite(&mut operation.make_mut().selection_set, definition);
                }
            }
            None => {
                if let Some(operation) = &mut rewritten.operations.anonymous {
                    rewrite(&mut operation.make_mut().selection_set, definition);
                }
            }
        }
    }
    rewritten.fragments.values_mut().for_each(|fragment| rewrite(&mut fragment.make_mut().selection_set, definition));
    // The two fields differ in their types alone, and only among themselves.
    Some(Valid::assume_valid(rewritten))
}

/// Puts the answers in the place of the names. `set` is what the client selects of `value`.
pub(crate) fn replace_names(schema: &Schema, document: &ExecutableDocument, set: &SelectionSet, value: &mut JsonMap) {
    Replacement { schema, document, replaced: HashSet::new(), visited: HashSet::new() }.object(set, value);
}

fn selects(set: &SelectionSet) -> bool {
    set.selections.iter().any(|selection| match selection {
        Selection::Field(field) => is_one_of(set, &field.name) || selects(&field.selection_set),
        Selection::InlineFragment(fragment) => selects(&fragment.selection_set),
        Selection::FragmentSpread(_) => false,
    })
}

fn is_one_of(set: &SelectionSet, field: &Name) -> bool {
    set.ty == "__Type" && field == FIELD
}

fn rewrite(set: &mut SelectionSet, name: &Node<FieldDefinition>) {
    for selection in &mut set.selections {
        match selection {
            Selection::Field(field) if set.ty == "__Type" && field.name == FIELD => {
                let field = field.make_mut();
                field.alias = Some(field.response_key().clone());
                field.name = name.name.clone();
                field.definition = name.clone();
            }
            Selection::Field(field) => rewrite(&mut field.make_mut().selection_set, name),
            Selection::InlineFragment(fragment) => rewrite(&mut fragment.make_mut().selection_set, name),
            Selection::FragmentSpread(_) => {}
        }
    }
}

struct Replacement<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    /// Where a name has become an answer already: the addresses of objects, which stay where they are, and their keys.
    replaced: HashSet<(usize, Name)>,
    /// The fragments that were followed on each object, so that no nesting of spreads multiplies the work.
    visited: HashSet<(usize, Name)>,
}

impl Replacement<'_> {
    fn object(&mut self, set: &SelectionSet, value: &mut JsonMap) {
        let address = std::ptr::from_ref(value).addr();
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    let key = field.response_key();
                    let Some(found) = value.get_mut(key.as_str()) else { continue };
                    if !is_one_of(set, &field.name) {
                        self.value(&field.selection_set, found);
                    } else if self.replaced.insert((address, key.clone())) {
                        *found = answer(self.schema, found);
                    }
                }
                Selection::InlineFragment(fragment) => self.object(&fragment.selection_set, value),
                Selection::FragmentSpread(spread) => {
                    let document = self.document;
                    if let Some(fragment) = document.fragments.get(&spread.fragment_name)
                        && self.visited.insert((address, spread.fragment_name.clone()))
                    {
                        self.object(&fragment.selection_set, value);
                    }
                }
            }
        }
    }

    fn value(&mut self, set: &SelectionSet, value: &mut JsonValue) {
        match value {
            JsonValue::Object(object) => self.object(set, object),
            JsonValue::Array(items) => items.iter_mut().for_each(|item| self.value(set, item)),
            _ => {}
        }
    }
}

/// True or false for an input object; null for what is none, lists and non-null types included: they have no name.
fn answer(schema: &Schema, name: &JsonValue) -> JsonValue {
    let input = name.as_str().and_then(|name| schema.get_input_object(name));
    input.map_or(JsonValue::Null, |input| input.directives.has("oneOf").into())
}
