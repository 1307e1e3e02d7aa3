//! The alternatives for one field at a position: a node that is there, or a new one.

use std::collections::HashSet;

use router_schema::{FieldId, FieldInSubgraph};

use super::Solver;
use super::outcome::{Progress, Seat};
use super::placement::Placement;
use super::position::{Position, State};
use crate::PlanningError;
use crate::operation::{EntryId, SelectedField};

/// A field to place.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) entry: EntryId,
    /// Seats that have already given what they can of it.
    pub(super) excluded: Vec<Seat>,
    /// The nodes that are being opened, for which this field is an input: each with the field whose `@requires` asked.
    pub(super) opening: Vec<(Seat, Option<FieldId>)>,
    /// How many further nodes may be opened one for the other.
    pub(super) chain: usize,
    /// Whether a part of the field's value may stay missing.
    pub(super) partial: bool,
}

/// A partial solution with the field in it.
#[derive(Debug, Clone)]
pub(super) struct Assigned {
    pub(super) state: State,
    /// Where the field's parts are: index of the node, index of what it resolves.
    pub(super) sources: Vec<(usize, usize)>,
    /// After how many fetches all of it is there.
    pub(super) ready: usize,
}

impl Assigned {
    /// How many fetches come before the field, whatever is selected below it.
    fn depth(&self) -> usize {
        self.sources.iter().map(|(node, _)| self.state.nodes[*node].depth).max().unwrap_or_default()
    }
}

impl Request {
    pub(super) fn new(entry: EntryId) -> Self {
        Self { entry, excluded: Vec::new(), opening: Vec::new(), chain: 0, partial: false }
    }
}

impl Solver<'_> {
    /// The alternatives with the shortest chains of intermediate nodes, and with longer ones as long as these may have the
    /// field earlier: a short chain may begin at a late node.
    pub(super) fn assign_deepening(
        &mut self,
        position: &Position,
        state: &State,
        mut request: Request,
    ) -> Result<Vec<Assigned>, PlanningError> {
        let mut alternatives: Vec<Assigned> = Vec::new();
        for chain in 1..=self.options.chain_max {
            request.chain = chain;
            alternatives.extend(self.assign(position, state, &request)?);
            if alternatives.iter().any(|assigned| assigned.depth() <= chain + 1) {
                break;
            }
        }
        Ok(self.best_assigned(alternatives))
    }

    /// The alternatives for a field, best first.
    pub(super) fn assign(
        &mut self,
        position: &Position,
        state: &State,
        request: &Request,
    ) -> Result<Vec<Assigned>, PlanningError> {
        let mut alternatives = Vec::new();
        for node in 0..state.nodes.len() {
            let Some(placement) = self.placement_in_node(position, state, node, request)? else { continue };
            let is_unbeatable = is_unbeatable(state, node, &placement);
            let found = self.put(position, state, node, placement, request)?;
            if is_unbeatable {
                return Ok(found);
            }
            alternatives.extend(found);
        }
        for seat in self.candidates(position, request.entry) {
            if !request.excluded.contains(&seat) && self.is_reachable(position, seat) {
                alternatives.extend(self.assign_to_new_node(position, state, seat, request)?);
            }
        }
        Ok(self.best_assigned(alternatives))
    }

    /// The best of them, without those that differ only in how they came about.
    fn best_assigned(&self, mut alternatives: Vec<Assigned>) -> Vec<Assigned> {
        alternatives.sort_by_key(|assigned| (assigned.state.rank(), assigned.ready));
        let mut known = HashSet::new();
        alternatives.retain(|assigned| known.insert((assigned.ready, assigned.state.signature())));
        alternatives.truncate(self.options.alternatives_max);
        alternatives
    }

    /// Puts the field where nothing can be better, if there is such a node. It does what [`Self::assign`] does then, and
    /// copies no state: most fields of most positions are placed here.
    pub(super) fn put_unbeatable(
        &mut self,
        position: &Position,
        state: &mut State,
        request: &Request,
    ) -> Result<bool, PlanningError> {
        for node in 0..state.nodes.len() {
            let Some(placement) = self.placement_in_node(position, state, node, request)? else { continue };
            if is_unbeatable(state, node, &placement) {
                place(state, node, placement);
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn placement_in_node(
        &mut self,
        position: &Position,
        state: &State,
        node: usize,
        request: &Request,
    ) -> Result<Option<Placement>, PlanningError> {
        let Some(seat) = state.nodes[node].seat else { return Ok(None) };
        if request.excluded.contains(&seat) {
            return Ok(None);
        }
        let progress = self.progress_in_node(position, node);
        self.placement(position, seat, progress, request.entry, false)
    }

    /// How far a node has come with the object: the first one brought it, the others begin there.
    fn progress_in_node(&self, position: &Position, node: usize) -> Progress {
        match (node, position.start) {
            (0, _) => position.progress,
            (_, None) if self.supergraph.has_contexts() => Progress { keys: Progress::ROOT_KEYS, ..Progress::START },
            _ => Progress::START,
        }
    }

    /// Puts a placement into a node, and what it leaves open elsewhere.
    pub(super) fn put(
        &mut self,
        position: &Position,
        state: &State,
        node: usize,
        placement: Placement,
        request: &Request,
    ) -> Result<Vec<Assigned>, PlanningError> {
        self.step_copy(state.nodes.iter().map(|node| node.placed.len()).sum())?;
        let mut state = state.clone();
        let ready = state.nodes[node].depth + placement.below().map_or(0, |below| below.cost.depth);
        let rest = place(&mut state, node, placement);
        let source = (node, state.nodes[node].placed.len() - 1);
        let Some(rest) = rest else { return Ok(vec![Assigned { state, sources: vec![source], ready }]) };

        let mut request = Request { entry: rest, ..request.clone() };
        request.excluded.extend(state.nodes[node].seat);
        let mut alternatives = self.assign(position, &state, &request)?;
        if alternatives.is_empty() && request.partial {
            state.missing.push(rest);
            alternatives.push(Assigned { state, sources: Vec::new(), ready });
        }
        for assigned in &mut alternatives {
            assigned.sources.push(source);
            assigned.ready = assigned.ready.max(ready);
        }
        Ok(alternatives)
    }

    fn assign_to_new_node(
        &mut self,
        position: &Position,
        state: &State,
        seat: Seat,
        request: &Request,
    ) -> Result<Vec<Assigned>, PlanningError> {
        let here = self.field_at(seat, self.field_name(request.entry));
        let requires = here.and_then(|field| field.requires.as_ref());
        let required_by = match self.arena.entry(request.entry).field {
            SelectedField::Field(field) if here.is_some_and(FieldInSubgraph::has_requirements) => Some(field),
            _ => None,
        };
        // A node of this seat that could take the field has been considered already, unless a new one can be earlier.
        let is_there = state.nodes.iter().any(|node| node.seat == Some(seat) && node.depth <= 1);
        if (is_there && required_by.is_none()) || request.opening.contains(&(seat, required_by)) || request.chain == 0 {
            return Ok(Vec::new());
        }
        let mut alternatives = Vec::new();
        for entered in self.enter(position, state, seat, requires, required_by, request)? {
            let progress = self.progress_in_node(position, entered.node);
            let placement = self.placement(position, seat, progress, request.entry, true)?;
            if let Some(placement) = placement {
                alternatives.extend(self.put(position, &entered.state, entered.node, placement, request)?);
            }
        }
        Ok(alternatives)
    }
}

/// Whether no other way to the field can be better: the node has all of it, and no node can be entered earlier.
fn is_unbeatable(state: &State, node: usize, placement: &Placement) -> bool {
    placement.is_complete() && state.nodes[node].depth <= 1
}

/// Puts a placement into a node. Gives what it leaves open.
fn place(state: &mut State, node: usize, placement: Placement) -> Option<EntryId> {
    let depth = state.nodes[node].depth;
    state.cost.add_field(depth);
    if let Some(below) = placement.below() {
        state.cost.add(&below.cost, depth);
    }
    state.nodes[node].placed.push(placement.placed);
    placement.rest
}
