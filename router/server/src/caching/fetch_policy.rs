//! How long the answers to one fetch may be kept, as far as the graph says. A subgraph says it as well; but one that forgets
//! that a field is of its viewer must not be believed for the whole fetch.

use apollo_compiler::Name;
use apollo_compiler::ast::{Document, Selection};
use router_execution::CachePolicy;

use super::hints::Hints;
use super::tags::{ENTITIES, Fragments, fragments_of, operation_of};

/// The policy of a fetch, by the rules of [`super::policy_of`]: a root field, and an entity, has nothing around it that it
/// could be kept as long as.
pub(super) fn policy_of_fetch(hints: &Hints, default_max_age: u32, document: &Document) -> CachePolicy {
    if !hints.are_there() {
        return CachePolicy::UNLIMITED;
    }
    let fragments = fragments_of(document);
    let mut walk = Walk { hints, default_max_age, fragments, policy: CachePolicy::UNLIMITED };
    let Some(operation) = operation_of(document, None) else { return CachePolicy::NOT_KEPT };
    for selection in &operation.selection_set {
        match selection {
            Selection::Field(field) if field.name == ENTITIES => walk.entities(&field.selection_set),
            _ => walk.selection(selection, hints.root_type(operation.operation_type), true),
        }
    }
    walk.policy
}

struct Walk<'a> {
    hints: &'a Hints,
    default_max_age: u32,
    fragments: Fragments<'a>,
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
            self.policy = self.policy.and(self.hints.policy_of_entity(name, self.default_max_age));
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
                let policy = self.hints.policy_of_field(parent, &field.name, is_root, self.default_max_age);
                self.policy = self.policy.and(policy);
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
}
