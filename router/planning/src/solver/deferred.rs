//! Parts that the client lets come later (`@defer`) get fetches of their own.
//!
//! A position is solved as if nothing were deferred. Then what is deferred leaves the nodes that bring other things too,
//! for a node of its own in the same subgraph: the first answer does not wait for it. An object without a key in that
//! subgraph cannot be asked for again; there it comes with the rest, which the specification of `@defer` allows.

use super::Solver;
use super::outcome::{Input, Node, Placed};
use super::placement::Placement;
use super::position::{Position, State};
use crate::PlanningError;
use crate::operation::BoundaryId;

impl Solver<'_> {
    /// Gives each deferred part of a position nodes of its own.
    pub(super) fn split_deferred(&mut self, position: &Position, state: &mut State) -> Result<(), PlanningError> {
        if self.arena.boundaries().is_empty() {
            return Ok(());
        }
        for node in 0..state.nodes.len() {
            let placed = state.nodes[node].placed.iter().filter(|placed| self.is_for_the_client(placed));
            let mut parts: Vec<Option<BoundaryId>> = placed.map(|placed| self.boundary_of(placed)).collect();
            let is_position_itself = node == 0;
            parts.sort();
            parts.dedup();
            // A fetch that only serves one part is that part's already.
            let stays = if is_position_itself { None } else { parts.first().copied().flatten() };
            for part in parts.into_iter().flatten().filter(|part| Some(*part) != stays) {
                let inputs = if is_position_itself {
                    self.inputs_to_return(position, state)?
                } else {
                    Some(state.nodes[node].inputs.clone())
                };
                if let Some(inputs) = inputs {
                    self.move_part(position, state, node, part, inputs);
                }
            }
        }
        Ok(())
    }

    fn is_for_the_client(&self, placed: &Placed) -> bool {
        match placed {
            Placed::Field { entry, .. } => self.arena.is_wanted(*entry),
            Placed::Here(_) => true,
        }
    }

    fn boundary_of(&self, placed: &Placed) -> Option<BoundaryId> {
        match placed {
            Placed::Field { entry, .. } => self.arena.entry(*entry).deferred,
            Placed::Here(_) => None,
        }
    }

    /// What it takes to ask the position's own subgraph for the object again; none when it has no key for it that it
    /// resolves by itself. The key's fields join the position's own fetch.
    fn inputs_to_return(
        &mut self,
        position: &Position,
        state: &mut State,
    ) -> Result<Option<Vec<Input>>, PlanningError> {
        let Some(seat) = position.start else { return Ok(None) };
        let keys = self.supergraph.type_in_subgraph(seat.ty, seat.subgraph).map(|here| &here.keys[..]);
        for key in keys.unwrap_or_default().iter().filter(|key| key.resolvable) {
            let mut inputs = Vec::new();
            let mut placed = Vec::new();
            for (entry, is_key) in self.internal_entries(position, &key.fields, true) {
                let found = self.placement(position, seat, position.progress, entry, false)?;
                let Some(found) = found.filter(Placement::is_complete) else { break };
                inputs.push(Input { entry, is_key, sources: vec![(0, state.nodes[0].placed.len() + placed.len())] });
                placed.push(found.placed);
            }
            if inputs.len() == key.fields.fields.len() {
                state.nodes[0].placed.extend(placed);
                return Ok(Some(inputs));
            }
        }
        Ok(None)
    }

    /// Moves what a node brings of a part into a new one, and lets whoever needs it take it from there.
    fn move_part(&self, position: &Position, state: &mut State, from: usize, part: BoundaryId, inputs: Vec<Input>) {
        let to = state.nodes.len();
        let depth = state.nodes[from].depth + usize::from(from == 0);
        let (seat, on_types) = (state.nodes[from].seat, position.on_types.clone());
        state.nodes.push(Node { seat, depth, placed: Vec::new(), inputs, on_types });
        let (mut kept, mut moved) = (Vec::new(), Vec::new());
        let mut places = Vec::new();
        for placed in std::mem::take(&mut state.nodes[from].placed) {
            if self.boundary_of(&placed) == Some(part) {
                places.push((to, moved.len()));
                moved.push(placed);
            } else {
                places.push((from, kept.len()));
                kept.push(placed);
            }
        }
        state.nodes[from].placed = kept;
        state.nodes[to].placed = moved;
        for input in state.nodes.iter_mut().flat_map(|node| &mut node.inputs) {
            for source in input.sources.iter_mut().filter(|(node, _)| *node == from) {
                *source = places[source.1];
            }
        }
    }
}
