//! How long the reply to an operation may be kept, as far as the graph says: the strictest of all that is asked for, by the
//! rules of Apollo's `@cacheControl` (<https://www.apollographql.com/docs/apollo-server/performance/caching>).
//!
//! A field counts with its own hint, or with that of the type it returns. One of which nothing is said is kept as long as
//! the field around it, so it changes nothing; but a root field has none around it, and counts with the default. In a graph
//! whose directive has `inheritMaxAge`, so does every field that returns objects, unless it is told to inherit.

use std::collections::HashSet;

use apollo_compiler::executable::{Operation, Selection, SelectionSet};
use apollo_compiler::{ExecutableDocument, Name};
use router_execution::CachePolicy;

use super::hints::Hints;

/// The policy of an operation; [`CachePolicy::UNLIMITED`] when the graph says nothing of anything.
pub(crate) fn policy_of(
    hints: &Hints,
    default_max_age: u32,
    document: &ExecutableDocument,
    operation: &Operation,
) -> CachePolicy {
    let mut walk = Walk { hints, default_max_age, document, seen: HashSet::new(), policy: CachePolicy::UNLIMITED };
    if operation.root_fields(document).any(|field| field.name.starts_with("__") && field.name != "__typename") {
        // What the schema shows is not the same for everybody.
        return CachePolicy::NOT_KEPT;
    }
    if hints.are_there() {
        walk.set(&operation.selection_set, true);
    }
    walk.policy
}

struct Walk<'a> {
    hints: &'a Hints,
    default_max_age: u32,
    document: &'a ExecutableDocument,
    /// A fragment counts once, wherever it is spread: what it adds does not depend on the place.
    seen: HashSet<(&'a Name, bool)>,
    policy: CachePolicy,
}

impl<'a> Walk<'a> {
    fn set(&mut self, set: &'a SelectionSet, is_root: bool) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) if field.name == "__typename" => {}
                Selection::Field(field) => {
                    self.field(&set.ty, &field.name, is_root);
                    self.set(&field.selection_set, false);
                }
                Selection::InlineFragment(inline) => self.set(&inline.selection_set, is_root),
                Selection::FragmentSpread(spread) => {
                    let fragment = self.document.fragments.get(&spread.fragment_name);
                    if let Some(fragment) = fragment.filter(|_| self.seen.insert((&spread.fragment_name, is_root))) {
                        self.set(&fragment.selection_set, is_root);
                    }
                }
            }
        }
    }

    fn field(&mut self, parent: &Name, name: &Name, is_root: bool) {
        self.policy = self.policy.and(self.hints.policy_of_field(parent, name, is_root, self.default_max_age));
    }
}
