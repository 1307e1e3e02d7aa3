//! The result of an execution, ready to be sent.

use apollo_compiler::response::JsonMap;
use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::cache_policy::CachePolicy;
use crate::error::ExecutionError;

/// A GraphQL response to an operation whose execution began (GraphQL section 7.1): `data` is always there, null when an
/// error reached the root.
#[derive(Debug)]
pub struct Reply {
    /// The `data`, as compact JSON in the order of the operation's selections.
    pub data: Box<RawValue>,
    /// In the order of the plan's fetches, then in that of the operation's fields.
    pub errors: Vec<ExecutionError>,
    /// Left out of the reply while empty.
    pub extensions: JsonMap,
    /// How long the data may be kept, as far as the subgraphs said: [`CachePolicy::UNLIMITED`] when none was asked, and
    /// not at all when there are errors (CC-03).
    pub policy: CachePolicy,
}

impl Reply {
    /// True when an error reached the root, so that nothing could be had.
    #[must_use]
    pub fn data_is_null(&self) -> bool {
        self.data.get() == "null"
    }

    /// The whole reply as compact JSON; `errors` and `extensions` only where there are any.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        #[derive(Serialize)]
        struct Body<'a> {
            data: &'a RawValue,
            #[serde(skip_serializing_if = "<[ExecutionError]>::is_empty")]
            errors: &'a [ExecutionError],
            #[serde(skip_serializing_if = "JsonMap::is_empty")]
            extensions: &'a JsonMap,
        }
        let body = Body { data: &self.data, errors: &self.errors, extensions: &self.extensions };
        serde_json::to_vec(&body)
            .expect("invariant: strings, numbers and maps with string keys always serialise")
            .into()
    }
}
