//! What a reply has cost: the weights of the operation over what is really there.

use serde_json::Value;

use super::Variables;
use super::formula::{Formula, Node, NodeId, holds};

impl Formula {
    /// What the operation cost that has these `data`. What is null or missing cost nothing, whatever it took to find out.
    /// Of an object whose type the reply does not tell, the type counts with which it costs the most.
    #[must_use]
    pub fn actual(&self, variables: &Variables, data: &Value) -> u64 {
        Counting { formula: self, variables }.object(self.root, data)
    }
}

struct Counting<'f> {
    formula: &'f Formula,
    variables: &'f Variables,
}

impl Counting<'_> {
    fn object(&self, node: NodeId, object: &Value) -> u64 {
        match &self.formula.nodes[node.0] {
            Node::Sum(parts) => parts.iter().fold(0, |sum, part| sum.saturating_add(self.object(*part, object))),
            Node::Largest(parts) => parts.iter().map(|part| self.object(*part, object)).max().unwrap_or_default(),
            Node::When { variable, expected, node } if holds(self.variables, variable, *expected) => {
                self.object(*node, object)
            }
            Node::When { .. } => 0,
            Node::Field(field) => match object.get(field.response_key.as_str()) {
                None | Some(Value::Null) => 0,
                Some(value) => {
                    let inputs = field.inputs.value(&self.formula.inputs, self.variables);
                    self.value(field.weight, field.below, value).saturating_add(inputs)
                }
            },
        }
    }

    fn value(&self, weight: u64, below: NodeId, value: &Value) -> u64 {
        match value {
            Value::Null => 0,
            Value::Array(items) => {
                items.iter().fold(0, |sum, item| sum.saturating_add(self.value(weight, below, item)))
            }
            value => weight.saturating_add(self.object(below, value)),
        }
    }
}
