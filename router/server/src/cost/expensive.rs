//! Which fields of an operation cost the most, for whoever has to make it cheaper.

use apollo_compiler::Name;

use super::Variables;
use super::formula::{Formula, Node, NodeId};

/// More places than a person reads; the rest of a larger operation is not looked at.
const PLACES_MAX: usize = 10_000;
/// A longer response key is cut; all of them are ASCII.
const KEY_BYTES_MAX: usize = 60;

/// A field and what it costs by itself: its weight, as often as there may be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expensive {
    /// The response keys that lead to it, with dots.
    pub path: String,
    /// What it costs, without what is selected of it.
    pub cost: u64,
}

impl Formula {
    /// The fields that cost the most, at most `count`, the most expensive first.
    #[must_use]
    pub fn most_expensive(&self, variables: &Variables, count: usize) -> Vec<Expensive> {
        let mut search = Search { formula: self, variables, values: self.values(variables), places: Vec::new() };
        search.visit(self.root, 1, None);
        let mut order: Vec<usize> = (0..search.places.len()).collect();
        order.sort_by_key(|index| std::cmp::Reverse(search.places[*index].cost));
        order.truncate(count);
        order.into_iter().map(|index| search.told(index)).collect()
    }
}

/// A field in the operation, with the one around it.
struct Place<'f> {
    around: Option<usize>,
    response_key: &'f Name,
    cost: u64,
}

struct Search<'f> {
    formula: &'f Formula,
    variables: &'f Variables,
    values: Vec<u64>,
    places: Vec<Place<'f>>,
}

impl Search<'_> {
    fn visit(&mut self, node: NodeId, times: u64, around: Option<usize>) {
        // What costs nothing holds nothing that does.
        if self.values[node.0] == 0 || self.places.len() >= PLACES_MAX {
            return;
        }
        match &self.formula.nodes[node.0] {
            Node::Sum(parts) => parts.iter().for_each(|part| self.visit(*part, times, around)),
            Node::Largest(parts) => {
                if let Some(largest) = parts.iter().rev().max_by_key(|part| self.values[part.0]) {
                    self.visit(*largest, times, around);
                }
            }
            Node::When { node, .. } => self.visit(*node, times, around),
            Node::Field(field) => {
                let inputs = field.inputs.value(&self.formula.inputs, self.variables).saturating_mul(times);
                let each = times.saturating_mul(field.count(self.variables));
                let cost = each.saturating_mul(field.weight).saturating_add(inputs);
                // A place is one even where it costs nothing, so that their number bounds the work.
                self.places.push(Place { around, response_key: &field.response_key, cost });
                self.visit(field.below, each, Some(self.places.len() - 1));
            }
        }
    }

    fn told(&self, index: usize) -> Expensive {
        let (mut keys, mut next) = (Vec::new(), Some(index));
        while let Some(place) = next.map(|index| &self.places[index]) {
            keys.push(place.response_key.get(..KEY_BYTES_MAX).unwrap_or(place.response_key));
            next = place.around;
        }
        keys.reverse();
        Expensive { path: keys.join("."), cost: self.places[index].cost }
    }
}
