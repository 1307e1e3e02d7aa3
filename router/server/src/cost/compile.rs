//! From an operation to its formula.

use std::collections::HashMap;

use apollo_compiler::ast::{DirectiveList, Value};
use apollo_compiler::executable::{Field, Operation, Selection, SelectionSet};
use apollo_compiler::{ExecutableDocument, Name};
use indexmap::IndexSet;
use thiserror::Error;

use super::formula::{FieldCost, Formula, Node, NodeId};
use super::inputs::{InputCost, is_list};
use super::list_size::{Size, Sized, inner_size, sized};
use super::model::CostModel;

/// A list whose size cannot be told.
#[derive(Debug, PartialEq, Eq, Hash, Error)]
#[error("The field `{field}` needs exactly one of its arguments {arguments}, so that the size of its list is known.")]
pub struct SlicingProblem {
    field: String,
    arguments: String,
}

/// Makes the formula of a valid operation, and says what is wrong with its sizes.
#[must_use]
pub fn compile(
    model: &CostModel,
    document: &ExecutableDocument,
    operation: &Operation,
) -> (Formula, Vec<SlicingProblem>) {
    let mut compiler = Compiler {
        model,
        document,
        nodes: IndexSet::new(),
        sizes: IndexSet::new(),
        sets: HashMap::new(),
        objects: HashMap::new(),
        problems: IndexSet::new(),
    };
    let root = compiler.set(&operation.selection_set, operation.object_type(), None);
    let mutations = if operation.is_mutation() { compiler.fields_of(&operation.selection_set) } else { 0 };
    let Compiler { nodes, problems, .. } = compiler;
    (Formula::new(nodes, root, model.inputs.clone(), mutations), problems.into_iter().collect())
}

/// The sizes that a field gives to lists right below it, by their place in [`Compiler::sizes`].
type SizesId = Option<usize>;
/// A selection set by its address; the document stays where it is.
type Address = usize;

struct Compiler<'a> {
    model: &'a CostModel,
    document: &'a ExecutableDocument,
    nodes: IndexSet<Node>,
    sizes: IndexSet<Sized>,
    /// What has been compiled: a selection set of values of a type, and of objects of a type.
    sets: HashMap<(Address, Name, SizesId), NodeId>,
    objects: HashMap<(Address, Name, SizesId), NodeId>,
    problems: IndexSet<SlicingProblem>,
}

impl<'a> Compiler<'a> {
    fn node(&mut self, node: Node) -> NodeId {
        NodeId(self.nodes.insert_full(node).0)
    }

    /// What is selected of a value of type `ty`: the largest over the types that it may have.
    fn set(&mut self, set: &'a SelectionSet, ty: &Name, sizes: SizesId) -> NodeId {
        let key = (address(set), ty.clone(), sizes);
        if let Some(known) = self.sets.get(&key) {
            return *known;
        }
        let possible = self.model.possible_types(ty);
        let mut parts: Vec<NodeId> = Vec::new();
        for object in &possible {
            let part = self.object(set, object, sizes);
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        let node = match parts[..] {
            [only] => only,
            _ => self.node(Node::Largest(parts)),
        };
        self.sets.insert(key, node);
        node
    }

    /// What is selected of an object of type `object`.
    fn object(&mut self, set: &'a SelectionSet, object: &Name, sizes: SizesId) -> NodeId {
        let key = (address(set), object.clone(), sizes);
        if let Some(known) = self.objects.get(&key) {
            return *known;
        }
        let mut parts = Vec::new();
        for selection in &set.selections {
            let part = match selection {
                Selection::Field(field) => self.field(field, object, sizes),
                Selection::InlineFragment(fragment) => {
                    let applies = fragment.type_condition.as_ref().is_none_or(|name| self.model.applies(name, object));
                    applies.then(|| self.object(&fragment.selection_set, object, sizes))
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = spread.fragment_def(self.document);
                    let fragment = fragment.filter(|fragment| self.model.applies(fragment.type_condition(), object));
                    fragment.map(|fragment| self.object(&fragment.selection_set, object, sizes))
                }
            };
            parts.extend(part.and_then(|part| self.conditional(part, selection.directives())));
        }
        let node = self.node(Node::Sum(parts));
        self.objects.insert(key, node);
        node
    }

    fn field(&mut self, field: &'a Field, object: &Name, sizes: SizesId) -> Option<NodeId> {
        // Introspection asks no subgraph, and has bounds of its own.
        let definition = self.model.field(object, &field.name).filter(|_| !field.name.starts_with("__"))?;
        let returned = definition.ty.inner_named_type();
        let said = sized(self.model, definition, field).unwrap_or_else(|arguments| {
            let field = format!("{object}.{}", field.name);
            self.problems.insert(SlicingProblem { field, arguments: arguments.join(", ") });
            None
        });
        let from_above = sizes.map(|id| &self.sizes[id]).filter(|sized| sized.fields.contains(&field.name));
        let own = said.as_ref().filter(|sized| sized.fields.is_empty());
        let size = match from_above.or(own) {
            _ if !is_list(&definition.ty) => Size::ONE,
            Some(sized) => sized.size.clone(),
            None => Size::Known(self.model.list_size_default),
        };
        let below = said.filter(|sized| !sized.fields.is_empty()).map(|sized| self.sizes.insert_full(sized).0);
        let mut inputs = InputCost::default();
        for argument in &definition.arguments {
            let given = field.specified_argument_by_name(&argument.name).or(argument.default_value.as_ref());
            if let Some(value) = given {
                inputs.add(self.model, argument, value);
            }
        }
        let cost = FieldCost {
            response_key: field.response_key().clone(),
            weight: self.model.field_weight(object, definition),
            inputs,
            size,
            inner: inner_size(&definition.ty, self.model.list_size_default),
            below: if field.selection_set.is_empty() {
                self.node(Node::Sum(Vec::new()))
            } else {
                self.set(&field.selection_set, returned, below)
            },
        };
        Some(self.node(Node::Field(cost)))
    }

    /// Adds `@skip` and `@include`; nothing is left of what is never selected.
    fn conditional(&mut self, part: NodeId, directives: &DirectiveList) -> Option<NodeId> {
        let mut node = part;
        for (name, expected) in [("skip", false), ("include", true)] {
            let directive = directives.get(name);
            match directive.and_then(|directive| directive.specified_argument_by_name("if")).map(|value| &**value) {
                Some(Value::Boolean(value)) if *value != expected => return None,
                Some(Value::Variable(variable)) => {
                    node = self.node(Node::When { variable: variable.clone(), expected, node });
                }
                _ => {}
            }
        }
        Some(node)
    }

    /// How many response keys a root has.
    fn fields_of(&self, root: &'a SelectionSet) -> u64 {
        let (mut keys, mut spread, mut waiting) = (IndexSet::new(), IndexSet::new(), vec![root]);
        while let Some(set) = waiting.pop() {
            for selection in &set.selections {
                match selection {
                    Selection::Field(field) => drop(keys.insert(field.response_key())),
                    Selection::InlineFragment(fragment) => waiting.push(&fragment.selection_set),
                    Selection::FragmentSpread(named) => {
                        if spread.insert(&named.fragment_name) {
                            waiting.extend(named.fragment_def(self.document).map(|found| &found.selection_set));
                        }
                    }
                }
            }
        }
        keys.len() as u64
    }
}

fn address(set: &SelectionSet) -> Address {
    std::ptr::from_ref(set).addr()
}
