//! What the planner needs to know of each subgraph, type and field.

use apollo_compiler::Name;
use apollo_compiler::Node;
use apollo_compiler::ast::{InputValueDefinition, Type};
use indexmap::IndexMap;

use crate::{FieldId, FieldSet, SubgraphId, TypeId, TypeSet};

/// One of the graph's subgraphs.
#[derive(Debug, Clone)]
pub struct SubgraphDefinition {
    /// Its index.
    pub id: SubgraphId,
    /// Its name, as `@join__graph(name:)` gives it.
    pub name: String,
    /// Its member of the `join__Graph` enum.
    pub graph_name: Name,
    /// Where the composer was told it runs; may be empty.
    pub routing_url: String,
}

/// What kind of named type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeKind {
    /// `type`
    Object,
    /// `interface`
    Interface,
    /// `union`
    Union,
    /// `enum`
    Enum,
    /// `scalar`
    Scalar,
    /// `input`
    InputObject,
}

impl TypeKind {
    /// Whether values of the type have fields to select.
    pub fn is_composite(self) -> bool {
        matches!(self, Self::Object | Self::Interface | Self::Union)
    }

    /// Whether the type of a value is known only when the value is there.
    pub fn is_abstract(self) -> bool {
        matches!(self, Self::Interface | Self::Union)
    }
}

/// A named type of the supergraph.
#[derive(Debug, Clone)]
pub struct TypeDefinition {
    /// Its index.
    pub id: TypeId,
    /// Its name.
    pub name: Name,
    /// Its kind.
    pub kind: TypeKind,
    /// Its fields by name: of objects and interfaces.
    pub fields: IndexMap<Name, FieldId>,
    /// The interfaces it implements in any subgraph.
    pub interfaces: Vec<TypeId>,
    /// The object types a value of this type can have, over all subgraphs; an object type has itself.
    pub possible_types: TypeSet,
    /// What it is in each subgraph; by [`SubgraphId`].
    pub in_subgraphs: Vec<Option<TypeInSubgraph>>,
}

/// A type as one subgraph defines it.
#[derive(Debug, Clone, Default)]
pub struct TypeInSubgraph {
    /// Its `@key`s, in the order of the SDL.
    pub keys: Vec<Key>,
    /// Whether this subgraph declares it as an object standing for an interface (`@interfaceObject`).
    pub is_interface_object: bool,
    /// The interfaces it implements in this subgraph.
    pub interfaces: Vec<TypeId>,
    /// The object types that this subgraph can return for it. For an `@interfaceObject`: those of the interface.
    pub possible_types: TypeSet,
    /// The values of an enum in this subgraph.
    pub enum_values: Vec<Name>,
}

/// A `@key` of an entity in one subgraph.
#[derive(Debug, Clone)]
pub struct Key {
    /// The fields of the key.
    pub fields: FieldSet,
    /// Whether `_entities` of this subgraph accepts it.
    pub resolvable: bool,
}

/// A field of an object or interface.
#[derive(Debug, Clone)]
pub struct FieldDefinition {
    /// Its index.
    pub id: FieldId,
    /// Its name.
    pub name: Name,
    /// The type that has it.
    pub parent: TypeId,
    /// Its type, as the supergraph merges it.
    pub ty: Type,
    /// The named type inside [`FieldDefinition::ty`].
    pub named_type: TypeId,
    /// Its arguments, as the supergraph merges them.
    pub arguments: Vec<Node<InputValueDefinition>>,
    /// What it is in each subgraph; by [`SubgraphId`].
    pub in_subgraphs: Vec<Option<FieldInSubgraph>>,
}

/// A field as one subgraph defines it.
#[derive(Debug, Clone)]
pub struct FieldInSubgraph {
    /// Its type there.
    pub ty: Type,
    /// The named type inside [`FieldInSubgraph::ty`].
    pub named_type: TypeId,
    /// Declared `@external`: the subgraph resolves it only where something `@provides` it.
    pub is_external: bool,
    /// What must be sent along before the subgraph can resolve it.
    pub requires: Option<FieldSet>,
    /// What the subgraph resolves below it besides its own fields.
    pub provides: Option<FieldSet>,
    /// The arguments that are filled from objects further up the query (`@fromContext`). Clients cannot give them.
    pub context_arguments: Vec<ContextArgument>,
    /// Another subgraph has taken it over, or takes over part of its traffic.
    pub is_overridden: bool,
    /// The take-over that this definition states.
    pub overrides: Option<Override>,
    /// The label of a progressive `@override`, on both its sides: this side is in force only while the label is off
    /// (overridden) or on (overriding).
    pub override_label: Option<String>,
}

/// An argument that the nearest enclosing object that sets a context fills (`@fromContext`).
#[derive(Debug, Clone)]
pub struct ContextArgument {
    /// Its name in the subgraph.
    pub name: Name,
    /// Its type in the subgraph.
    pub ty: Type,
    /// The context, as the supergraph names it.
    pub context: String,
    /// The types that set the context.
    pub setters: Vec<ContextSetter>,
}

/// A type that sets a context (`@context`).
#[derive(Debug, Clone)]
pub struct ContextSetter {
    /// The object, interface or union.
    pub ty: TypeId,
    /// What is selected of it: for each of its objects one value.
    pub selection: FieldSet,
}

/// `@override(from:)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The name of the subgraph the field is taken from.
    pub from: String,
}

impl TypeDefinition {
    /// What the type is in a subgraph, if it is there.
    pub fn in_subgraph(&self, subgraph: SubgraphId) -> Option<&TypeInSubgraph> {
        self.in_subgraphs.get(subgraph.0)?.as_ref()
    }
}

impl FieldInSubgraph {
    /// Whether the subgraph must be told something of the object, or of those around it, before it can resolve the field.
    pub fn has_requirements(&self) -> bool {
        self.requires.is_some() || !self.context_arguments.is_empty()
    }
}

impl FieldDefinition {
    /// What the field is in a subgraph, if it is there.
    pub fn in_subgraph(&self, subgraph: SubgraphId) -> Option<&FieldInSubgraph> {
        self.in_subgraphs.get(subgraph.0)?.as_ref()
    }
}
