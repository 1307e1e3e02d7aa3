//! The weights of a graph: its `@cost` and `@listSize`, by whatever names they have there.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::ast::{Directive, InputValueDefinition, Value};
use apollo_compiler::schema::{Component, ExtendedType, FieldDefinition, Schema};
use router_schema::Supergraph;

use super::inputs::InputTypes;

/// What a mutation's field weighs unless a `@cost` says otherwise: it changes something.
const MUTATION_WEIGHT: u64 = 10;

/// What the parts of a graph weigh.
#[derive(Debug)]
pub struct CostModel {
    supergraph: Arc<Supergraph>,
    cost: String,
    list_size: String,
    /// How long a list is taken to be of which nothing is said.
    pub(super) list_size_default: u64,
    pub(super) inputs: Arc<InputTypes>,
}

impl CostModel {
    /// Reads what `supergraph` says of costs.
    #[must_use]
    pub fn new(supergraph: Arc<Supergraph>, list_size_default: u64) -> Self {
        let mut model = Self {
            cost: supergraph.directive_name("cost", "cost"),
            list_size: supergraph.directive_name("cost", "listSize"),
            supergraph,
            list_size_default,
            inputs: Arc::default(),
        };
        model.inputs = Arc::new(InputTypes::read(&model));
        model
    }

    pub(super) fn schema(&self) -> &Schema {
        self.supergraph.full_schema()
    }

    /// The object types that a value of this type can have, as far as clients see them.
    pub(super) fn possible_types(&self, ty: &Name) -> Vec<Name> {
        let Some(id) = self.supergraph.type_id(ty) else { return Vec::new() };
        let possible = self.supergraph.type_definition(id).possible_types.iter();
        let names = possible.map(|id| self.supergraph.type_definition(id).name.clone());
        names.filter(|name| self.supergraph.api_schema().types.contains_key(name)).collect()
    }

    /// Whether an object of type `object` is one of type `condition`.
    pub(super) fn applies(&self, condition: &Name, object: &Name) -> bool {
        let ids = self.supergraph.type_id(condition).zip(self.supergraph.type_id(object));
        ids.is_none_or(|(condition, object)| self.supergraph.type_definition(condition).possible_types.contains(object))
    }

    pub(super) fn field(&self, object: &Name, name: &Name) -> Option<&Component<FieldDefinition>> {
        self.schema().type_field(object, name).ok()
    }

    /// What one value of a field weighs: as the field says, or its type; else 1 for what has fields, and 0 for what has
    /// none.
    pub(super) fn field_weight(&self, object: &Name, field: &FieldDefinition) -> u64 {
        let own = self.weight(field.directives.get(&self.cost).map(|directive| &**directive));
        own.unwrap_or_else(|| {
            let returned = self.schema().types.get(field.ty.inner_named_type());
            let of_type = returned.and_then(|ty| self.type_weight(ty));
            let has_fields = returned.is_some_and(|ty| {
                matches!(ty, ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_))
            });
            let changes = self.schema().schema_definition.mutation.as_ref().is_some_and(|root| root.name == *object);
            of_type.unwrap_or(if changes { MUTATION_WEIGHT } else { u64::from(has_fields) })
        })
    }

    /// What an argument or an input field weighs when it is given: as it says, or its type; else nothing.
    pub(super) fn input_weight(&self, input: &InputValueDefinition) -> u64 {
        let own = self.weight(input.directives.get(&self.cost).map(|directive| &**directive));
        let of_type = || self.type_weight(self.schema().types.get(input.ty.inner_named_type())?);
        own.or_else(of_type).unwrap_or_default()
    }

    pub(super) fn list_size_directive<'f>(&self, field: &'f FieldDefinition) -> Option<&'f Directive> {
        field.directives.get(&self.list_size).map(|directive| &**directive)
    }

    fn type_weight(&self, ty: &ExtendedType) -> Option<u64> {
        self.weight(ty.directives().get(&self.cost).map(|directive| &***directive))
    }

    /// `weight` is an `Int` in Federation and a number in a `String` in the specification. None lowers the cost.
    fn weight(&self, directive: Option<&Directive>) -> Option<u64> {
        let value = directive?.specified_argument_by_name("weight")?;
        let number = match &**value {
            Value::String(text) => text.parse::<f64>().ok().map(f64::ceil),
            value => value.to_f64(),
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "such a cast saturates")]
        number.map(|number| number as u64)
    }
}
