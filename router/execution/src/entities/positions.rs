//! Finds the objects that an entity site stands for.

use apollo_compiler::response::{JsonMap, JsonValue, ResponseDataPathSegment};
use router_planning::plan::PathSegment;

use crate::error::ResponsePath;

/// Calls `visit` for every object at `path` below `root`, in the order of the data. Lists are walked through, null and
/// whatever else is no object is passed over.
///
/// Recursion is bounded by the length of the plan's path plus the nesting of the data.
pub(super) fn visit_objects(root: &JsonMap, path: &[PathSegment], visit: &mut dyn FnMut(&ResponsePath, &JsonMap)) {
    visit_object(root, path, &mut Vec::new(), visit);
}

/// The runtime type that `object` says it has.
pub(super) fn type_name(object: &JsonMap) -> Option<&str> {
    object.get("__typename").and_then(JsonValue::as_str)
}

fn visit_object(
    object: &JsonMap,
    path: &[PathSegment],
    position: &mut ResponsePath,
    visit: &mut dyn FnMut(&ResponsePath, &JsonMap),
) {
    match path.split_first() {
        None => visit(position, object),
        Some((PathSegment::OnTypes(types), rest)) => {
            if type_name(object).is_some_and(|name| types.iter().any(|one| one == name)) {
                visit_object(object, rest, position, visit);
            }
        }
        Some((PathSegment::Key(key), rest)) => {
            if let Some(value) = object.get(key.as_str()) {
                position.push(ResponseDataPathSegment::Field(key.clone()));
                visit_value(value, rest, position, visit);
                position.pop();
            }
        }
    }
}

fn visit_value(
    value: &JsonValue,
    path: &[PathSegment],
    position: &mut ResponsePath,
    visit: &mut dyn FnMut(&ResponsePath, &JsonMap),
) {
    match value {
        JsonValue::Object(object) => visit_object(object, path, position, visit),
        JsonValue::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                position.push(ResponseDataPathSegment::ListIndex(index));
                visit_value(item, path, position, visit);
                position.pop();
            }
        }
        _ => {}
    }
}
