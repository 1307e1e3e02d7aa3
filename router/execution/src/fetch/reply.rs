//! Reads a GraphQL response, trusting nothing in it.

use std::sync::Arc;

use apollo_compiler::Name;
use apollo_compiler::response::{JsonMap, JsonValue, ResponseDataPathSegment};
use bytes::Bytes;

use super::failure::FetchFailure;
use super::has_media_type;
use super::said_tags::SaidTags;
use crate::cache_policy::CachePolicy;
use crate::error::ResponsePath;

/// The media type that marks a body as a GraphQL response whatever the status (GraphQL over HTTP, section 6.4.2).
const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";

/// A well-formed GraphQL response.
#[derive(Debug, Clone)]
pub(crate) struct SubgraphReply {
    /// `None` when it is null or was left out.
    pub(crate) data: Option<Arc<JsonMap>>,
    pub(crate) errors: Vec<SubgraphError>,
    /// How long it may be kept; not at all when there are errors (CC-03).
    pub(crate) policy: CachePolicy,
    /// The tags that it gives its answers. `None` when they cannot be understood: then it may not be kept.
    pub(crate) tags: Option<SaidTags>,
    /// Entities that could not be had beside those that were kept.
    pub(crate) failed: Option<FailedEntities>,
}

/// Entities that the subgraph gave no answer for.
#[derive(Debug, Clone)]
pub(crate) struct FailedEntities {
    pub(crate) failure: FetchFailure,
    /// The indexes of their batches, and of their entries there.
    pub(crate) places: Vec<(usize, usize)>,
}

impl SubgraphReply {
    /// What was answered before.
    pub(crate) fn kept(data: Arc<JsonMap>, policy: CachePolicy) -> Self {
        Self { data: Some(data), errors: Vec::new(), policy, tags: Some(SaidTags::default()), failed: None }
    }
}

/// An entry of a response's `errors`.
#[derive(Debug, Clone)]
pub(crate) struct SubgraphError {
    pub(crate) message: String,
    /// As the subgraph gave it; empty when it gave none, or none that is one.
    pub(crate) path: ResponsePath,
    pub(crate) extensions: JsonMap,
}

/// The GraphQL response in `response`.
pub(crate) fn read(response: &http::Response<Bytes>) -> Result<SubgraphReply, FetchFailure> {
    let status = response.status();
    if !status.is_success() && !has_media_type(response, GRAPHQL_RESPONSE) {
        return Err(FetchFailure::Status(status));
    }
    let parsed = parse(response.body());
    let mut reply =
        parsed.map_err(|failure| if status.is_success() { failure } else { FetchFailure::Status(status) })?;
    if status.is_success() && reply.errors.is_empty() && reply.tags.is_some() {
        reply.policy = CachePolicy::of_headers(response.headers());
    }
    Ok(reply)
}

/// The GraphQL response in a body, of which nothing says that it may be kept.
pub(crate) fn parse(body: &[u8]) -> Result<SubgraphReply, FetchFailure> {
    // The parser refuses nesting deeper than 128, so that no walk over the value can exhaust the stack.
    let JsonValue::Object(mut reply) =
        serde_json::from_slice(body).map_err(|_| FetchFailure::Invalid("it is not JSON, or nested too deeply"))?
    else {
        return Err(FetchFailure::Invalid("it is not a JSON object"));
    };
    let data = match reply.remove("data") {
        None | Some(JsonValue::Null) => None,
        Some(JsonValue::Object(data)) => Some(Arc::new(data)),
        Some(_) => return Err(FetchFailure::Invalid("its `data` is neither an object nor null")),
    };
    let errors = match reply.remove("errors") {
        None | Some(JsonValue::Null) => Vec::new(),
        Some(JsonValue::Array(errors)) => errors.iter().map(read_error).collect(),
        Some(_) => return Err(FetchFailure::Invalid("its `errors` is not a list")),
    };
    if data.is_none() && errors.is_empty() {
        return Err(FetchFailure::Invalid("it has neither data nor errors"));
    }
    let tags = SaidTags::read(reply.get("extensions").and_then(JsonValue::as_object));
    Ok(SubgraphReply { data, errors, policy: CachePolicy::NOT_KEPT, tags, failed: None })
}

/// An entry of whatever shape is still an error: what is malformed in it is left out.
fn read_error(entry: &JsonValue) -> SubgraphError {
    let message = entry.get("message").and_then(JsonValue::as_str).unwrap_or("The error has no message.").to_owned();
    let path = entry.get("path").and_then(JsonValue::as_array).and_then(|path| read_path(path)).unwrap_or_default();
    let extensions = entry.get("extensions").and_then(JsonValue::as_object).cloned().unwrap_or_default();
    SubgraphError { message, path, extensions }
}

fn read_path(path: &[JsonValue]) -> Option<ResponsePath> {
    path.iter()
        .map(|segment| match segment {
            JsonValue::String(key) => Name::new(key.as_str()).ok().map(ResponseDataPathSegment::Field),
            JsonValue::Number(index) => {
                Some(ResponseDataPathSegment::ListIndex(usize::try_from(index.as_u64()?).ok()?))
            }
            _ => None,
        })
        .collect()
}
