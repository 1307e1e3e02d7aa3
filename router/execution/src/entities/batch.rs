//! The representations of one site, each sent once however many objects share it, in groups that share their values from
//! contexts.

use std::collections::HashMap;

use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::{Name, Schema};
use router_planning::plan::{EntitySite, numbered};
use serde_json::value::RawValue;

use super::contexts::context_values;
use super::positions::visit_objects;
use super::representation::represent;
use crate::error::ResponsePath;

/// What is asked of one `_entities` field, and for whom.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The index of the site in the fetch.
    pub(crate) site: usize,
    /// The response key of the field.
    pub(crate) response_key: Name,
    /// The variable that takes the representations.
    pub(crate) representations_variable: Name,
    /// The variables that all entries share, from contexts.
    pub(crate) context_values: Vec<(Name, JsonValue)>,
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

/// Where the entry of a representation is: by the values from contexts and the representation, as text.
type Known = HashMap<(String, String), (usize, usize)>;

impl Batch {
    /// Collects the objects of `site`, the fetch's `index`th, from the merged `data`: one batch for each combination of
    /// values from contexts, and always at least one.
    pub(crate) fn collect(schema: &Schema, index: usize, site: &EntitySite, data: &JsonMap) -> Vec<Self> {
        let mut batches = vec![Self::new(index, site, 0)];
        let mut known: Known = HashMap::new();
        let mut groups: HashMap<String, usize> = HashMap::new();
        visit_objects(data, &site.path, &mut |position, object| {
            let representation = represent(schema, &site.representations, object);
            let values = context_values(schema, &site.context_variables, data, position);
            let (Some(representation), Some(values)) = (representation, values) else {
                batches[0].left_out.push(position.clone());
                return;
            };
            let text = JsonValue::Object(representation).to_string();
            let values_text =
                if values.is_empty() { String::new() } else { JsonValue::from(values.clone()).to_string() };
            let (group, entry) = *known.entry((values_text, text)).or_insert_with_key(|(values_text, text)| {
                let count = groups.len();
                let group = *groups.entry(values_text.clone()).or_insert(count);
                if group == batches.len() {
                    batches.push(Self::new(index, site, group));
                }
                let batch = &mut batches[group];
                if group == count {
                    let names = site.context_variables.iter().map(|variable| numbered(&variable.name, group));
                    batch.context_values = names.zip(values).collect();
                }
                let representation =
                    RawValue::from_string(text.clone()).expect("invariant: a serialised value is valid JSON");
                batch.entries.push(BatchEntry { representation, positions: Vec::new() });
                (group, batch.entries.len() - 1)
            });
            batches[group].entries[entry].positions.push(position.clone());
        });
        batches
    }

    fn new(index: usize, site: &EntitySite, group: usize) -> Self {
        Self {
            site: index,
            response_key: numbered(&site.response_key, group),
            representations_variable: numbered(&site.representations_variable, group),
            context_values: Vec::new(),
            entries: Vec::new(),
            left_out: Vec::new(),
        }
    }

    /// The same batch of some of its entities, for asking only: nothing stands for a position.
    pub(crate) fn only(&self, entries: impl Iterator<Item = usize>) -> Self {
        let entry = |index: usize| BatchEntry {
            representation: self.entries[index].representation.clone(),
            positions: Vec::new(),
        };
        Self {
            site: self.site,
            response_key: self.response_key.clone(),
            representations_variable: self.representations_variable.clone(),
            context_values: self.context_values.clone(),
            entries: entries.map(entry).collect(),
            left_out: Vec::new(),
        }
    }

    /// The first object asked for, as the place of an error that concerns the whole batch.
    pub(crate) fn first_position(&self) -> Option<&ResponsePath> {
        self.entries.first().and_then(|entry| entry.positions.first())
    }
}
