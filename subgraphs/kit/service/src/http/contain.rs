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
use telemetry::correlation::CORRELATION_ID;
use telemetry::metrics::with_trace;
use tokio::sync::Semaphore;

use super::frame::Frame;
use super::{GRAPHQL_PATH, Problem, Shared, graphql, problem};
use crate::limits::REQUEST_TIME_MAX;

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
    let frame = Frame::new(shared, &request);
    let trace_id = frame.trace_id().to_owned();
    let is_graphql = request.uri().path() == GRAPHQL_PATH;
    let path = request.uri().path().to_owned();
    request.extensions_mut().insert::<Origin>(frame.origin.clone());
    request.extensions_mut().insert(frame.scope());

    let started = Instant::now();
    let answered = async { if shared.is_stopping() { Err(Failure::Stopping) } else { answer(request).await } };
    let mut response = match frame.run(answered).await {
        Ok(response) => problem::complete(response, &path, &trace_id),
        Err(failure) => frame.within(|| failure.response(is_graphql, subgraph, &path, &trace_id)),
    };
    if let Ok(correlation_id) = HeaderValue::from_str(&frame.origin.correlation_id) {
        response.headers_mut().insert(CORRELATION_ID, correlation_id);
    }
    frame.answered(response.status());
    with_trace(frame.kept_trace(), || shared.measures.answered(is_graphql, response.status(), started.elapsed()));
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
        // The panic itself has been told by the process' panic hook, and is no second failure.
        tracing::warn!(failure = ?self, "a request got no answer");
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
