//! An operation's cost as a formula over its variables.

use std::sync::Arc;

use apollo_compiler::Name;
use indexmap::IndexSet;
use router_execution::JsonValue;

use super::Variables;
use super::inputs::{InputCost, InputTypes};
use super::list_size::Size;

/// The index of a [`Node`]; what a node is made of stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct NodeId(pub(super) usize);

/// A part of an operation's cost.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// Of all that is selected together.
    Sum(Vec<NodeId>),
    /// Of what is selected for one type or another.
    Largest(Vec<NodeId>),
    /// Of what is skipped or included.
    When { variable: Name, expected: bool, node: NodeId },
    /// Of a field.
    Field(FieldCost),
}

/// A field's cost: its arguments, and for each of its values its weight and what is selected below.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct FieldCost {
    pub(super) response_key: Name,
    pub(super) weight: u64,
    pub(super) inputs: InputCost,
    pub(super) size: Size,
    /// Values in each value of a list of lists; otherwise 1.
    pub(super) inner: u64,
    pub(super) below: NodeId,
}

impl FieldCost {
    pub(super) fn count(&self, variables: &Variables) -> u64 {
        self.size.value(variables).saturating_mul(self.inner)
    }
}

/// An operation's cost for any variables.
#[derive(Debug)]
pub struct Formula {
    pub(super) nodes: IndexSet<Node>,
    pub(super) root: NodeId,
    pub(super) inputs: Arc<InputTypes>,
    /// What has to be computed for each request, and the result.
    steps: Vec<Step>,
    result: Operand,
    mutations: u64,
}

/// A number, or the result of a step before.
#[derive(Debug, Clone, Copy)]
enum Operand {
    Known(u64),
    Step(usize),
}

/// What depends on variables; all else is known.
#[derive(Debug)]
enum Step {
    Sum(u64, Vec<usize>),
    Largest(u64, Vec<usize>),
    When { variable: Name, expected: bool, of: Operand },
    Field { node: NodeId, below: Operand },
}

impl Formula {
    /// `mutations` is how many fields change something.
    pub(super) fn new(nodes: IndexSet<Node>, root: NodeId, inputs: Arc<InputTypes>, mutations: u64) -> Self {
        let mut operands: Vec<Operand> = Vec::with_capacity(nodes.len());
        let mut steps = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            let step = match node {
                Node::Sum(parts) => match split(&operands, parts, u64::saturating_add) {
                    (known, rest) if rest.is_empty() => Err(known),
                    (known, rest) => Ok(Step::Sum(known, rest)),
                },
                Node::Largest(parts) => match split(&operands, parts, u64::max) {
                    (known, rest) if rest.is_empty() => Err(known),
                    (known, rest) => Ok(Step::Largest(known, rest)),
                },
                Node::When { variable, expected, node } => match operands[node.0] {
                    Operand::Known(0) => Err(0),
                    of => Ok(Step::When { variable: variable.clone(), expected: *expected, of }),
                },
                Node::Field(field) => match (operands[field.below.0], &field.size) {
                    (Operand::Known(below), Size::Known(size)) if field.inputs.given.is_empty() => {
                        Err(total(field, size.saturating_mul(field.inner), field.inputs.known, below))
                    }
                    (Operand::Known(0), _) if field.weight == 0 && field.inputs.given.is_empty() => {
                        Err(field.inputs.known)
                    }
                    (below, _) => Ok(Step::Field { node: NodeId(index), below }),
                },
            };
            operands.push(match step {
                Err(known) => Operand::Known(known),
                Ok(step) => {
                    steps.push(step);
                    Operand::Step(steps.len() - 1)
                }
            });
        }
        let result = operands[root.0];
        Self { nodes, root, inputs, steps, result, mutations }
    }

    /// How many fields of the operation change something: the mutations in it, aliases and all.
    #[must_use]
    pub fn mutations(&self) -> u64 {
        self.mutations
    }

    /// What the operation may cost with these variables.
    #[must_use]
    pub fn cost(&self, variables: &Variables) -> u64 {
        if let Operand::Known(cost) = self.result {
            return cost;
        }
        let mut results: Vec<u64> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let value = |operand: Operand| match operand {
                Operand::Known(known) => known,
                Operand::Step(step) => results[step],
            };
            let result = match step {
                Step::Sum(known, parts) => parts.iter().fold(*known, |sum, part| sum.saturating_add(results[*part])),
                Step::Largest(known, parts) => parts.iter().fold(*known, |most, part| most.max(results[*part])),
                Step::When { variable, expected, of } if holds(variables, variable, *expected) => value(*of),
                Step::When { .. } => 0,
                Step::Field { node, below } => self.field_value(*node, value(*below), variables),
            };
            results.push(result);
        }
        match self.result {
            Operand::Known(known) => known,
            Operand::Step(step) => results[step],
        }
    }

    /// What each node costs.
    pub(super) fn values(&self, variables: &Variables) -> Vec<u64> {
        let mut values: Vec<u64> = Vec::with_capacity(self.nodes.len());
        for (index, node) in self.nodes.iter().enumerate() {
            let value = match node {
                Node::Sum(parts) => parts.iter().fold(0, |sum: u64, part| sum.saturating_add(values[part.0])),
                Node::Largest(parts) => parts.iter().map(|part| values[part.0]).max().unwrap_or_default(),
                Node::When { variable, expected, node } if holds(variables, variable, *expected) => values[node.0],
                Node::When { .. } => 0,
                Node::Field(field) => self.field_value(NodeId(index), values[field.below.0], variables),
            };
            values.push(value);
        }
        values
    }

    fn field_value(&self, node: NodeId, below: u64, variables: &Variables) -> u64 {
        let Node::Field(field) = &self.nodes[node.0] else { return 0 };
        total(field, field.count(variables), field.inputs.value(&self.inputs, variables), below)
    }
}

fn total(field: &FieldCost, count: u64, inputs: u64, below: u64) -> u64 {
    count.saturating_mul(field.weight.saturating_add(below)).saturating_add(inputs)
}

/// Whether a condition of `@skip` or `@include` holds.
pub(super) fn holds(variables: &Variables, variable: &Name, expected: bool) -> bool {
    variables.get(variable.as_str()).and_then(JsonValue::as_bool) == Some(expected)
}

/// What is known of several operands, joined, and the steps that give the others.
fn split(operands: &[Operand], parts: &[NodeId], join: fn(u64, u64) -> u64) -> (u64, Vec<usize>) {
    let (mut known, mut steps) = (0, Vec::new());
    for part in parts {
        match operands[part.0] {
            Operand::Known(value) => known = join(known, value),
            Operand::Step(step) => steps.push(step),
        }
    }
    (known, steps)
}
