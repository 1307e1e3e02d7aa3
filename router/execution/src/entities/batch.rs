//! The representations of one site, each sent once however many objects share it.

use std::collections::HashMap;

use apollo_compiler::Schema;
use apollo_compiler::response::{JsonMap, JsonValue};
use router_planning::plan::EntitySite;
use serde_json::value::RawValue;

use super::positions::visit_objects;
use super::representation::represent;
use crate::error::ResponsePath;

/// What is asked of one `_entities` field, and for whom.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// In the order in which they were first met.
    pub(crate) entries: Vec<BatchEntry>,
    /// Objects at the site that cannot be asked for.
    pub(crate) left_out: Vec<ResponsePath>,
}

/// One representation and the objects it stands for.
#[derive(Debug)]
pub(crate) struct BatchEntry {
    /// As JSON text. Equal texts are equal values and the other way round, so that this is also what tells
    /// representations apart: by value, never by hash alone.
    pub(crate) representation: Box<RawValue>,
    /// Never empty.
    pub(crate) positions: Vec<ResponsePath>,
}

impl Batch {
    /// Collects the objects of `site` from the merged `data`.
    pub(crate) fn collect(schema: &Schema, site: &EntitySite, data: &JsonMap) -> Self {
        let mut batch = Self::default();
        let mut known: HashMap<String, usize> = HashMap::new();
        visit_objects(data, &site.path, &mut |position, object| {
            let Some(representation) = represent(schema, &site.representations, object) else {
                batch.left_out.push(position.clone());
                return;
            };
            let text = JsonValue::Object(representation).to_string();
            let index = *known.entry(text).or_insert_with_key(|text| {
                let representation =
                    RawValue::from_string(text.clone()).expect("invariant: a serialised value is valid JSON");
                batch.entries.push(BatchEntry { representation, positions: Vec::new() });
                batch.entries.len() - 1
            });
            batch.entries[index].positions.push(position.clone());
        });
        batch
    }

    /// The first object asked for, as the place of an error that concerns the whole site.
    pub(crate) fn first_position(&self) -> Option<&ResponsePath> {
        self.entries.first().and_then(|entry| entry.positions.first())
    }
}
