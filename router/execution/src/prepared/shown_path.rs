//! Which part of a path in the merged data the client knows of.

use std::collections::HashSet;

use apollo_compiler::executable::{Operation, Selection, SelectionSet};
use apollo_compiler::response::ResponseDataPathSegment;
use apollo_compiler::{ExecutableDocument, Name};

use crate::error::ResponsePath;

/// Ends `path` before the first key that `operation` does not ask for, under any type condition: what the router has asked
/// for beyond it, such as keys of entities, may be hidden from clients (FED-15).
pub(super) fn cut(document: &ExecutableDocument, operation: &Operation, path: &mut ResponsePath) {
    let mut selection_sets = vec![&operation.selection_set];
    let unknown = path.iter().position(|segment| match segment {
        ResponseDataPathSegment::Field(key) => {
            selection_sets = below(document, &selection_sets, key);
            selection_sets.is_empty()
        }
        ResponseDataPathSegment::ListIndex(_) => false,
    });
    path.truncate(unknown.unwrap_or(path.len()));
}

/// What the fields with this response key ask for; of a leaf, nothing in one empty set.
fn below<'a>(
    document: &'a ExecutableDocument,
    selection_sets: &[&'a SelectionSet],
    key: &Name,
) -> Vec<&'a SelectionSet> {
    let mut found = Vec::new();
    let mut open = selection_sets.to_vec();
    // Each fragment counts once, so that no nesting of spreads multiplies the work.
    let mut visited_fragments = HashSet::new();
    while let Some(selection_set) = open.pop() {
        for selection in &selection_set.selections {
            match selection {
                Selection::Field(field) if field.response_key() == key => found.push(&field.selection_set),
                Selection::Field(_) => {}
                Selection::InlineFragment(inline) => open.push(&inline.selection_set),
                Selection::FragmentSpread(spread) => {
                    let fragment = document.fragments.get(&spread.fragment_name);
                    if visited_fragments.insert(&spread.fragment_name) {
                        open.extend(fragment.map(|fragment| &fragment.selection_set));
                    }
                }
            }
        }
    }
    found
}
