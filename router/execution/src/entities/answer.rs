//! Puts the answer to a site back at every position.

use apollo_compiler::Schema;
use apollo_compiler::response::{JsonMap, JsonValue};

use super::batch::{Batch, BatchEntry};
use super::positions::type_name;
use crate::fetch::failure::FetchFailure;
use crate::merge::{count_values, merge_object, object_at};
use crate::prepared::ReplyShape;

/// An entity that cannot be used, by its index in the batch.
pub(crate) type UnusableEntity = (usize, FetchFailure);

/// The entities in the value of one `_entities` field, as many as were asked for.
///
/// # Errors
/// When the value as a whole answers nothing of the batch.
pub(crate) fn entities_of<'a>(batch: &Batch, answer: &'a JsonValue) -> Result<&'a [JsonValue], FetchFailure> {
    let JsonValue::Array(entities) = answer else {
        return Err(FetchFailure::Invalid("its `_entities` is not a list"));
    };
    if entities.len() != batch.entries.len() {
        return Err(FetchFailure::Invalid("its `_entities` is not as long as the list of representations"));
    }
    Ok(entities)
}

/// Merges the value of one `_entities` field into `data`, and gives the entities in it that cannot be used.
///
/// Null entities leave their fields absent. `values_left` is what the merged data may still grow by.
///
/// # Errors
/// When the value as a whole answers nothing of the batch.
pub(crate) fn merge_site(
    schema: &Schema,
    shape: &ReplyShape,
    batch: &Batch,
    answer: &JsonValue,
    data: &mut JsonMap,
    values_left: &mut usize,
) -> Result<Vec<UnusableEntity>, FetchFailure> {
    let entities = entities_of(batch, answer)?;
    let mut unusable = Vec::new();
    for (index, (entity, entry)) in entities.iter().zip(&batch.entries).enumerate() {
        let merged = match entity {
            JsonValue::Null => Ok(()),
            JsonValue::Object(entity) => merge_entity(schema, shape, entry, entity, data, values_left),
            _ => Err(FetchFailure::Invalid("an entity is not an object")),
        };
        if let Err(failure) = merged {
            unusable.push((index, failure));
        }
    }
    Ok(unusable)
}

fn merge_entity(
    schema: &Schema,
    shape: &ReplyShape,
    entry: &BatchEntry,
    entity: &JsonMap,
    data: &mut JsonMap,
    values_left: &mut usize,
) -> Result<(), FetchFailure> {
    let growth: usize = entity.values().map(count_values).sum::<usize>().saturating_mul(entry.positions.len());
    *values_left = values_left.checked_sub(growth).ok_or(FetchFailure::TooManyValues)?;
    for position in &entry.positions {
        let Some(object) = object_at(data, position) else { continue };
        if is_of_another_type(schema, object, entity) {
            return Err(FetchFailure::Invalid("an entity is of another type than the one asked for"));
        }
        merge_object(schema, shape, object, entity);
    }
    Ok(())
}

/// Interfaces and types that clients cannot see are not compared: they need not be known by the same name everywhere.
fn is_of_another_type(schema: &Schema, object: &JsonMap, entity: &JsonMap) -> bool {
    let object_type = |object| type_name(object).filter(|name| schema.get_object(name).is_some());
    matches!((object_type(object), object_type(entity)), (Some(ours), Some(theirs)) if ours != theirs)
}
