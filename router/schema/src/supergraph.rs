//! The supergraph and its look-ups.

use std::collections::{BTreeSet, HashMap};

use apollo_compiler::ast::{
    DirectiveDefinition, DirectiveList, DirectiveLocation, InputValueDefinition, OperationType, Type, Value,
};
use apollo_compiler::schema::Schema;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node};

use crate::field_set::Names;
use crate::link::Links;
use crate::{
    Authorization, FieldDefinition, FieldId, FieldInSubgraph, SubgraphDefinition, SubgraphId, SupergraphError,
    TypeDefinition, TypeId, TypeInSubgraph, api_schema, load,
};

/// A composed graph. Cheap to share behind an `Arc`, never changed.
#[derive(Debug)]
pub struct Supergraph {
    pub(crate) full_schema: Valid<Schema>,
    pub(crate) api_schema: Valid<Schema>,
    pub(crate) links: Links,
    pub(crate) subgraphs: Vec<SubgraphDefinition>,
    pub(crate) types: Vec<TypeDefinition>,
    pub(crate) types_by_name: HashMap<Name, TypeId>,
    pub(crate) fields: Vec<FieldDefinition>,
    pub(crate) authorization: Authorization,
    has_contexts: bool,
    override_labels: BTreeSet<String>,
}

impl Supergraph {
    /// Reads supergraph SDL.
    ///
    /// # Errors
    /// When the text is not GraphQL, not a valid schema, names no subgraph, or uses the `join` directives in a way that
    /// cannot be understood. Every fault carries its line and column.
    pub fn parse(sdl: &str) -> Result<Self, SupergraphError> {
        let mut full_schema =
            Schema::parse(sdl, "supergraph.graphql").map_err(|failure| SupergraphError::of(&failure.errors))?;
        define_one_of(&mut full_schema);
        let full_schema = full_schema.validate().map_err(|failure| SupergraphError::of(&failure.errors))?;
        let links = Links::read(&full_schema);
        let api_schema = api_schema::derive(&full_schema, &links)?;
        let model = load::load(&full_schema, &links)?;
        let mut in_subgraphs = model.fields.iter().flat_map(|field| field.in_subgraphs.iter().flatten());
        let has_contexts = in_subgraphs.any(|here| !here.context_arguments.is_empty());
        let in_subgraphs = model.fields.iter().flat_map(|field| field.in_subgraphs.iter().flatten());
        let override_labels = in_subgraphs.filter_map(|here| here.override_label.clone()).collect();
        let authorization = Authorization::read(&full_schema, &links, &model);
        Ok(Self {
            full_schema,
            api_schema,
            links,
            subgraphs: model.subgraphs,
            types: model.types,
            types_by_name: model.types_by_name,
            fields: model.fields,
            authorization,
            has_contexts,
            override_labels,
        })
    }

    /// The subgraphs, by [`SubgraphId`].
    pub fn subgraphs(&self) -> &[SubgraphDefinition] {
        &self.subgraphs
    }

    /// One subgraph.
    pub fn subgraph(&self, id: SubgraphId) -> &SubgraphDefinition {
        &self.subgraphs[id.0]
    }

    /// The subgraph of this name.
    pub fn subgraph_by_name(&self, name: &str) -> Option<&SubgraphDefinition> {
        self.subgraphs.iter().find(|subgraph| subgraph.name == name)
    }

    /// The public schema: without `@inaccessible` elements, `join`, `link` and composed directives.
    pub fn api_schema(&self) -> &Valid<Schema> {
        &self.api_schema
    }

    /// The public schema with `@defer` (GraphQL's incremental delivery), which plans can represent.
    ///
    /// # Errors
    /// When the graph has a `@defer` of its own that does not fit the rest of it.
    pub fn api_schema_with_defer(&self) -> Result<Valid<Schema>, SupergraphError> {
        let mut schema = Schema::clone(&self.api_schema);
        define_defer(&mut schema);
        schema.validate().map_err(|failure| SupergraphError::of(&failure.errors))
    }

    /// Everything that was composed, with all directives.
    pub fn full_schema(&self) -> &Valid<Schema> {
        &self.full_schema
    }

    /// The name that a directive of an Apollo specification has in [`Supergraph::full_schema`], renames considered:
    /// `directive_name("tag", "tag")`, `directive_name("requiresScopes", "requiresScopes")`.
    pub fn directive_name(&self, specification: &str, element: &str) -> String {
        self.links.directive(specification, element)
    }

    /// Who may see what.
    pub fn authorization(&self) -> &Authorization {
        &self.authorization
    }

    /// The types, by [`TypeId`].
    pub fn types(&self) -> &[TypeDefinition] {
        &self.types
    }

    /// One type.
    pub fn type_definition(&self, id: TypeId) -> &TypeDefinition {
        &self.types[id.0]
    }

    /// The type of this name.
    pub fn type_id(&self, name: &str) -> Option<TypeId> {
        self.types_by_name.get(name).copied()
    }

    /// The root type of an operation type.
    pub fn root_type(&self, operation: OperationType) -> Option<TypeId> {
        self.type_id(self.full_schema.root_operation(operation)?)
    }

    /// Whether any argument is filled from a context (`@fromContext`).
    pub fn has_contexts(&self) -> bool {
        self.has_contexts
    }

    /// The labels of progressive overrides (`@override(label:)`).
    pub fn override_labels(&self) -> &BTreeSet<String> {
        &self.override_labels
    }

    /// One field.
    pub fn field(&self, id: FieldId) -> &FieldDefinition {
        &self.fields[id.0]
    }

    /// The field of this name on an object or interface.
    pub fn field_id(&self, parent: TypeId, name: &str) -> Option<FieldId> {
        self.types[parent.0].fields.get(name).copied()
    }

    /// A type as a subgraph defines it.
    pub fn type_in_subgraph(&self, id: TypeId, subgraph: SubgraphId) -> Option<&TypeInSubgraph> {
        self.types[id.0].in_subgraph(subgraph)
    }

    /// A field as a subgraph defines it.
    pub fn field_in_subgraph(&self, id: FieldId, subgraph: SubgraphId) -> Option<&FieldInSubgraph> {
        self.fields[id.0].in_subgraph(subgraph)
    }
}

/// `@defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT`
fn define_defer(schema: &mut Schema) {
    let name = Name::new_static_unchecked("defer");
    let argument = |name, ty, default: Option<bool>| {
        Node::new(InputValueDefinition {
            description: None,
            name: Name::new_static_unchecked(name),
            ty: Node::new(ty),
            default_value: default.map(|value| Node::new(Value::Boolean(value))),
            directives: DirectiveList::default(),
        })
    };
    let boolean = Type::NonNullNamed(Name::new_static_unchecked("Boolean"));
    let string = Type::Named(Name::new_static_unchecked("String"));
    schema.directive_definitions.entry(name.clone()).or_insert_with(|| {
        Node::new(DirectiveDefinition {
            description: Some(Node::new_str("The fragment may be delivered after the rest.")),
            name,
            arguments: vec![argument("if", boolean, Some(true)), argument("label", string, None)],
            repeatable: false,
            locations: vec![DirectiveLocation::FragmentSpread, DirectiveLocation::InlineFragment],
        })
    });
}

/// `@oneOf` is part of GraphQL since September 2025 (section 3.13.5); composers that know it need not define it.
fn define_one_of(schema: &mut Schema) {
    let name = Name::new_static_unchecked("oneOf");
    schema.directive_definitions.entry(name.clone()).or_insert_with(|| {
        Node::new(DirectiveDefinition {
            description: Some(Node::new_str("Exactly one field of this input object must be given, and not null.")),
            name,
            arguments: Vec::new(),
            repeatable: false,
            locations: vec![DirectiveLocation::InputObject],
        })
    });
}

impl Names for Supergraph {
    fn type_id(&self, name: &str) -> Option<TypeId> {
        Self::type_id(self, name)
    }

    fn field_id(&self, parent: TypeId, name: &str) -> Option<FieldId> {
        Self::field_id(self, parent, name)
    }
}
