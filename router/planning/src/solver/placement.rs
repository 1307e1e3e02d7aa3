//! Whether a node can resolve a field by itself, and what is then left below the field.

use router_schema::{FieldSetField, SubgraphId, TypeId};

use super::Solver;
use super::outcome::{Outcome, Place, Placed, Progress, ProvidedId, Seat};
use super::position::Position;
use crate::PlanningError;
use crate::operation::{EntryId, ListId, Selected, SelectedField};

/// A field in a node.
pub(super) struct Placement {
    pub(super) placed: Placed,
    /// What of the field's value must come from elsewhere.
    pub(super) rest: Option<EntryId>,
}

impl Placement {
    /// The position below the field, or the solution for the same position.
    pub(super) fn below(&self) -> Option<&Outcome> {
        match &self.placed {
            Placed::Field { child, .. } => child.as_deref(),
            Placed::Here(outcome) => Some(outcome),
        }
    }

    /// Whether the node resolves all of it without a further fetch.
    pub(super) fn is_complete(&self) -> bool {
        self.rest.is_none() && self.below().is_none_or(|outcome| outcome.cost.is_local())
    }
}

impl Solver<'_> {
    /// Places an entry in a seat; none when the seat cannot resolve it. `requirements_met`: the seat was entered with
    /// what the field's `@requires` asks for.
    pub(super) fn placement(
        &mut self,
        position: &Position,
        seat: Seat,
        progress: Progress,
        entry: EntryId,
        requirements_met: bool,
    ) -> Result<Option<Placement>, PlanningError> {
        self.step()?;
        let Some(here) = self.supergraph.type_in_subgraph(seat.ty, seat.subgraph) else { return Ok(None) };
        let stands_for_interface = here.is_interface_object;
        let is_abstract = self.supergraph.type_definition(seat.ty).kind.is_abstract();
        if is_abstract && !stands_for_interface {
            return self.placement_in_interface(seat, progress, entry);
        }
        let selected = self.arena.entry(entry).clone();
        if selected.field == SelectedField::Typename {
            let placed = Placed::Field { entry, parent: seat.ty, child: None };
            // An interface object answers with the name of the interface: not what the client asks for.
            return Ok((!stands_for_interface).then_some(Placement { placed, rest: None }));
        }
        if !position.types.is_subset(&selected.possible) {
            return Ok(None);
        }
        self.placement_of_field(seat, progress, entry, &selected, requirements_met)
    }

    fn placement_of_field(
        &mut self,
        seat: Seat,
        progress: Progress,
        entry: EntryId,
        selected: &Selected,
        requirements_met: bool,
    ) -> Result<Option<Placement>, PlanningError> {
        let name = self.field_name(entry);
        let Some(field) = self.field_at(seat, name) else { return Ok(None) };
        let provided_here = self.provided_field(progress.provided, seat.ty, name);
        let is_resolvable = !field.is_external || provided_here.is_some();
        if !is_resolvable || (field.requires.is_some() && !requirements_met) {
            return Ok(None);
        }
        if !field.context_arguments.is_empty() && !self.is_filled(seat, name, selected, progress.keys) {
            return Ok(None);
        }
        if selected.children == ListId::EMPTY {
            let placed = Placed::Field { entry, parent: seat.ty, child: None };
            return Ok(Some(Placement { placed, rest: None }));
        }
        let mut below = provided_here.unwrap_or_default();
        below.extend(field.provides.iter().flat_map(|set| set.fields.iter().cloned()));
        let progress = self.progress_below(progress, below);
        let below = Place { subgraph: seat.subgraph, ty: field.named_type, progress };
        self.placement_of_composite(seat, seat.ty, entry, below)
    }

    /// Solves the position below a field; none when nothing of it can be resolved there.
    pub(super) fn placement_of_composite(
        &mut self,
        seat: Seat,
        parent: TypeId,
        entry: EntryId,
        below: Place,
    ) -> Result<Option<Placement>, PlanningError> {
        if self.supergraph.type_in_subgraph(below.ty, seat.subgraph).is_none() {
            return Ok(None);
        }
        let children = self.arena.entry(entry).children;
        let outcome = self.solve(below, children)?;
        let rest = self.without_resolved(entry, &outcome.missing);
        if rest == Some(entry) {
            return Ok(None);
        }
        Ok(Some(Placement { placed: Placed::Field { entry, parent, child: Some(outcome) }, rest }))
    }

    /// In a seat that knows the object by its interface: all of the entry, or nothing.
    fn placement_in_interface(
        &mut self,
        seat: Seat,
        progress: Progress,
        entry: EntryId,
    ) -> Result<Option<Placement>, PlanningError> {
        let progress = Progress { provided: ProvidedId::NOTHING, ..progress };
        let place = Place { subgraph: seat.subgraph, ty: seat.ty, progress };
        let list = self.arena.intern_list(vec![entry]);
        let outcome = self.solve(place, list)?;
        let is_useful = outcome.missing.is_empty();
        Ok(is_useful.then_some(Placement { placed: Placed::Here(outcome), rest: None }))
    }

    /// The entry with only the missing part of its selections.
    fn without_resolved(&mut self, entry: EntryId, missing: &[EntryId]) -> Option<EntryId> {
        if missing.is_empty() {
            return None;
        }
        let children = self.arena.intern_list(missing.to_vec());
        let rest = Selected { children, ..self.arena.entry(entry).clone() };
        Some(self.arena.intern_variant(entry, rest))
    }

    /// The progress one response key further down.
    pub(super) fn progress_below(&mut self, progress: Progress, provided: Vec<FieldSetField>) -> Progress {
        let keys = if self.supergraph.has_contexts() { progress.keys.saturating_add(1) } else { 0 };
        Progress { provided: self.provided_id(provided), keys }
    }

    /// What is provided below a field, if the field itself is provided.
    pub(super) fn provided_field(&self, provided: ProvidedId, ty: TypeId, name: &str) -> Option<Vec<FieldSetField>> {
        let possible = &self.supergraph.type_definition(ty).possible_types;
        let mut is_provided = false;
        let mut below = Vec::new();
        for field in &self.provided[provided.0] {
            let covers = possible.is_subset(&self.supergraph.type_definition(field.parent).possible_types);
            if field.name == name && covers {
                is_provided = true;
                below.extend(field.selections.fields.iter().cloned());
            }
        }
        is_provided.then_some(below)
    }

    /// The seats other than the position's own that may resolve an entry.
    pub(super) fn candidates(&self, position: &Position, entry: EntryId) -> Vec<Seat> {
        let name = self.field_name(entry);
        let mut seats = Vec::new();
        for subgraph in (0..self.supergraph.subgraphs().len()).map(SubgraphId) {
            for ty in self.seat_types(position, subgraph) {
                let seat = Seat { subgraph, ty };
                let is_interface = self.knows_by_interface(seat);
                let has_field = self.field_at(seat, name).is_some_and(|field| !field.is_external);
                let has_typename = name == "__typename" && !self.is_interface_object(seat);
                if is_interface || has_field || has_typename {
                    seats.push(seat);
                }
            }
        }
        seats
    }

    /// The types by which objects of the position can enter a subgraph.
    pub(super) fn seat_types(&self, position: &Position, subgraph: SubgraphId) -> Vec<TypeId> {
        let is_enterable = |ty: TypeId| {
            let here = self.supergraph.type_in_subgraph(ty, subgraph);
            here.is_some_and(|here| position.start.is_none() || here.keys.iter().any(|key| key.resolvable))
        };
        let definition = self.supergraph.type_definition(position.ty);
        let mut types = Vec::new();
        if is_enterable(position.ty) {
            types.push(position.ty);
        }
        for interface in &definition.interfaces {
            if is_enterable(*interface) && self.is_interface_object(Seat { subgraph, ty: *interface }) {
                types.push(*interface);
            }
        }
        types
    }

    pub(super) fn is_interface_object(&self, seat: Seat) -> bool {
        self.supergraph.type_in_subgraph(seat.ty, seat.subgraph).is_some_and(|here| here.is_interface_object)
    }

    fn knows_by_interface(&self, seat: Seat) -> bool {
        self.supergraph.type_definition(seat.ty).kind.is_abstract() && !self.is_interface_object(seat)
    }
}
