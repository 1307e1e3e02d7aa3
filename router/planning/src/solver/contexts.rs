//! Arguments that objects further up the query fill (`@context`, `@fromContext`).
//!
//! Before the search, each selected field with such arguments is given its sources: the nearest enclosing objects that
//! set the context. What the sources select joins the operation at their places, so that the search finds fetches for it
//! like for anything else. In the search such a field is placed only in fetches that begin below all of its sources: what
//! fills its arguments must be there before its own fetch begins.

use router_schema::{ContextArgument, FieldId, TypeId, TypeSet};

use super::Solver;
use super::outcome::Seat;
use crate::operation::{EntryId, FilledArgument, FilledFrom, FilledValue, ListId, Selected, SelectedField};

/// An enclosing object, while the fields below it are visited.
struct Level {
    /// Its type in the operation.
    ty: TypeId,
    /// The runtime types that the fields below are selected for.
    possible: TypeSet,
    /// What the fields below want of it.
    wanted: Vec<EntryId>,
}

impl Solver<'_> {
    /// The entries of the root with the sources of all arguments below, and with what the sources select.
    pub(super) fn with_contexts(&mut self, root: TypeId, entries: Vec<EntryId>, is_serial: bool) -> Vec<EntryId> {
        if !self.supergraph.has_contexts() {
            return entries;
        }
        // The root of a mutation gives no values: to select more of it would be to do more.
        let possible = if is_serial { TypeSet::new() } else { TypeSet::of(root) };
        self.fill_level(root, Some(&possible), &entries, &mut Vec::new())
    }

    /// `only`: the runtime types for which the level may be a source, where that is not every type it is selected for.
    fn fill_level(
        &mut self,
        ty: TypeId,
        only: Option<&TypeSet>,
        entries: &[EntryId],
        above: &mut Vec<Level>,
    ) -> Vec<EntryId> {
        let mut filled = Vec::with_capacity(entries.len());
        let mut wanted = Vec::new();
        for entry in entries {
            let mut selected = self.arena.entry(*entry).clone();
            selected.filled = self.filled_arguments(&selected, above);
            if let SelectedField::Field(field) = selected.field
                && selected.children != ListId::EMPTY
            {
                let children = self.arena.list(selected.children).to_vec();
                let possible = only.unwrap_or(&selected.possible).clone();
                above.push(Level { ty, possible, wanted: Vec::new() });
                let children = self.fill_level(self.supergraph.field(field).named_type, None, &children, above);
                wanted.extend(above.pop().into_iter().flat_map(|level| level.wanted));
                selected.children = self.arena.intern_list(children);
            }
            filled.push(self.arena.intern_variant(*entry, selected));
        }
        for entry in wanted {
            if !filled.contains(&entry) {
                filled.push(entry);
            }
        }
        filled
    }

    fn filled_arguments(&mut self, selected: &Selected, above: &mut [Level]) -> Vec<FilledArgument> {
        let SelectedField::Field(named) = selected.field else { return Vec::new() };
        let name = &self.supergraph.field(named).name;
        let mut fields: Vec<FieldId> = vec![named];
        fields.extend(selected.possible.iter().filter_map(|ty| self.supergraph.field_id(ty, name)));
        fields.sort();
        fields.dedup();
        let mut filled = Vec::new();
        for field in fields {
            for subgraph in self.supergraph.subgraphs() {
                let Some(here) = self.supergraph.field_in_subgraph(field, subgraph.id) else { continue };
                for argument in &here.context_arguments {
                    let sources = self.sources(argument, above);
                    let value = FilledValue { ty: argument.ty.clone(), sources };
                    filled.push(FilledArgument { field, subgraph: subgraph.id, name: argument.name.clone(), value });
                }
            }
        }
        filled
    }

    /// The nearest objects that set the context: further ones only for the types with which the nearer do not.
    fn sources(&mut self, argument: &ContextArgument, above: &mut [Level]) -> Vec<FilledFrom> {
        let mut setters: Vec<_> = argument.setters.iter().collect();
        // An object's own selection before that of an interface or a union.
        setters.sort_by_key(|setter| self.supergraph.type_definition(setter.ty).possible_types.len());
        let mut sources = Vec::new();
        for (index, level) in above.iter_mut().rev().enumerate() {
            let mut open = level.possible.clone();
            for setter in &setters {
                let possible = open.intersection(&self.supergraph.type_definition(setter.ty).possible_types);
                if possible.is_empty() {
                    continue;
                }
                let entries: Vec<EntryId> = setter
                    .selection
                    .fields
                    .iter()
                    .filter_map(|field| self.internal_entry(level.ty, &possible, field))
                    .collect();
                level.wanted.extend(entries.iter().filter(|entry| !level.wanted.contains(entry)).collect::<Vec<_>>());
                let list = self.arena.intern_list(entries);
                open = open.iter().filter(|ty| !possible.contains(*ty)).collect();
                sources.push(FilledFrom { keys_up: index + 1, ty: level.ty, possible, list });
            }
            if open.is_empty() && !level.possible.is_empty() {
                break;
            }
        }
        sources
    }

    /// Whether the arguments of a field that a seat wants filled have sources, and all of them above where the fetch
    /// began, so that the values are there before it.
    pub(super) fn is_filled(&self, seat: Seat, name: &str, selected: &Selected, keys: usize) -> bool {
        let Some(field) = self.supergraph.field_id(seat.ty, name) else { return false };
        let arguments = self.field_at(seat, name).map(|here| &here.context_arguments[..]).unwrap_or_default();
        arguments.iter().all(|argument| {
            selected.filled.iter().any(|filled| {
                filled.field == field
                    && filled.subgraph == seat.subgraph
                    && filled.name == argument.name
                    && !filled.value.sources.is_empty()
                    && filled.value.sources.iter().all(|source| source.keys_up > keys)
            })
        })
    }
}
