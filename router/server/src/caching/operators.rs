//! What operators see of what is kept, and how they say that something has changed: `/ops/cache` on the operations
//! listener.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Caches;
use crate::admission::collect;
use crate::forwarding::RequestTrace;
use crate::operators::{Operators, body_problem, operator, require_scope};
use crate::problem::Problem;

const BODY_BYTES_MAX: usize = 64 * 1024;
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// To look needs the scope of all operators; to change something this one, too.
const CHANGING_SCOPE: &str = "admin";

/// What has changed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// Names of object types.
    #[serde(default)]
    types: Vec<String>,
    /// Values of `ID` fields.
    #[serde(default)]
    ids: Vec<String>,
    /// What subgraphs call it, with `@cacheTag` or in their replies.
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    everything: bool,
}

/// Answers `GET /ops/cache` and `POST /ops/cache/invalidate`.
pub(crate) async fn answer(caches: &Arc<Caches>, operators: &Operators, request: Request<Body>) -> Response<Body> {
    let trace = RequestTrace::of(request.headers());
    let path = request.uri().path().to_owned();
    let mut reply = match told(caches, operators, request).await {
        Ok(told) => json_reply(&told),
        Err(problem) => problem.into_response(&path, &trace),
    };
    trace.write_to_reply(reply.headers_mut());
    reply
}

async fn told(caches: &Arc<Caches>, operators: &Operators, request: Request<Body>) -> Result<Value, Problem> {
    let (head, body) = request.into_parts();
    let viewer = operator(&operators.identity, &head.headers).await?;
    if head.method == Method::GET {
        let (fetches, replies) = caches.bytes();
        let settings = &caches.settings;
        return Ok(json!({
            "fetches": { "bytes": fetches, "bytesMax": settings.fetch_bytes_max },
            "replies": { "bytes": replies, "bytesMax": settings.reply_bytes_max },
        }));
    }
    require_scope(&viewer, CHANGING_SCOPE)?;
    let body = collect(body, BODY_BYTES_MAX, BODY_TIMEOUT).await.map_err(|_| body_problem())?;
    let change: Change = serde_json::from_slice(&body).map_err(|error| unclear(&error.to_string()))?;
    let telling = match change {
        Change { everything: true, .. } => caches.outdate_everything(),
        Change { types, ids, tags, .. } if types.is_empty() && ids.is_empty() && tags.is_empty() => {
            return Err(unclear("it names nothing"));
        }
        Change { types, ids, tags, .. } => {
            let [types, ids, tags] = [&types, &ids, &tags].map(|names| names.iter().map(String::as_str));
            caches.outdate(types, ids, tags)
        }
    };
    if let (Some(level), Some(telling)) = (&caches.level, telling) {
        level.told(telling).await;
    }
    let by = viewer.claims().map_or("", |claims| claims.subject.as_str());
    tracing::info!(by, "something that is kept was said to have changed");
    Ok(json!({ "outdated": true }))
}

fn unclear(reason: &str) -> Problem {
    Problem {
        status: StatusCode::BAD_REQUEST,
        slug: "bad-body",
        code: "BAD_USER_INPUT",
        title: "It is not clear what has changed",
        detail: format!(
            "{reason}; send {{\"types\": [\"Course\"], \"ids\": [\"crs_1\"], \"tags\": [\"courses\"]}} with one of them at least, or \
             {{\"everything\": true}}."
        ),
    }
}

fn json_reply(told: &Value) -> Response<Body> {
    let mut reply = Response::new(Body::from(told.to_string()));
    reply.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}
