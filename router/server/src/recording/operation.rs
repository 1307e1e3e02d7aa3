//! What is told of an operation; the same for all its requests.

use std::collections::{BTreeSet, HashSet};

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::OperationType;
use apollo_compiler::executable::{Operation, Selection, SelectionSet};
use router_planning::plan::{Fetch, FetchTarget, QueryPlan};
use router_registry::id_of_text;
use router_schema::Supergraph;
use router_studio::{OperationKind, OperationRecord, PlannedFetch};

use crate::plan_extension::place;

/// The record of an operation of the document with this text, and of its plan.
pub(crate) fn record_of(
    text: &str,
    document: &ExecutableDocument,
    operation: &Operation,
    plan: &QueryPlan,
    supergraph: &Supergraph,
) -> OperationRecord {
    let mut fields = BTreeSet::new();
    note_fields(document, &operation.selection_set, &mut fields, &mut HashSet::new());
    OperationRecord {
        hash: id_of_text(text),
        name: operation.name.as_ref().map(ToString::to_string),
        kind: match operation.operation_type {
            OperationType::Query => OperationKind::Query,
            OperationType::Mutation => OperationKind::Mutation,
            OperationType::Subscription => OperationKind::Subscription,
        },
        text: without_texts(text),
        fields: fields.into_iter().collect(),
        plan: plan.fetches.iter().map(|fetch| planned(fetch, supergraph)).collect(),
    }
}

fn planned(fetch: &Fetch, supergraph: &Supergraph) -> PlannedFetch {
    let paths = match &fetch.target {
        FetchTarget::Root => Vec::new(),
        FetchTarget::Entities(sites) => sites.iter().map(|site| place(&site.path)).collect(),
    };
    PlannedFetch {
        subgraph: supergraph.subgraph(fetch.subgraph).name.clone(),
        depends_on: fetch.depends_on.iter().map(|id| id.0).collect(),
        document: without_texts(&fetch.document.text),
        paths,
    }
}

/// Each as `Type.field`, without those that every schema has.
fn note_fields<'d>(
    document: &'d ExecutableDocument,
    selections: &'d SelectionSet,
    fields: &mut BTreeSet<String>,
    seen: &mut HashSet<&'d str>,
) {
    for selection in &selections.selections {
        match selection {
            Selection::Field(field) => {
                if !field.name.starts_with("__") {
                    fields.insert(format!("{}.{}", selections.ty, field.name));
                }
                note_fields(document, &field.selection_set, fields, seen);
            }
            Selection::InlineFragment(fragment) => note_fields(document, &fragment.selection_set, fields, seen),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.fragment_name)
                    && seen.insert(&spread.fragment_name)
                {
                    note_fields(document, &fragment.selection_set, fields, seen);
                }
            }
        }
    }
}

/// The document, with nothing in its strings and without its comments: people may have written there who they are.
fn without_texts(document: &str) -> String {
    let mut kept = String::with_capacity(document.len());
    let mut rest = document;
    while let Some(next) = rest.find(['"', '#']) {
        kept.push_str(&rest[..next]);
        rest = &rest[next..];
        if rest.starts_with('#') {
            rest = &rest[rest.find(['\n', '\r']).unwrap_or(rest.len())..];
            continue;
        }
        kept.push_str("\"\"");
        rest = match rest.strip_prefix("\"\"\"") {
            Some(block) => after_block(block),
            None => after_string(&rest[1..]),
        };
    }
    kept.push_str(rest);
    kept
}

/// What comes after the end of a block, which is none where it is escaped.
fn after_block(text: &str) -> &str {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\"\"\"") {
        if !before.ends_with('\\') {
            return after;
        }
        rest = after;
    }
    ""
}

fn after_string(text: &str) -> &str {
    let mut is_escaped = false;
    for (index, character) in text.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return &text[index + 1..],
            _ => {}
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::without_texts;

    #[test]
    fn nothing_that_people_write_stands_in_a_document() {
        let document =
            "query Q { a(x: \"se\\\"cret\", y: 1) # Lee's\n b(z: \"\"\"more \\\"\"\" secret\"\"\") c(d: \"\") }";
        assert_eq!(without_texts(document), "query Q { a(x: \"\", y: 1) \n b(z: \"\") c(d: \"\") }");
        for broken in ["\"", "{ a(x: \"open", "\"\"\"open", "#", "\"\\"] {
            assert!(!without_texts(broken).contains("open"), "{broken}");
        }
    }
}
