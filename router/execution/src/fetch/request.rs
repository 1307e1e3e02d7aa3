//! The body of a request to a subgraph.

use std::borrow::Cow;

use apollo_compiler::Name;
use apollo_compiler::response::{JsonMap, JsonValue};
use bytes::Bytes;
use router_planning::plan::{FetchDocument, GroupedDocument};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::entities::Batch;

/// Writes the request for `document`: the client's variables that it uses, as far as they have values, and what its
/// `_entities` fields take. Of a document that stands for several groups of entities, those of `batches` are written.
pub(crate) fn body(document: &FetchDocument, client_variables: &JsonMap, batches: &[Batch]) -> Bytes {
    let query = match &document.grouped {
        None => Cow::Borrowed(document.text.as_str()),
        Some(grouped) => {
            let groups = |site| batches.iter().filter(|batch| batch.site == site && is_asked(grouped, batch)).count();
            Cow::Owned(grouped.text(&(0..grouped.sites.len()).map(groups).collect::<Vec<_>>()))
        }
    };
    let variables = Variables { document, client_variables, batches };
    let request = Request {
        query: &query,
        operation_name: document.operation_name.as_ref().map(Name::as_str),
        variables: (!variables.is_empty()).then_some(variables),
    };
    serde_json::to_vec(&request).expect("invariant: strings, numbers and maps with string keys always serialise").into()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    query: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variables: Option<Variables<'a>>,
}

/// A group without entities is not asked for: its values from contexts are not known.
fn is_asked(grouped: &GroupedDocument, batch: &Batch) -> bool {
    !batch.entries.is_empty() || grouped.sites[batch.site].definitions.len() == 1
}

struct Variables<'a> {
    document: &'a FetchDocument,
    client_variables: &'a JsonMap,
    batches: &'a [Batch],
}

impl<'a> Variables<'a> {
    fn forwarded(&self) -> impl Iterator<Item = (&'a Name, &'a JsonValue)> + use<'a> {
        let values = self.client_variables;
        self.document.variables.iter().filter_map(move |name| Some((name, values.get(name.as_str())?)))
    }

    fn is_empty(&self) -> bool {
        self.batches.is_empty() && self.forwarded().next().is_none()
    }
}

impl Serialize for Variables<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.forwarded() {
            map.serialize_entry(name.as_str(), value)?;
        }
        for batch in self.batches {
            for (name, value) in &batch.context_values {
                map.serialize_entry(name.as_str(), value)?;
            }
            let representations: Vec<&RawValue> = batch.entries.iter().map(|entry| &*entry.representation).collect();
            map.serialize_entry(batch.representations_variable.as_str(), &representations)?;
        }
        map.end()
    }
}
