//! Joins a subgraph's values into the merged data.

use apollo_compiler::Schema;
use apollo_compiler::response::{JsonMap, JsonValue, ResponseDataPathSegment};

use crate::prepared::ReplyShape;

/// Copies of `source` what `shape` asks for into `target`, deeply. A value that is there already stays, unless it is
/// null; recursion is bounded by the nesting of `source`, which the JSON parser bounds.
pub(crate) fn merge_object(schema: &Schema, shape: &ReplyShape, target: &mut JsonMap, source: &JsonMap) {
    for (key, value) in source {
        let Some(field) = shape.get(key.as_str()) else { continue };
        match target.get_mut(field.merged_as.as_str()) {
            None => {
                let key = if field.merged_as == key.as_str() { key.clone() } else { field.merged_as.as_str().into() };
                target.insert(key, pruned(schema, &field.shape, value));
            }
            Some(existing) if key.as_str() == "__typename" => merge_type_name(schema, existing, value),
            Some(existing) => merge_value(schema, &field.shape, existing, value),
        }
    }
}

/// The values in `value`, each list, object and leaf counting one.
pub(crate) fn count_values(value: &JsonValue) -> usize {
    match value {
        JsonValue::Array(items) => 1 + items.iter().map(count_values).sum::<usize>(),
        JsonValue::Object(object) => 1 + object.values().map(count_values).sum::<usize>(),
        _ => 1,
    }
}

/// The object at `path`, if there is one.
pub(crate) fn object_at<'a>(root: &'a mut JsonMap, path: &[ResponseDataPathSegment]) -> Option<&'a mut JsonMap> {
    let Some((ResponseDataPathSegment::Field(first), rest)) = path.split_first() else {
        return path.is_empty().then_some(root);
    };
    let mut value = root.get_mut(first.as_str())?;
    for segment in rest {
        value = match segment {
            ResponseDataPathSegment::Field(key) => value.as_object_mut()?.get_mut(key.as_str())?,
            ResponseDataPathSegment::ListIndex(index) => value.as_array_mut()?.get_mut(*index)?,
        };
    }
    value.as_object_mut()
}

fn merge_value(schema: &Schema, shape: &ReplyShape, target: &mut JsonValue, source: &JsonValue) {
    if target.is_null() {
        *target = pruned(schema, shape, source);
        return;
    }
    if shape.is_leaf() {
        return;
    }
    match (target, source) {
        (JsonValue::Object(target), JsonValue::Object(source)) => merge_object(schema, shape, target, source),
        // Lists are joined item by item when they can be the same list.
        (JsonValue::Array(target), JsonValue::Array(source)) if target.len() == source.len() => {
            for (target, source) in target.iter_mut().zip(source) {
                merge_value(schema, shape, target, source);
            }
        }
        _ => {}
    }
}

/// A subgraph that knows an interface only as an object (`@interfaceObject`) names the interface as the runtime type;
/// the object type, which another subgraph tells, is the one that holds.
fn merge_type_name(schema: &Schema, target: &mut JsonValue, source: &JsonValue) {
    let is_object_type = |value: &JsonValue| value.as_str().is_some_and(|name| schema.get_object(name).is_some());
    if !is_object_type(target) && is_object_type(source) {
        *target = source.clone();
    }
}

fn pruned(schema: &Schema, shape: &ReplyShape, source: &JsonValue) -> JsonValue {
    if shape.is_leaf() {
        return source.clone();
    }
    match source {
        JsonValue::Object(source) => {
            let mut object = JsonMap::with_capacity(source.len());
            merge_object(schema, shape, &mut object, source);
            JsonValue::Object(object)
        }
        JsonValue::Array(items) => items.iter().map(|item| pruned(schema, shape, item)).collect(),
        leaf => leaf.clone(),
    }
}
