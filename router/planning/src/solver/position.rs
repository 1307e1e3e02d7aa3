//! The search at one position: fields are placed one after the other, the best alternatives are kept.

use std::collections::{BTreeSet, HashSet};

use router_schema::{FieldInSubgraph, SubgraphId, Supergraph, TypeId, TypeKind, TypeSet};

use super::outcome::{Cost, Node, Outcome, Place, Progress, Rank, Seat};
use super::{Solver, assign::Request};
use crate::PlanningError;
use crate::operation::EntryId;

/// A place in the response that holds an object.
#[derive(Debug, Clone)]
pub(super) struct Position {
    /// The type of the object: an object type, or an interface that only an `@interfaceObject` has brought so far.
    pub(super) ty: TypeId,
    /// The fetch that brought it; none at the root.
    pub(super) start: Option<Seat>,
    /// How far that fetch has come.
    pub(super) progress: Progress,
    /// The object types that can stand here.
    pub(super) types: TypeSet,
    /// The runtime types whose objects enter the fetches that start here; empty: all.
    pub(super) on_types: TypeSet,
}

/// What decides how a partial solution can be continued.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Signature {
    nodes: Vec<(Option<Seat>, usize)>,
    requests: BTreeSet<(usize, SubgraphId)>,
    depth: usize,
}

/// A partial solution.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) nodes: Vec<Node>,
    pub(super) missing: Vec<EntryId>,
    pub(super) cost: Cost,
}

impl Position {
    pub(super) fn root(ty: TypeId) -> Self {
        Self { ty, start: None, progress: Progress::START, types: TypeSet::of(ty), on_types: TypeSet::new() }
    }

    pub(super) fn below(supergraph: &Supergraph, place: Place) -> Self {
        Self {
            ty: place.ty,
            start: Some(Seat { subgraph: place.subgraph, ty: place.ty }),
            progress: place.progress,
            types: supergraph.type_definition(place.ty).possible_types.clone(),
            on_types: TypeSet::new(),
        }
    }

    /// The part of an abstract position where the object has this type.
    pub(super) fn of_type(place: Place, ty: TypeId) -> Self {
        let types = TypeSet::of(ty);
        Self {
            ty,
            start: Some(Seat { subgraph: place.subgraph, ty }),
            progress: place.progress,
            on_types: types.clone(),
            types,
        }
    }
}

impl State {
    /// Partial solutions with equal signatures can be continued in the same ways.
    pub(super) fn signature(&self) -> Signature {
        let nodes = self.nodes.iter().map(|node| (node.seat, node.depth)).collect();
        Signature { nodes, requests: self.cost.requests.clone(), depth: self.cost.depth }
    }

    pub(super) fn rank(&self) -> (usize, Rank) {
        (self.missing.len(), self.cost.rank())
    }
}

impl Solver<'_> {
    /// Places the entries.
    pub(super) fn solve_position(
        &mut self,
        position: &Position,
        entries: &[EntryId],
    ) -> Result<Outcome, PlanningError> {
        let start = State { nodes: vec![Node::first(position.start)], missing: Vec::new(), cost: Cost::default() };
        let mut states = vec![start];
        let mut entries = self.applicable(position, entries);
        entries.extend(self.needed_typename(position, &entries));
        for entry in self.in_search_order(position, &entries) {
            let mut next = Vec::new();
            for state in states {
                next.extend(self.place_entry(position, state, entry)?);
            }
            states = self.best(next);
        }
        let mut state = states.swap_remove(0);
        self.split_deferred(position, &mut state)?;
        Ok(Outcome { nodes: state.nodes, missing: state.missing, types: position.types.clone(), cost: state.cost })
    }

    /// The entries that an object at the position can have at all.
    fn applicable(&self, position: &Position, entries: &[EntryId]) -> Vec<EntryId> {
        let is_possible = |entry: &EntryId| {
            let possible = &self.arena.entry(*entry).possible;
            position.types.is_empty() || !position.types.intersection(possible).is_empty()
        };
        entries.iter().copied().filter(is_possible).collect()
    }

    /// Where an interface object stands, the executor must learn the object's type to answer what the client selects on
    /// types.
    fn needed_typename(&mut self, position: &Position, entries: &[EntryId]) -> Option<EntryId> {
        if !self.supergraph.type_definition(position.ty).kind.is_abstract() {
            return None;
        }
        let is_typed = |entry: &&EntryId| {
            let parent = self.supergraph.type_definition(self.arena.entry(**entry).parent);
            !position.types.is_subset(&parent.possible_types) || parent.kind == TypeKind::Object
        };
        let mut typed = entries.iter().filter(is_typed).map(|entry| &self.arena.entry(*entry).conditions);
        let mut conditions = typed.next()?.clone();
        typed.for_each(|others| conditions.retain(|condition| others.contains(condition)));
        Some(self.internal_typename(position.ty, position.types.clone(), conditions))
    }

    /// The partial solutions with the entry placed, or, when there is no way, with the entry missing.
    fn place_entry(
        &mut self,
        position: &Position,
        mut state: State,
        entry: EntryId,
    ) -> Result<Vec<State>, PlanningError> {
        if self.put_unbeatable(position, &mut state, &Request::new(entry))? {
            return Ok(vec![state]);
        }
        let mut assigned = self.assign_deepening(position, &state, Request::new(entry))?;
        if assigned.is_empty() {
            // Not all of it: what can be had here is taken, the parent may know a way to the rest.
            let request = Request { partial: true, ..Request::new(entry) };
            assigned = self.assign_deepening(position, &state, request)?;
        }
        if assigned.is_empty() {
            state.missing.push(entry);
            return Ok(vec![state]);
        }
        Ok(assigned.into_iter().map(|assigned| assigned.state).collect())
    }

    /// What the first node can do comes first, then fields with requirements (the fetch they open can take other
    /// fields too), then those with the fewest subgraphs to choose from.
    fn in_search_order(&mut self, position: &Position, entries: &[EntryId]) -> Vec<EntryId> {
        let mut ordered: Vec<_> = entries
            .iter()
            .enumerate()
            .map(|(index, entry)| {
                let name = self.field_name(*entry);
                let is_here = position
                    .start
                    .and_then(|seat| self.field_at(seat, name))
                    .is_some_and(|field| !field.is_external && !field.has_requirements());
                let seats = self.candidates(position, *entry);
                let has_requirement =
                    seats.iter().any(|seat| self.field_at(*seat, name).is_some_and(FieldInSubgraph::has_requirements));
                (!is_here, !has_requirement, seats.len(), index, *entry)
            })
            .collect();
        ordered.sort();
        ordered.into_iter().map(|(.., entry)| entry).collect()
    }

    /// The best partial solutions, without those that differ only in their past.
    pub(super) fn best(&self, mut states: Vec<State>) -> Vec<State> {
        if states.len() == 1 {
            return states;
        }
        states.sort_by_key(State::rank);
        let mut signatures = HashSet::new();
        states.retain(|state| signatures.insert(state.signature()));
        states.truncate(self.options.alternatives_max);
        states
    }
}
