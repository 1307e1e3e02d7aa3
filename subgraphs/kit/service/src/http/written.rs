//! A GraphQL response in JSON, as section 7.1 of the specification has it: one to a request that failed before it was
//! executed has no `data`, not even null.

use std::collections::BTreeMap;

use async_graphql::{Response, ServerError, Value};
use serde::{Serialize, Serializer};

/// Writes the response.
pub(super) struct Written<'r>(pub(super) &'r Response);

impl Written<'_> {
    /// Whether nothing was run: the document could not be parsed or validated. What fails later names a field.
    pub(super) fn is_request_error(&self) -> bool {
        self.0.data == Value::Null
            && !self.0.errors.is_empty()
            && self.0.errors.iter().all(|error| error.path.is_empty())
    }
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.is_request_error() {
            true => RequestError { errors: &self.0.errors, extensions: &self.0.extensions }.serialize(serializer),
            false => self.0.serialize(serializer),
        }
    }
}

#[derive(Serialize)]
struct RequestError<'r> {
    errors: &'r [ServerError],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'r BTreeMap<String, Value>,
}
