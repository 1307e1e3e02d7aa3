//! Makes the representation of an object: its type, its key, and what `@requires` adds.

use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::{Name, Schema};
use router_planning::plan::{Representation, RepresentationField, RepresentationSelection};

use super::positions::type_name;

/// The representation of `object` by the first of `representations` that fits its runtime type; `None` when none fits,
/// or when the object lacks a field without which the subgraph cannot be asked.
pub(super) fn represent(schema: &Schema, representations: &[Representation], object: &JsonMap) -> Option<JsonMap> {
    let runtime_type = type_name(object);
    let representation = representations.iter().find(|one| fits(&one.on_types, runtime_type))?;
    let mut represented = JsonMap::with_capacity(representation.fields.len() + 1);
    represented.insert("__typename", representation.type_name.as_str().into());
    let parent_type = runtime_type.unwrap_or(&representation.type_name);
    for field in &representation.fields {
        copy_field(schema, parent_type, field, object, false, &mut represented)?;
    }
    Some(represented)
}

pub(super) fn fits(on_types: &[Name], runtime_type: Option<&str>) -> bool {
    on_types.is_empty() || runtime_type.is_some_and(|name| on_types.iter().any(|one| one == name))
}

/// Copies one field; `None` when the whole object must be left out of the request for the lack of it.
fn copy_field(
    schema: &Schema,
    parent_type: &str,
    field: &RepresentationField,
    object: &JsonMap,
    in_key: bool,
    target: &mut JsonMap,
) -> Option<()> {
    let is_key = in_key || field.is_key;
    let definition = schema.type_field(parent_type, &field.name).ok();
    let value = match object.get(field.response_key.as_str()) {
        None | Some(JsonValue::Null) => {
            // What a type allows to be null may be sent as null; a field that clients cannot see is taken to allow it.
            let is_nullable = definition.is_none_or(|definition| !definition.ty.is_non_null());
            (!is_key && is_nullable).then_some(JsonValue::Null)?
        }
        Some(value) if field.selections.is_empty() => value.clone(),
        Some(value) => {
            let named_type = definition.map_or("", |definition| definition.ty.inner_named_type().as_str());
            copy_value(schema, named_type, &field.selections, value, is_key)?
        }
    };
    // Parts under different type conditions may hold the same composite field: what they copy is joined.
    match (target.get_mut(field.name.as_str()), value) {
        (Some(existing), value) => join(existing, value),
        (None, value) => {
            target.insert(field.name.as_str(), value);
        }
    }
    Some(())
}

fn copy_value(
    schema: &Schema,
    declared_type: &str,
    selections: &[RepresentationSelection],
    value: &JsonValue,
    in_key: bool,
) -> Option<JsonValue> {
    match value {
        JsonValue::Array(items) => {
            items.iter().map(|item| copy_value(schema, declared_type, selections, item, in_key)).collect()
        }
        JsonValue::Object(object) => copy_selections(schema, declared_type, selections, object, in_key),
        other => Some(other.clone()),
    }
}

/// Copies what is selected of one object; `None` when something that must be there is not.
pub(super) fn copy_selections(
    schema: &Schema,
    declared_type: &str,
    selections: &[RepresentationSelection],
    object: &JsonMap,
    in_key: bool,
) -> Option<JsonValue> {
    let runtime_type = type_name(object);
    let parent_type = runtime_type.unwrap_or(declared_type);
    let mut copy = JsonMap::new();
    for selection in selections.iter().filter(|selection| fits(&selection.on_types, runtime_type)) {
        copy_field(schema, parent_type, &selection.field, object, in_key, &mut copy)?;
    }
    Some(JsonValue::Object(copy))
}

fn join(target: &mut JsonValue, source: JsonValue) {
    match (target, source) {
        (JsonValue::Object(target), JsonValue::Object(source)) => {
            for (key, value) in source {
                match target.get_mut(key.as_str()) {
                    Some(existing) => join(existing, value),
                    None => {
                        target.insert(key, value);
                    }
                }
            }
        }
        (JsonValue::Array(target), JsonValue::Array(source)) if target.len() == source.len() => {
            for (target, source) in target.iter_mut().zip(source) {
                join(target, source);
            }
        }
        _ => {}
    }
}
