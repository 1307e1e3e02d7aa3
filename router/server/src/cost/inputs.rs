//! What arguments weigh: mostly nothing.

use std::collections::HashMap;

use apollo_compiler::Name;
use apollo_compiler::ast::{InputValueDefinition, Type, Value};
use apollo_compiler::schema::ExtendedType;
use router_execution::JsonValue;

use super::Variables;
use super::model::CostModel;

/// What the fields of each input type weigh, for those in which anything does.
#[derive(Debug, Default)]
pub(super) struct InputTypes(HashMap<Name, HashMap<Name, InputField>>);

#[derive(Debug)]
struct InputField {
    weight: u64,
    ty: Name,
}

/// What the arguments of a field weigh.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct InputCost {
    /// Of what stands in the document.
    pub(super) known: u64,
    /// Of what variables give.
    pub(super) given: Vec<Given>,
}

/// A variable as the value of something that weighs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Given {
    variable: Name,
    weight: u64,
    ty: Name,
}

impl InputTypes {
    pub(super) fn read(model: &CostModel) -> Self {
        let mut types: HashMap<Name, HashMap<Name, InputField>> = HashMap::new();
        for (name, ty) in &model.schema().types {
            let ExtendedType::InputObject(input) = ty else { continue };
            let fields = input.fields.iter().map(|(name, field)| {
                let ty = field.ty.inner_named_type().clone();
                (name.clone(), InputField { weight: model.input_weight(field), ty })
            });
            types.insert(name.clone(), fields.collect());
        }
        // What weighs makes those weigh that hold it, until there are no more of them.
        let mut weighing: HashMap<Name, HashMap<Name, InputField>> = HashMap::new();
        loop {
            let (more, rest): (HashMap<_, _>, HashMap<_, _>) = types.into_iter().partition(|(_, fields)| {
                fields.values().any(|field| field.weight > 0 || weighing.contains_key(&field.ty))
            });
            types = rest;
            if more.is_empty() {
                return Self(weighing);
            }
            weighing.extend(more);
        }
    }

    /// What a JSON value of this type weighs beside its own weight.
    fn inside(&self, ty: &Name, value: &JsonValue) -> u64 {
        let Some(fields) = self.0.get(ty) else { return 0 };
        match value {
            JsonValue::Array(items) => items.iter().fold(0, |sum, item| sum.saturating_add(self.inside(ty, item))),
            JsonValue::Object(object) => object.iter().fold(0, |sum, (name, value)| {
                let Some(field) = fields.get(name.as_str()) else { return sum };
                let weight = if value.is_null() { 0 } else { field.weight };
                sum.saturating_add(weight).saturating_add(self.inside(&field.ty, value))
            }),
            _ => 0,
        }
    }
}

impl InputCost {
    /// Adds an argument with this value.
    pub(super) fn add(&mut self, model: &CostModel, argument: &InputValueDefinition, value: &Value) {
        self.add_value(&model.inputs, model.input_weight(argument), argument.ty.inner_named_type(), value);
    }

    fn add_value(&mut self, types: &InputTypes, weight: u64, ty: &Name, value: &Value) {
        match value {
            Value::Null => {}
            Value::Variable(variable) => {
                if weight > 0 || types.0.contains_key(ty) {
                    self.given.push(Given { variable: variable.clone(), weight, ty: ty.clone() });
                }
            }
            Value::List(items) => {
                self.known = self.known.saturating_add(weight);
                for item in items {
                    self.add_value(types, 0, ty, item);
                }
            }
            Value::Object(members) => {
                self.known = self.known.saturating_add(weight);
                let Some(fields) = types.0.get(ty) else { return };
                for (name, value) in members {
                    if let Some(field) = fields.get(name) {
                        self.add_value(types, field.weight, &field.ty, value);
                    }
                }
            }
            _ => self.known = self.known.saturating_add(weight),
        }
    }

    /// What the arguments weigh with these variables.
    pub(super) fn value(&self, types: &InputTypes, variables: &Variables) -> u64 {
        self.given.iter().fold(self.known, |sum, given| match variables.get(given.variable.as_str()) {
            None | Some(JsonValue::Null) => sum,
            Some(value) => sum.saturating_add(given.weight).saturating_add(types.inside(&given.ty, value)),
        })
    }
}

/// Whether a type is a list.
pub(super) fn is_list(ty: &Type) -> bool {
    matches!(ty, Type::List(_) | Type::NonNullList(_))
}
