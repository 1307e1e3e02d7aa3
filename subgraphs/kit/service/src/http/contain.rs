//! The frame of every request: its trace, its time, its place among others, and what becomes of a panic.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::{HeaderValue, StatusCode, header};
use kit_events::Origin;
use kit_graph::ErrorCode;
use tokio::sync::Semaphore;
use tracing::Instrument;

use super::{GRAPHQL_PATH, Problem, Shared, graphql, problem};
use crate::limits::REQUEST_TIME_MAX;
use crate::trace::{self, CORRELATION_ID};

/// Seconds after which a refused client may try again: a stopping process is replaced by then, a burst is over.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("1");

/// Why a request got no answer of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    Stopping,
    TooMany,
    TooLong,
    Panic,
}

/// Runs the request in its frame.
pub(super) async fn contain(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let answer = |request| admitted(&shared.running, REQUEST_TIME_MAX, request, next);
    framed(&shared, request, answer).await
}

/// Runs a request for a body of any length in its frame, which has no time.
pub(super) async fn contain_stream(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let answer = |request| admitted(&shared.streaming, Duration::MAX, request, next);
    framed(&shared, request, answer).await
}

async fn framed<Answered: Future<Output = Result<Response, Failure>>>(
    shared: &Shared,
    mut request: Request,
    answer: impl FnOnce(Request) -> Answered,
) -> Response {
    let subgraph = shared.context.name;
    let origin = trace::origin(request.headers(), shared.context.randomness.as_ref());
    let trace_id = origin.traceparent.as_deref().and_then(trace::trace_id).unwrap_or_default().to_owned();
    let is_graphql = request.uri().path() == GRAPHQL_PATH;
    let path = request.uri().path().to_owned();
    let span = tracing::info_span!(
        "request", subgraph, trace_id, correlation_id = origin.correlation_id, http.request.method = %request.method(),
        url.path = path, http.response.status_code = tracing::field::Empty,
    );
    let correlation_id = HeaderValue::from_str(&origin.correlation_id);
    request.extensions_mut().insert::<Origin>(origin);

    let started = Instant::now();
    let answered = async { if shared.is_stopping() { Err(Failure::Stopping) } else { answer(request).await } };
    let answered = answered.instrument(span.clone()).await;
    let mut response = match answered {
        Ok(response) => problem::complete(response, &path, &trace_id),
        Err(failure) => span.in_scope(|| failure.response(is_graphql, subgraph, &path, &trace_id)),
    };
    if let Ok(correlation_id) = correlation_id {
        response.headers_mut().insert(CORRELATION_ID, correlation_id);
    }
    span.record("http.response.status_code", response.status().as_u16());
    shared.measures.answered(is_graphql, response.status(), started.elapsed());
    response
}

async fn admitted(places: &Semaphore, time_max: Duration, request: Request, next: Next) -> Result<Response, Failure> {
    let _place = places.try_acquire().map_err(|_| Failure::TooMany)?;
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(time_max, answer).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(_)) => Err(Failure::Panic),
        Err(_) => Err(Failure::TooLong),
    }
}

impl Failure {
    fn response(self, is_graphql: bool, subgraph: &str, path: &str, trace_id: &str) -> Response {
        // The panic itself has been written by the process' panic hook; this line says whose request it was.
        tracing::error!(failure = ?self, "a request got no answer");
        let (status, code, message) = match self {
            Self::Stopping => {
                (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::SubgraphUnavailable, "the service is stopping; try again")
            }
            Self::TooMany => (
                StatusCode::SERVICE_UNAVAILABLE,
                ErrorCode::SubgraphUnavailable,
                "the service has too much to do; try again in a moment",
            ),
            Self::TooLong => {
                (StatusCode::GATEWAY_TIMEOUT, ErrorCode::SubgraphTimeout, "the service did not answer in time")
            }
            Self::Panic => (
                StatusCode::INTERNAL_SERVER_ERROR,
                ErrorCode::Internal,
                "something is wrong on our side; the trace id finds it in our logs",
            ),
        };
        let mut response = if is_graphql {
            graphql::failure(status, code, message, subgraph, trace_id)
        } else {
            let problem = Problem::new(status, code.name()).with_detail(message).into_response();
            problem::complete(problem, path, trace_id)
        };
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        response
    }
}
