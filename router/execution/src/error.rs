//! An error in a reply, and whose words it holds.

use apollo_compiler::parser::LineColumn;
use apollo_compiler::response::{JsonMap, JsonValue, ResponseDataPathSegment};
use serde::Serialize;

use crate::fetch::failure::FetchFailure;

/// The stable values of `extensions.code` that this crate gives (P8).
pub mod code {
    /// The subgraph could not be reached, broke the connection, or answered with a status 429 or 5xx.
    pub const SUBGRAPH_UNAVAILABLE: &str = "SUBGRAPH_UNAVAILABLE";
    /// No whole reply came within the subgraph's timeout.
    pub const SUBGRAPH_TIMEOUT: &str = "SUBGRAPH_TIMEOUT";
    /// The time for the whole operation ([`crate::ExecutionLimits::time_max`]) was over before this was answered.
    pub const OPERATION_TIMEOUT: &str = "OPERATION_TIMEOUT";
    /// A reply came that is not one to the request: too large, not JSON, not of a GraphQL response's shape, or with
    /// values that the schema's types do not allow.
    pub const SUBGRAPH_INVALID_REPLY: &str = "SUBGRAPH_INVALID_REPLY";
    /// The merged data would exceed [`crate::ExecutionLimits::merged_values_max`].
    pub const RESPONSE_TOO_LARGE: &str = "RESPONSE_TOO_LARGE";
    /// An error of a subgraph that names no code of its own, or a fault of the router.
    pub const INTERNAL: &str = "INTERNAL";
}

/// Steps from the root of `data` to a value: response keys and list indices (GraphQL section 7.1.2).
pub type ResponsePath = Vec<ResponseDataPathSegment>;

/// Whose words an error's message holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorOrigin {
    /// The router's own: safe to show to a client.
    Router,
    /// The text of the named subgraph, to be masked unless its code says otherwise.
    Subgraph(String),
}

/// One entry of a reply's `errors`. It serialises to the shape of GraphQL section 7.1.2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExecutionError {
    /// What happened.
    pub message: String,
    /// Where in the client's document the field stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<LineColumn>,
    /// The field that could not be had, or the object whose fields could not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: ResponsePath,
    /// `code`, and where they apply `subgraph`, `retryAfterMs` and `traceId` (P8).
    pub extensions: JsonMap,
    /// Whose words `message` holds.
    #[serde(skip)]
    pub origin: ErrorOrigin,
    /// All extensions that a subgraph reported, of which the server may show more.
    #[serde(skip)]
    pub reported: JsonMap,
    /// More for the operator's logs, never for a client: a transport's own text, or all of a subgraph's extensions.
    #[serde(skip)]
    pub detail: Option<String>,
}

impl ExecutionError {
    /// The stable code, always present.
    #[must_use]
    pub fn code(&self) -> &str {
        self.extensions.get("code").and_then(JsonValue::as_str).unwrap_or(code::INTERNAL)
    }

    pub(crate) fn router(code: &str, message: impl Into<String>) -> Self {
        let mut extensions = JsonMap::new();
        extensions.insert("code", code.into());
        Self {
            message: message.into(),
            locations: Vec::new(),
            path: Vec::new(),
            extensions,
            origin: ErrorOrigin::Router,
            reported: JsonMap::new(),
            detail: None,
        }
    }

    pub(crate) fn failure(failure: &FetchFailure, subgraph: &str) -> Self {
        let mut error = Self::router(failure.code(), failure.message(subgraph));
        error.extensions.insert("subgraph", subgraph.into());
        error.detail = failure.detail();
        error
    }

    /// An error that a subgraph reported, with what of its extensions is for clients.
    pub(crate) fn from_subgraph(subgraph: &str, message: String, reported: &JsonMap) -> Self {
        let code = reported.get("code").and_then(JsonValue::as_str).unwrap_or(code::INTERNAL);
        let mut error = Self::router(code, message);
        error.extensions.insert("subgraph", subgraph.into());
        if let Some(retry_after) = reported.get("retryAfterMs").filter(|value| value.is_number()) {
            error.extensions.insert("retryAfterMs", retry_after.clone());
        }
        error.origin = ErrorOrigin::Subgraph(subgraph.to_owned());
        error.reported = reported.clone();
        error.detail = (!reported.is_empty()).then(|| JsonValue::Object(reported.clone()).to_string());
        error
    }

    pub(crate) fn at(mut self, path: ResponsePath) -> Self {
        self.path = path;
        self
    }
}
