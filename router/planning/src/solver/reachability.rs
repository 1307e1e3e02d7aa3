//! Which seats can be entered from a position's start, whatever is selected: a quick upper bound for the search.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use router_schema::{FieldSet, SubgraphId, TypeId};

use super::Solver;
use super::outcome::Seat;
use super::position::Position;

/// The seats reachable from (type of the position, start), computed once each.
#[derive(Debug, Default)]
pub(super) struct Reachability {
    reached: HashMap<(TypeId, Seat), Rc<BTreeSet<Seat>>>,
}

impl Solver<'_> {
    /// Whether a chain of keys may lead to the seat.
    pub(super) fn is_reachable(&mut self, position: &Position, seat: Seat) -> bool {
        let Some(start) = position.start else { return true };
        self.reached_from(position, start).contains(&seat)
    }

    /// All seats that a chain of keys may lead to from the seat where the position starts, that one included.
    pub(super) fn reached_from(&mut self, position: &Position, start: Seat) -> Rc<BTreeSet<Seat>> {
        if let Some(reached) = self.reachability.reached.get(&(position.ty, start)) {
            return Rc::clone(reached);
        }
        let reached = Rc::new(self.reach(position, start));
        self.reachability.reached.insert((position.ty, start), Rc::clone(&reached));
        reached
    }

    fn reach(&self, position: &Position, start: Seat) -> BTreeSet<Seat> {
        let mut waiting: Vec<Seat> = (0..self.supergraph.subgraphs().len())
            .map(SubgraphId)
            .flat_map(|subgraph| self.seat_types(position, subgraph).into_iter().map(move |ty| Seat { subgraph, ty }))
            .collect();
        let mut reached = vec![start];
        loop {
            let before = waiting.len();
            waiting.retain(|seat| {
                let is_open = self.has_obtainable_key(*seat, &reached);
                if is_open {
                    reached.push(*seat);
                }
                !is_open
            });
            if waiting.len() == before {
                return reached.into_iter().collect();
            }
        }
    }

    fn has_obtainable_key(&self, seat: Seat, reached: &[Seat]) -> bool {
        let here = self.supergraph.type_in_subgraph(seat.ty, seat.subgraph);
        here.is_some_and(|here| {
            here.keys.iter().filter(|key| key.resolvable).any(|key| self.is_obtainable(&key.fields, reached))
        })
    }

    /// Whether some reached seat has each field of the set; what is below the fields is left to the search, and an
    /// external field may be provided.
    fn is_obtainable(&self, set: &FieldSet, reached: &[Seat]) -> bool {
        set.fields.iter().all(|field| {
            field.field.is_none() || reached.iter().any(|seat| self.field_at(*seat, &field.name).is_some())
        })
    }
}
