//! Which fields of an operation cost the most, for whoever has to make it cheaper.

use super::Variables;
use super::formula::{Formula, Node, NodeId};

/// More places than a person reads; the rest of a larger operation is not looked at.
const PLACES_MAX: usize = 10_000;

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
        let mut search = Search { formula: self, variables, values: self.values(variables), found: Vec::new() };
        search.visit(self.root, 1, "");
        let mut found = search.found;
        found.sort_by_key(|each| std::cmp::Reverse(each.cost));
        found.truncate(count);
        found
    }
}

struct Search<'f> {
    formula: &'f Formula,
    variables: &'f Variables,
    values: Vec<u64>,
    found: Vec<Expensive>,
}

impl Search<'_> {
    fn visit(&mut self, node: NodeId, times: u64, path: &str) {
        // What costs nothing holds nothing that does.
        if self.values[node.0] == 0 || self.found.len() >= PLACES_MAX {
            return;
        }
        match &self.formula.nodes[node.0] {
            Node::Sum(parts) => parts.iter().for_each(|part| self.visit(*part, times, path)),
            Node::Largest(parts) => {
                if let Some(largest) = parts.iter().rev().max_by_key(|part| self.values[part.0]) {
                    self.visit(*largest, times, path);
                }
            }
            Node::When { node, .. } => self.visit(*node, times, path),
            Node::Field(field) => {
                let point = if path.is_empty() { "" } else { "." };
                let path = format!("{path}{point}{}", field.response_key);
                let inputs = field.inputs.value(&self.formula.inputs, self.variables).saturating_mul(times);
                let each = times.saturating_mul(field.count(self.variables));
                let cost = each.saturating_mul(field.weight).saturating_add(inputs);
                // A place is one even where it costs nothing, so that their number bounds the work.
                self.found.push(Expensive { path: path.clone(), cost });
                self.visit(field.below, each, &path);
            }
        }
    }
}
