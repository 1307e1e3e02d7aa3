//! Opening a node: its key and what a `@requires` asks for are placed first.

use std::collections::HashSet;

use router_schema::{FieldId, FieldSet};

use super::Solver;
use super::assign::{Assigned, Request};
use super::outcome::{Input, Node, Seat};
use super::position::{Position, State};
use crate::PlanningError;
use crate::operation::EntryId;

/// A partial solution in which a node can take a field.
pub(super) struct Entered {
    pub(super) state: State,
    /// The node's index.
    pub(super) node: usize,
}

/// Inputs that have been placed so far.
#[derive(Clone)]
struct Gathered {
    state: State,
    inputs: Vec<Input>,
    ready: usize,
}

impl Solver<'_> {
    /// The ways into a seat, over all its keys, best first.
    pub(super) fn enter(
        &mut self,
        position: &Position,
        state: &State,
        seat: Seat,
        requires: Option<&FieldSet>,
        required_by: Option<FieldId>,
        request: &Request,
    ) -> Result<Vec<Entered>, PlanningError> {
        if position.start.is_none() {
            return Ok(vec![open_root(state, seat)]);
        }
        let mut opening = request.opening.clone();
        opening.push((seat, required_by));
        let below =
            Request { entry: request.entry, excluded: Vec::new(), opening, chain: request.chain - 1, partial: false };
        let mut ways = Vec::new();
        for keyed in self.gather_key(position, state, seat, &below)? {
            let required = requires.map(|set| self.internal_entries(position, set, false)).unwrap_or_default();
            let is_new = |entry: &EntryId| !keyed.inputs.iter().any(|known| known.entry == *entry);
            let required = required.into_iter().filter(|(entry, _)| is_new(entry)).collect();
            for gathered in self.gather(position, keyed, required, &below)? {
                ways.extend(self.join_or_open(position, gathered, seat));
            }
        }
        ways.sort_by_key(|way| way.state.rank());
        let mut known = HashSet::new();
        ways.retain(|way| known.insert((way.node, way.state.signature())));
        ways.truncate(self.options.alternatives_max);
        Ok(ways)
    }

    /// The ways to one of the seat's keys, best first. A key that the position's own fetch can bring is the only way:
    /// with many keys the others would multiply the search and never win.
    fn gather_key(
        &mut self,
        position: &Position,
        state: &State,
        seat: Seat,
        request: &Request,
    ) -> Result<Vec<Gathered>, PlanningError> {
        let keys = self.supergraph.type_in_subgraph(seat.ty, seat.subgraph).map(|here| &here.keys[..]);
        let mut ways: Vec<Gathered> = Vec::new();
        for key in keys.unwrap_or_default().iter().filter(|key| key.resolvable) {
            let inputs = self.internal_entries(position, &key.fields, true);
            let nothing = Gathered { state: state.clone(), inputs: Vec::new(), ready: 0 };
            let mut found = self.gather(position, nothing, inputs, request)?;
            let local = found.iter().position(|way| way.ready == 0 && way.state.nodes.len() == state.nodes.len());
            if let Some(local) = local {
                return Ok(vec![found.swap_remove(local)]);
            }
            ways.extend(found);
        }
        Ok(self.best_gathered(ways))
    }

    /// Places all inputs.
    fn gather(
        &mut self,
        position: &Position,
        start: Gathered,
        inputs: Vec<(EntryId, bool)>,
        request: &Request,
    ) -> Result<Vec<Gathered>, PlanningError> {
        let mut all = vec![start];
        for (entry, is_key) in inputs {
            let mut next = Vec::new();
            for gathered in all {
                let request = Request { entry, ..request.clone() };
                for Assigned { state, sources, ready } in self.assign(position, &gathered.state, &request)? {
                    let mut inputs = gathered.inputs.clone();
                    inputs.push(Input { entry, is_key, sources });
                    next.push(Gathered { state, inputs, ready: ready.max(gathered.ready) });
                }
            }
            all = self.best_gathered(next);
        }
        Ok(all)
    }

    /// The best of them, without those that differ only in how they came about.
    fn best_gathered(&self, mut all: Vec<Gathered>) -> Vec<Gathered> {
        all.sort_by_key(|gathered| (gathered.ready, gathered.state.rank()));
        let mut known = HashSet::new();
        all.retain(|gathered| known.insert((gathered.ready, gathered.state.signature())));
        all.truncate(self.options.alternatives_max);
        all
    }

    /// Adds the inputs to a node of the seat that is late enough for them, or opens one. Where the node is later than it
    /// would have to be, both: fewer requests, or an earlier answer.
    fn join_or_open(&self, position: &Position, gathered: Gathered, seat: Seat) -> Vec<Entered> {
        let mut ways = Vec::new();
        let Gathered { mut state, inputs, ready } = gathered;
        let joins = state.nodes.iter().position(|node| {
            node.seat == Some(seat)
                && node.depth > ready
                && !node.inputs.is_empty()
                && self.is_compatible(node, &inputs)
        });
        if let Some(node) = joins {
            let mut joined = state.clone();
            for input in &inputs {
                if !joined.nodes[node].inputs.iter().any(|known| known.entry == input.entry) {
                    joined.nodes[node].inputs.push(input.clone());
                }
            }
            let is_early = joined.nodes[node].depth <= ready + 1;
            ways.push(Entered { state: joined, node });
            if is_early {
                return ways;
            }
        }
        let depth = ready + 1;
        state.cost.add_request(depth, seat.subgraph);
        state.nodes.push(Node {
            seat: Some(seat),
            depth,
            placed: Vec::new(),
            inputs,
            on_types: position.on_types.clone(),
        });
        ways.push(Entered { node: state.nodes.len() - 1, state });
        ways
    }

    /// Whether the inputs can stand in one representation: no field name twice with different values.
    fn is_compatible(&self, node: &Node, inputs: &[Input]) -> bool {
        inputs.iter().all(|new| {
            node.inputs.iter().all(|known| {
                let (left, right) = (self.arena.entry(known.entry), self.arena.entry(new.entry));
                left == right
                    || left.field != right.field
                    || self.is_mergeable(left.children, right.children, left, right)
            })
        })
    }
}

/// The root needs no key; one node for each subgraph.
fn open_root(state: &State, seat: Seat) -> Entered {
    let mut state = state.clone();
    if let Some(node) = state.nodes.iter().position(|node| node.seat == Some(seat)) {
        return Entered { state, node };
    }
    state.cost.add_request(1, seat.subgraph);
    state.nodes.push(Node { depth: 1, ..Node::first(Some(seat)) });
    Entered { node: state.nodes.len() - 1, state }
}
