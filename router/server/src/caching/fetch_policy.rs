//! How long the answers to one fetch may be kept, as far as the graph says. A subgraph says it as well; but one that forgets
//! that a field is of its viewer must not be believed for the whole fetch.

use std::collections::HashMap;

use apollo_compiler::Name;
use apollo_compiler::ast::{Definition, Document, FragmentDefinition, OperationDefinition, Selection};
use router_execution::{CachePolicy, CacheScope};
use router_planning::plan::Fetch;

use super::hints::{Hint, Hints};

/// The policy of a fetch, by the rules of [`super::policy_of`]: a root field, and an entity, has nothing around it that it
/// could be kept as long as.
pub(crate) fn policy_of_fetch(hints: &Hints, default_max_age: u32, fetch: &Fetch) -> CachePolicy {
    if !hints.are_there() {
        return CachePolicy::UNLIMITED;
    }
    let Ok(document) = Document::parse(fetch.document.text.as_str(), "fetch.graphql") else {
        return CachePolicy::NOT_KEPT;
    };
    let mut walk = Walk { hints, default_max_age, fragments: HashMap::new(), policy: CachePolicy::UNLIMITED };
    let mut operation: Option<&OperationDefinition> = None;
    for definition in &document.definitions {
        match definition {
            Definition::OperationDefinition(one) => operation = Some(one),
            Definition::FragmentDefinition(one) => drop(walk.fragments.insert(&one.name, one)),
            _ => {}
        }
    }
    let Some(operation) = operation else { return CachePolicy::NOT_KEPT };
    for selection in &operation.selection_set {
        match selection {
            Selection::Field(field) if field.name == "_entities" => walk.entities(&field.selection_set),
            _ => walk.selection(selection, hints.root_type(operation.operation_type), true),
        }
    }
    walk.policy
}

struct Walk<'a> {
    hints: &'a Hints,
    default_max_age: u32,
    fragments: HashMap<&'a Name, &'a FragmentDefinition>,
    policy: CachePolicy,
}

impl<'a> Walk<'a> {
    fn entities(&mut self, selections: &'a [Selection]) {
        for selection in selections {
            let (name, below) = match selection {
                Selection::InlineFragment(inline) => (inline.type_condition.as_ref(), &inline.selection_set),
                Selection::FragmentSpread(spread) => match self.fragments.get(&spread.fragment_name) {
                    Some(fragment) => (Some(&fragment.type_condition), &fragment.selection_set),
                    None => continue,
                },
                Selection::Field(_) => continue,
            };
            let hint = name.map(|name| self.hints.of_type(name)).unwrap_or_default();
            self.add(hint, self.default_max_age);
            for selection in below {
                self.selection(selection, name, false);
            }
        }
    }

    fn selection(&mut self, selection: &'a Selection, parent: Option<&'a Name>, is_root: bool) {
        match selection {
            Selection::Field(field) if field.name == "__typename" => {}
            Selection::Field(field) => {
                // What the graph does not know says nothing of itself.
                let Some(parent) = parent else { return self.policy = CachePolicy::NOT_KEPT };
                let hint = self.hints.of_field(parent, &field.name);
                let has_default = is_root || self.hints.has_default(parent, &field.name, hint);
                self.add(hint, if has_default { self.default_max_age } else { u32::MAX });
                let returned = self.hints.returned(parent, &field.name);
                for selection in &field.selection_set {
                    self.selection(selection, returned, false);
                }
            }
            Selection::InlineFragment(inline) => {
                let parent = inline.type_condition.as_ref().or(parent);
                for selection in &inline.selection_set {
                    self.selection(selection, parent, is_root);
                }
            }
            // A fetch's document has no cycles.
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = self.fragments.get(&spread.fragment_name).copied() {
                    for selection in &fragment.selection_set {
                        self.selection(selection, Some(&fragment.type_condition), is_root);
                    }
                }
            }
        }
    }

    fn add(&mut self, hint: Hint, otherwise: u32) {
        let max_age = hint.max_age.unwrap_or(otherwise);
        self.policy = self.policy.and(CachePolicy { max_age, scope: hint.scope.unwrap_or(CacheScope::Public) });
    }
}
