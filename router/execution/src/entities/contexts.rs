//! The values that an entity takes from the objects around it (`@context`, `@fromContext`).

use apollo_compiler::Schema;
use apollo_compiler::response::{JsonMap, JsonValue, ResponseDataPathSegment};
use router_planning::plan::{ContextSource, ContextVariable};

use super::positions::type_name;
use super::representation::{copy_selections, fits};

/// The values of the variables for the entity at `position`; `None` when one of them cannot be had, so that the subgraph
/// cannot be asked.
pub(super) fn context_values(
    schema: &Schema,
    variables: &[ContextVariable],
    data: &JsonMap,
    position: &[ResponseDataPathSegment],
) -> Option<Vec<JsonValue>> {
    variables
        .iter()
        .map(|variable| {
            let enclosing = variable.sources.iter().find_map(|source| {
                let object = object_above(data, position, source.keys_up)?;
                fits(&source.on_types, type_name(object)).then_some((object, source))
            });
            enclosing.and_then(|(object, source)| value(schema, object, source))
        })
        .collect()
}

fn value(schema: &Schema, object: &JsonMap, source: &ContextSource) -> Option<JsonValue> {
    let selected = copy_selections(schema, type_name(object).unwrap_or_default(), &source.selections, object, false)?;
    Some(innermost(selected))
}

/// The one value in what a context's selection gives: each object in it holds one field, beside the name of its type.
fn innermost(selected: JsonValue) -> JsonValue {
    match selected {
        JsonValue::Object(object) => object
            .into_iter()
            .find(|(key, _)| key.as_str() != "__typename")
            .map_or(JsonValue::Null, |(_, value)| innermost(value)),
        JsonValue::Array(items) => items.into_iter().map(innermost).collect(),
        leaf => leaf,
    }
}

/// The object that stands this many response keys above `position`.
fn object_above<'d>(data: &'d JsonMap, position: &[ResponseDataPathSegment], keys_up: usize) -> Option<&'d JsonMap> {
    let keys = position.iter().enumerate().filter(|(_, segment)| matches!(segment, ResponseDataPathSegment::Field(_)));
    let end = keys.rev().nth(keys_up.checked_sub(1)?).map(|(index, _)| index)?;
    let Some((ResponseDataPathSegment::Field(first), rest)) = position[..end].split_first() else { return Some(data) };
    let mut value = data.get(first.as_str())?;
    for segment in rest {
        value = match segment {
            ResponseDataPathSegment::Field(key) => value.as_object()?.get(key.as_str())?,
            ResponseDataPathSegment::ListIndex(index) => value.as_array()?.get(*index)?,
        };
    }
    value.as_object()
}
