//! Root fields that several subgraphs resolve, asked of more than one of them at once.
//!
//! What one subgraph would have to bring with a second fetch, another may have at the root. Such fields are split by what
//! each subgraph brings by itself; the search decides whether that is better. It is tried once, with one split, because all
//! of them would multiply the search.

use router_schema::{SubgraphId, TypeId};

use super::Solver;
use super::outcome::{Outcome, Place, Progress, Seat};
use super::position::Position;
use crate::PlanningError;
use crate::operation::{EntryId, ListId, Selected};

impl Solver<'_> {
    /// Solves the root with shared fields split over subgraphs; none when there is nothing to split.
    pub(super) fn solve_split(
        &mut self,
        position: &Position,
        entries: &[EntryId],
    ) -> Result<Option<Outcome>, PlanningError> {
        let mut split = Vec::with_capacity(entries.len());
        for entry in entries {
            split.extend(self.parts_of(position.ty, *entry)?);
        }
        if split.len() == entries.len() {
            return Ok(None);
        }
        self.solve_position(position, &split).map(Some)
    }

    /// The entry, or the parts of it that different subgraphs bring without further fetches.
    fn parts_of(&mut self, root: TypeId, entry: EntryId) -> Result<Vec<EntryId>, PlanningError> {
        let selected = self.arena.entry(entry).clone();
        let places = self.places_below(root, entry);
        if selected.children == ListId::EMPTY || places.len() < 2 {
            return Ok(vec![entry]);
        }
        let mut open = self.arena.list(selected.children).to_vec();
        let mut parts: Vec<Vec<EntryId>> = Vec::new();
        while !open.is_empty() {
            let mut best: Vec<EntryId> = Vec::new();
            for place in &places {
                let local = self.local_among(*place, &open)?;
                if local.len() > best.len() {
                    best = local;
                }
            }
            if best.is_empty() {
                break;
            }
            open.retain(|child| !best.contains(child));
            parts.push(best);
        }
        // What none brings by itself goes with the part that has most.
        match parts.first_mut() {
            Some(first) => first.extend(open),
            None => return Ok(vec![entry]),
        }
        let variants = parts.into_iter().map(|children| {
            let children = self.arena.intern_list(children);
            self.arena.intern_variant(entry, Selected { children, ..selected.clone() })
        });
        Ok(variants.collect())
    }

    /// The positions below a root field, in each subgraph that resolves it without being told anything.
    fn places_below(&mut self, root: TypeId, entry: EntryId) -> Vec<Place> {
        let name = self.field_name(entry);
        let subgraphs = (0..self.supergraph.subgraphs().len()).map(SubgraphId);
        let seats = subgraphs.map(|subgraph| Seat { subgraph, ty: root });
        let fields: Vec<_> = seats.filter_map(|seat| Some((seat, self.field_at(seat, name)?))).collect();
        let mut places = Vec::new();
        for (seat, field) in fields {
            if field.is_external || field.has_requirements() {
                continue;
            }
            let provided = field.provides.iter().flat_map(|set| set.fields.iter().cloned()).collect();
            let progress = self.progress_below(Progress { keys: Progress::ROOT_KEYS, ..Progress::START }, provided);
            places.push(Place { subgraph: seat.subgraph, ty: field.named_type, progress });
        }
        places
    }

    /// Those of the entries that a subgraph brings without further fetches.
    fn local_among(&mut self, place: Place, entries: &[EntryId]) -> Result<Vec<EntryId>, PlanningError> {
        let mut local = Vec::new();
        for entry in entries {
            let alone = self.arena.intern_list(vec![*entry]);
            let outcome = self.solve(place, alone)?;
            if outcome.missing.is_empty() && outcome.cost.is_local() {
                local.push(*entry);
            }
        }
        Ok(local)
    }
}
