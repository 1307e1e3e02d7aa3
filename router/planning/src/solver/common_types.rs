//! What can stand at an abstract position that several subgraphs may be asked for.
//!
//! Subgraphs that share a field answer alike. An object type that one of them cannot return there is therefore none of
//! the field's values, and what the client selects on such a type is not asked of anyone; this is also what the
//! reference planner does. It matters where subgraphs disagree on the members of a union or on an interface's types.

use std::collections::{BTreeSet, HashMap};

use router_schema::{TypeId, TypeSet};

use super::Solver;
use super::outcome::{Place, Progress, Seat};
use super::position::Position;
use crate::PlanningError;
use crate::operation::{EntryId, ListId, Selected, SelectedField};

/// The subgraphs that may be asked for a position, each with the type by which it knows the position.
type Holders = BTreeSet<Seat>;

/// The lists of one run that are done, by what they were and who holds their position.
#[derive(Debug, Default)]
pub(super) struct CommonTypes {
    narrowed: HashMap<(ListId, Holders), ListId>,
}

impl Solver<'_> {
    /// The entries of the root, everywhere without the types that not all who may be asked can return.
    pub(super) fn with_common_types(
        &mut self,
        root: TypeId,
        entries: Vec<EntryId>,
    ) -> Result<Vec<EntryId>, PlanningError> {
        let subgraphs = self.supergraph.subgraphs().iter().map(|subgraph| subgraph.id);
        let holders = subgraphs.map(|subgraph| Seat { subgraph, ty: root }).collect();
        let mut memory = CommonTypes::default();
        let list = self.arena.intern_list(entries);
        let list = self.narrow_list(&mut memory, list, root, &holders)?;
        Ok(self.arena.list(list).to_vec())
    }

    fn narrow_list(
        &mut self,
        memory: &mut CommonTypes,
        list: ListId,
        ty: TypeId,
        holders: &Holders,
    ) -> Result<ListId, PlanningError> {
        let known = (list, holders.clone());
        if let Some(narrowed) = memory.narrowed.get(&known) {
            return Ok(*narrowed);
        }
        let common = self.common_types(ty, holders);
        let mut entries = Vec::new();
        for entry in self.arena.list(list).to_vec() {
            self.step()?;
            let Some(selected) = self.narrow_types(entry, ty, common.as_ref()) else { continue };
            let children = self.narrow_children(memory, &selected, holders)?;
            entries.push(self.arena.intern_variant(entry, Selected { children, ..selected }));
        }
        if entries.is_empty() && list != ListId::EMPTY {
            entries.push(self.arena.intern(Selected::nothing(ty)));
        }
        let narrowed = self.arena.intern_list(entries);
        memory.narrowed.insert(known, narrowed);
        Ok(narrowed)
    }

    /// The object types that every holder can return; none when there is nothing to compare.
    fn common_types(&self, ty: TypeId, holders: &Holders) -> Option<TypeSet> {
        if !self.supergraph.type_definition(ty).kind.is_abstract() {
            return None;
        }
        let known = holders.iter().filter_map(|seat| {
            let here = self.supergraph.type_in_subgraph(seat.ty, seat.subgraph)?;
            // These answer for types that they do not know themselves.
            let is_closed = !here.is_interface_object && !here.possible_types.is_empty();
            is_closed.then(|| here.possible_types.clone())
        });
        known.reduce(|left, right| left.intersection(&right))
    }

    /// The entry for the common types only; none when it is for others.
    fn narrow_types(&self, entry: EntryId, ty: TypeId, common: Option<&TypeSet>) -> Option<Selected> {
        let mut selected = self.arena.entry(entry).clone();
        let Some(common) = common else { return Some(selected) };
        // Whatever is selected of every object stays: it needs no type.
        if self.supergraph.type_definition(ty).possible_types.is_subset(&selected.possible) {
            return Some(selected);
        }
        selected.possible = selected.possible.intersection(common);
        (!selected.possible.is_empty()).then_some(selected)
    }

    fn narrow_children(
        &mut self,
        memory: &mut CommonTypes,
        selected: &Selected,
        holders: &Holders,
    ) -> Result<ListId, PlanningError> {
        let SelectedField::Field(field) = selected.field else { return Ok(selected.children) };
        if selected.children == ListId::EMPTY {
            return Ok(ListId::EMPTY);
        }
        let (name, ty) = (&self.supergraph.field(field).name, self.supergraph.field(field).named_type);
        let mut below = Holders::new();
        for holder in holders {
            for object in selected.possible.iter() {
                below.extend(self.holders_of_field(*holder, object, name));
            }
        }
        self.narrow_list(memory, selected.children, ty, &below)
    }

    /// Who may be asked for a field of an object that one subgraph has brought.
    fn holders_of_field(&mut self, holder: Seat, object: TypeId, name: &str) -> Vec<Seat> {
        if self.supergraph.type_in_subgraph(object, holder.subgraph).is_none() {
            return Vec::new();
        }
        let start = Seat { subgraph: holder.subgraph, ty: object };
        let place = Place { subgraph: holder.subgraph, ty: object, progress: Progress::START };
        let seats = self.reached_from(&Position::below(self.supergraph, place), start);
        let resolved = seats.iter().filter_map(|seat| {
            let field = self.field_at(*seat, name).filter(|field| !field.is_external)?;
            Some(Seat { subgraph: seat.subgraph, ty: field.named_type })
        });
        resolved.collect()
    }
}
