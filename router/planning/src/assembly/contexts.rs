//! Values from contexts: the variables that carry them, and the fetches that must bring them first.

use std::collections::HashMap;

use apollo_compiler::ast::{Argument, Value};
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;
use router_schema::TypeId;

use super::{Assembly, Cursor};
use crate::operation::{Arena, EntryId, FilledArgument, FilledFrom, FilledValue, ListId};
use crate::plan::{ContextSource, ContextVariable, PathSegment};

/// What is noted of contexts while the solution is walked.
#[derive(Debug)]
pub(super) struct Contexts {
    /// Whether anything is filled from a context at all.
    is_used: bool,
    /// The variable of each value.
    variables: IndexMap<FilledValue, Name>,
    /// The response keys of a place, and what the drafts there want of it.
    wanted: Vec<Wanted>,
    /// By the response keys of their places: fields, and the drafts that bring them.
    placed: HashMap<Vec<Name>, Vec<(EntryId, Vec<usize>)>>,
}

#[derive(Debug)]
struct Wanted {
    draft: usize,
    place: Vec<Name>,
    list: ListId,
}

impl Contexts {
    pub(super) fn of(arena: &Arena) -> Self {
        let is_used = arena.entries().any(|selected| !selected.filled.is_empty());
        Self { is_used, variables: IndexMap::new(), wanted: Vec::new(), placed: HashMap::new() }
    }

    pub(super) fn note_placed(&mut self, path: &[PathSegment], entry: EntryId, drafts: impl Iterator<Item = usize>) {
        if !self.is_used {
            return;
        }
        self.placed.entry(keys(path)).or_default().push((entry, drafts.collect()));
    }
}

impl Assembly<'_, '_> {
    /// The arguments of a field that are filled from contexts in the draft's subgraph.
    pub(super) fn filled_arguments(
        &mut self,
        entry: EntryId,
        parent: TypeId,
        cursor: Cursor<'_>,
    ) -> Vec<Node<Argument>> {
        let solver = self.solver;
        let selected = solver.arena.entry(entry);
        let (Some(draft), false) = (cursor.draft, selected.filled.is_empty()) else { return Vec::new() };
        let subgraph = self.drafts[draft].subgraph;
        let is_here = |filled: &&FilledArgument| {
            let definition = solver.supergraph.field(filled.field);
            filled.subgraph == subgraph && definition.parent == parent
        };
        let filled: Vec<&FilledArgument> = selected.filled.iter().filter(is_here).collect();
        let mut arguments = Vec::with_capacity(filled.len());
        for filled in filled {
            let variable = self.context_variable(draft, &filled.value, cursor.path);
            let value = Node::new(Value::Variable(variable));
            arguments.push(Node::new(Argument { name: filled.name.clone(), value }));
        }
        arguments
    }

    fn context_variable(&mut self, draft: usize, value: &FilledValue, path: &[PathSegment]) -> Name {
        let number = self.contexts.variables.len();
        // Until the fetch is whole: no variable of a client has a name that GraphQL reserves.
        // What is further up than the field is less far up than where the fetch began.
        let below = keys(path).len() - self.drafts[draft].keys;
        let mut relative = value.clone();
        relative.sources.iter_mut().for_each(|source| source.keys_up -= below);
        let name = self.contexts.variables.entry(relative.clone());
        let name = name.or_insert_with(|| Name::new_unchecked(&format!("__context_{number}"))).clone();
        let keys = keys(path);
        for source in &value.sources {
            let place = keys[..keys.len().saturating_sub(source.keys_up)].to_vec();
            self.contexts.wanted.push(Wanted { draft, place, list: source.list });
        }
        if !self.drafts[draft].context_variables.iter().any(|(known, _)| known.name == name) {
            let sources = relative.sources.iter().map(|source| self.context_source(source)).collect();
            let variable = ContextVariable { name: name.clone(), sources };
            self.drafts[draft].context_variables.push((variable, value.ty.clone()));
        }
        name
    }

    fn context_source(&self, source: &FilledFrom) -> ContextSource {
        let all = &self.solver.supergraph.type_definition(source.ty).possible_types;
        let on_types = if all.is_subset(&source.possible) { Vec::new() } else { self.type_names(&source.possible) };
        let mut selections = self.representation_selections(source.list, source.ty, false);
        selections.retain(|selection| selection.field.name != "__typename");
        for selection in &mut selections {
            // What the object's type has already decided.
            if !on_types.is_empty() && on_types.iter().all(|name| selection.on_types.contains(name)) {
                selection.on_types.clear();
            }
        }
        ContextSource { keys_up: source.keys_up, on_types, selections }
    }

    /// Lets each draft wait for those that bring what its variables need.
    pub(super) fn wait_for_contexts(&mut self) {
        for Wanted { draft, place, list } in std::mem::take(&mut self.contexts.wanted) {
            for (entry, bringing) in self.contexts.placed.get(&place).into_iter().flatten() {
                if self.is_part_of_any(*entry, list) {
                    for other in bringing {
                        if !self.waits_for(*other, draft) {
                            self.drafts[draft].depends_on.insert(*other);
                        }
                    }
                }
            }
        }
    }

    /// Whether a placed field is one of the list, or what of it one fetch could bring.
    fn is_part_of_any(&self, entry: EntryId, list: ListId) -> bool {
        let arena = &self.solver.arena;
        let placed = arena.entry(entry);
        arena.list(list).iter().any(|wanted| {
            let whole = arena.entry(*wanted);
            *wanted == entry
                || (placed.response_key == whole.response_key
                    && placed.field == whole.field
                    && arena.list(placed.children).iter().all(|child| self.is_part_of_any(*child, whole.children)))
        })
    }

    /// Whether a draft is another one or comes after it.
    fn waits_for(&self, draft: usize, other: usize) -> bool {
        let mut seen = vec![false; self.drafts.len()];
        let mut stack = vec![draft];
        while let Some(next) = stack.pop() {
            if next == other {
                return true;
            }
            if !std::mem::replace(&mut seen[next], true) {
                stack.extend(&self.drafts[next].depends_on);
            }
        }
        false
    }
}

/// A path without types.
fn keys(path: &[PathSegment]) -> Vec<Name> {
    let keys = path.iter().filter_map(|segment| match segment {
        PathSegment::Key(key) => Some(key.clone()),
        PathSegment::OnTypes(_) => None,
    });
    keys.collect()
}
