//! From supergraph SDL to the model, in three steps: subgraphs, the index of types and fields, then each in detail.

mod contexts;
mod fields;
mod join;
mod types;

use std::collections::HashMap;

use apollo_compiler::Name;
use apollo_compiler::ast::Value;
use apollo_compiler::schema::{ExtendedType, Schema};
use apollo_compiler::validation::Valid;
use indexmap::IndexMap;

use crate::field_set::Names;
use crate::link::Links;
use crate::{
    FieldDefinition, FieldId, SubgraphDefinition, SubgraphId, SupergraphDiagnostic, SupergraphError, TypeDefinition,
    TypeId, TypeKind, TypeSet,
};

/// The model under construction.
pub(crate) struct Model {
    pub(crate) subgraphs: Vec<SubgraphDefinition>,
    pub(crate) types: Vec<TypeDefinition>,
    pub(crate) types_by_name: HashMap<Name, TypeId>,
    pub(crate) fields: Vec<FieldDefinition>,
}

/// What every step reads.
pub(crate) struct Source<'s> {
    schema: &'s Valid<Schema>,
    join: join::JoinNames,
    subgraphs_by_graph: HashMap<Name, SubgraphId>,
    /// The types that set each context.
    context_setters: HashMap<String, Vec<Name>>,
}

/// Builds the model.
///
/// # Errors
/// When the `join` directives do not describe a supergraph; each fault with its position.
pub(crate) fn load(schema: &Valid<Schema>, links: &Links) -> Result<Model, SupergraphError> {
    let join = join::JoinNames::new(links);
    let subgraphs = read_subgraphs(schema, &join)?;
    let subgraphs_by_graph = subgraphs.iter().map(|subgraph| (subgraph.graph_name.clone(), subgraph.id)).collect();
    let context_setters = contexts::setters(schema, links);
    let source = Source { schema, join, subgraphs_by_graph, context_setters };
    let mut model = Model { subgraphs, types: Vec::new(), types_by_name: HashMap::new(), fields: Vec::new() };
    model.index(&source, links);

    let mut diagnostics = Vec::new();
    types::fill(&mut model, &source, &mut diagnostics);
    fields::fill(&mut model, &source, &mut diagnostics);
    if diagnostics.is_empty() { Ok(model) } else { Err(SupergraphError { diagnostics }) }
}

fn read_subgraphs(schema: &Schema, join: &join::JoinNames) -> Result<Vec<SubgraphDefinition>, SupergraphError> {
    let Some(graphs) = schema.get_enum(&join.graph_enum) else {
        return Err(SupergraphError::from(SupergraphDiagnostic {
            message: format!(
                "there is no enum {}; a supergraph lists its subgraphs in it. Is this the schema of a single service? \
                 Compose it first.",
                join.graph_enum
            ),
            position: None,
        }));
    };
    let text = |value: Option<&apollo_compiler::Node<Value>>| value.and_then(|value| value.as_str()).map(str::to_owned);
    let subgraphs = graphs.values.values().enumerate().map(|(index, value)| {
        let directive = value.directives.get(&join.graph);
        let argument = |name| text(directive.and_then(|directive| directive.specified_argument_by_name(name)));
        SubgraphDefinition {
            id: SubgraphId(index),
            name: argument("name").unwrap_or_else(|| value.value.to_string()),
            graph_name: value.value.clone(),
            routing_url: argument("url").unwrap_or_default(),
        }
    });
    Ok(subgraphs.collect())
}

impl Model {
    /// Gives every type and field its index.
    fn index(&mut self, source: &Source<'_>, links: &Links) {
        for (name, ty) in &source.schema.types {
            if name.starts_with("__") || links.is_machinery(name) {
                continue;
            }
            let id = TypeId(self.types.len());
            self.types_by_name.insert(name.clone(), id);
            self.types.push(TypeDefinition {
                id,
                name: name.clone(),
                kind: kind_of(ty),
                fields: IndexMap::new(),
                interfaces: Vec::new(),
                possible_types: TypeSet::new(),
                in_subgraphs: Vec::new(),
            });
        }
        for parent in (0..self.types.len()).map(TypeId) {
            let name = self.types[parent.0].name.clone();
            for field in fields_of(&source.schema.types[&name]) {
                let id = FieldId(self.fields.len());
                self.types[parent.0].fields.insert(field.name.clone(), id);
                // A valid schema names only types that exist, and no field of the graph returns a type of the machinery.
                let named_type = self.types_by_name.get(field.ty.inner_named_type()).copied().unwrap_or(parent);
                self.fields.push(FieldDefinition {
                    id,
                    name: field.name.clone(),
                    parent,
                    ty: field.ty.clone(),
                    named_type,
                    arguments: field.arguments.clone(),
                    in_subgraphs: Vec::new(),
                });
            }
        }
    }
}

impl Names for Model {
    fn type_id(&self, name: &str) -> Option<TypeId> {
        self.types_by_name.get(name).copied()
    }

    fn field_id(&self, parent: TypeId, name: &str) -> Option<FieldId> {
        self.types[parent.0].fields.get(name).copied()
    }
}

fn kind_of(ty: &ExtendedType) -> TypeKind {
    match ty {
        ExtendedType::Object(_) => TypeKind::Object,
        ExtendedType::Interface(_) => TypeKind::Interface,
        ExtendedType::Union(_) => TypeKind::Union,
        ExtendedType::Enum(_) => TypeKind::Enum,
        ExtendedType::Scalar(_) => TypeKind::Scalar,
        ExtendedType::InputObject(_) => TypeKind::InputObject,
    }
}

/// The output fields of a type.
pub(crate) fn fields_of(ty: &ExtendedType) -> Vec<&apollo_compiler::schema::FieldDefinition> {
    match ty {
        ExtendedType::Object(object) => object.fields.values().map(|field| &***field).collect(),
        ExtendedType::Interface(interface) => interface.fields.values().map(|field| &***field).collect(),
        _ => Vec::new(),
    }
}
