//! The body of a request to a subgraph.

use apollo_compiler::Name;
use apollo_compiler::response::{JsonMap, JsonValue};
use bytes::Bytes;
use router_planning::plan::FetchDocument;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// The representations of one `_entities` field: the variable that takes them, and each as JSON text.
pub(crate) type RepresentationList<'a> = (&'a Name, Vec<&'a RawValue>);

/// Writes the request for `document`: the client's variables that it uses, as far as they have values, and its lists
/// of representations.
pub(crate) fn body(
    document: &FetchDocument,
    client_variables: &JsonMap,
    representations: &[RepresentationList<'_>],
) -> Bytes {
    let variables = Variables { document, client_variables, representations };
    let request = Request {
        query: &document.text,
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

struct Variables<'a> {
    document: &'a FetchDocument,
    client_variables: &'a JsonMap,
    representations: &'a [RepresentationList<'a>],
}

impl<'a> Variables<'a> {
    fn forwarded(&self) -> impl Iterator<Item = (&'a Name, &'a JsonValue)> + use<'a> {
        let values = self.client_variables;
        self.document.variables.iter().filter_map(move |name| Some((name, values.get(name.as_str())?)))
    }

    fn is_empty(&self) -> bool {
        self.representations.is_empty() && self.forwarded().next().is_none()
    }
}

impl Serialize for Variables<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.forwarded() {
            map.serialize_entry(name.as_str(), value)?;
        }
        for (name, representations) in self.representations {
            map.serialize_entry(name.as_str(), representations)?;
        }
        map.end()
    }
}
