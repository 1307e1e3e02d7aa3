//! Positions whose runtime type is not known: resolved as written where the subgraph can, else type by type.

use std::rc::Rc;

use indexmap::IndexMap;
use router_schema::{TypeId, TypeSet};

use super::Solver;
use super::outcome::{Cost, Node, Outcome, Place, Placed, Seat};
use super::position::Position;
use crate::PlanningError;
use crate::operation::{EntryId, ListId, Selected, SelectedField};

impl Solver<'_> {
    /// Solves a position that holds an interface or union of the subgraph.
    ///
    /// A field that the client named on an interface comes from here for all types or not at all: where one type's
    /// object would need another way, the parent must find one way for all.
    pub(super) fn solve_abstract(&mut self, place: Place, entries: &[EntryId]) -> Result<Outcome, PlanningError> {
        let outcome = self.solve_by_type(place, entries)?;
        let halves: Vec<EntryId> = entries.iter().copied().filter(|entry| self.is_half(*entry, &outcome)).collect();
        if halves.is_empty() {
            return Ok(outcome);
        }
        let whole: Vec<EntryId> = entries.iter().copied().filter(|entry| !halves.contains(entry)).collect();
        let mut outcome = self.solve_by_type(place, &whole)?;
        outcome.missing.extend(halves);
        Ok(outcome)
    }

    /// Whether an entry on an interface is missing for some type.
    fn is_half(&mut self, entry: EntryId, outcome: &Outcome) -> bool {
        let parent = self.arena.entry(entry).parent;
        let is_on_interface = self.supergraph.type_definition(parent).kind.is_abstract();
        is_on_interface
            && !outcome.missing.contains(&entry)
            && outcome.missing.clone().into_iter().any(|missing| {
                let ty = self.arena.entry(missing).parent;
                self.on_type(entry, ty) == Some(missing)
            })
    }

    fn solve_by_type(&mut self, place: Place, entries: &[EntryId]) -> Result<Outcome, PlanningError> {
        let seat = Seat { subgraph: place.subgraph, ty: place.ty };
        let here = self.supergraph.type_in_subgraph(place.ty, place.subgraph);
        let types = here.map(|here| here.possible_types.clone()).unwrap_or_default();
        let mut node = Node::first(Some(seat));
        let mut cost = Cost::default();
        let mut by_type: IndexMap<TypeId, Vec<EntryId>> = IndexMap::new();
        let mut missing = Vec::new();
        for entry in entries {
            if let Some(placed) = self.place_as_written(place, &types, *entry)? {
                cost.add_field(0);
                if let Placed::Field { child: Some(child), .. } = &placed {
                    cost.add(&child.cost, 0);
                }
                node.placed.push(placed);
                continue;
            }
            let applicable = types.intersection(&self.arena.entry(*entry).possible);
            if types.is_empty() && self.is_for_every_type(*entry, place.ty) {
                missing.push(*entry);
            }
            for ty in applicable.iter() {
                let entry = self.on_type(*entry, ty);
                by_type.entry(ty).or_default().extend(entry);
            }
        }
        by_type.sort_keys();
        for (ty, entries) in by_type {
            let outcome = self.solve_position(&Position::of_type(place, ty), &entries)?;
            cost.add(&outcome.cost, 0);
            missing.extend(outcome.missing.iter().copied());
            node.placed.push(Placed::Here(Rc::new(outcome)));
        }
        Ok(Outcome { nodes: vec![node], missing, types, cost })
    }

    /// The field under the type the client named it on, when every type that the subgraph can return here resolves it.
    fn place_as_written(
        &mut self,
        place: Place,
        types: &TypeSet,
        entry: EntryId,
    ) -> Result<Option<Placed>, PlanningError> {
        let selected = self.arena.entry(entry).clone();
        let applicable = types.intersection(&selected.possible);
        if selected.field == SelectedField::Typename {
            let is_for_all = applicable == *types && !types.is_empty();
            return Ok(is_for_all.then_some(Placed::Field { entry, parent: place.ty, child: None }));
        }
        let seat = Seat { subgraph: place.subgraph, ty: selected.parent };
        let parent = self.supergraph.type_definition(selected.parent);
        let Some(here) = parent.in_subgraph(place.subgraph) else { return Ok(None) };
        // An interface that nothing implements in this subgraph: the subgraph may still answer for it, or fail itself.
        let is_asked = !applicable.is_empty() || (types.is_empty() && selected.parent == place.ty);
        let is_plain = parent.kind.is_abstract() && !here.is_interface_object && is_asked;
        // Under the type condition the subgraph must see exactly the objects that the client means.
        if !is_plain || here.possible_types.intersection(types) != applicable {
            return Ok(None);
        }
        let name = self.field_name(entry);
        let Some(field) = self.field_at(seat, name) else { return Ok(None) };
        if !applicable.iter().all(|ty| self.resolves_itself(place, ty, name)) {
            return Ok(None);
        }
        if selected.children == ListId::EMPTY {
            return Ok(Some(Placed::Field { entry, parent: selected.parent, child: None }));
        }
        let mut below = self.provided_field(place.progress.provided, selected.parent, name).unwrap_or_default();
        below.extend(field.provides.iter().flat_map(|set| set.fields.iter().cloned()));
        let progress = self.progress_below(place.progress, below);
        let below = Place { subgraph: place.subgraph, ty: field.named_type, progress };
        let placement = self.placement_of_composite(seat, selected.parent, entry, below)?;
        Ok(placement.filter(|placement| placement.rest.is_none()).map(|placement| placement.placed))
    }

    /// Whether the entry is selected whatever the object is.
    fn is_for_every_type(&self, entry: EntryId, ty: TypeId) -> bool {
        self.supergraph.type_definition(ty).possible_types.is_subset(&self.arena.entry(entry).possible)
    }

    fn resolves_itself(&self, place: Place, ty: TypeId, name: &str) -> bool {
        self.field_at(Seat { subgraph: place.subgraph, ty }, name).is_some_and(|field| {
            let is_provided = self.provided_field(place.progress.provided, ty, name).is_some();
            (!field.is_external || is_provided) && !field.has_requirements()
        })
    }

    /// The entry as selected on one object type; none when that type lacks the field.
    fn on_type(&mut self, entry: EntryId, ty: TypeId) -> Option<EntryId> {
        let selected = self.arena.entry(entry).clone();
        let field = match selected.field {
            SelectedField::Typename => SelectedField::Typename,
            SelectedField::Field(field) => {
                SelectedField::Field(self.supergraph.field_id(ty, &self.supergraph.field(field).name)?)
            }
        };
        Some(self.arena.intern_variant(entry, Selected { field, parent: ty, possible: TypeSet::of(ty), ..selected }))
    }
}
