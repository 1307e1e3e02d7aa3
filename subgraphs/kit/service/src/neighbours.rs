//! Questions to sister subgraphs, for what must be known at once and cannot wait for an event (S0-COMM-1).
//!
//! A question is a signed GraphQL request like the router's, in the name of this subgraph (P10). Each sister has a
//! [`breaker::Breaker`]: while she does not answer, nobody waits for her.

mod breaker;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use kit_ids::Clock;
use kit_viewer::{RequestSigner, Viewer};
use metrics::Gauge;
use serde_json::{Value, json};
use telemetry::correlation::CORRELATION_ID;
use telemetry::flow::Flow;
use thiserror::Error;
use tower::ServiceExt;
use tracing::Instrument;
use tracing::field::Empty;

use self::breaker::Breaker;
use crate::trace::TRACEPARENT;
use crate::{GRAPHQL_PATH, measures};

/// Longest answer, in bytes: these are questions about a few things.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;
const JSON: &str = "application/json";

/// How the subgraphs of one graph reach each other. Clones share everything, so that one can be told where the others
/// are after all have been started.
#[derive(Clone, Default)]
pub struct Neighbours(Arc<RwLock<HashMap<String, Sister>>>);

#[derive(Clone)]
struct Sister {
    reach: Reach,
    breaker: Arc<Breaker>,
}

#[derive(Clone)]
enum Reach {
    InProcess(Router),
    Http { client: reqwest::Client, origin: String },
}

/// A sister's address cannot be used.
#[derive(Debug, Error)]
#[error("`{url}` is no address of a subgraph: {reason}; write it like http://127.0.0.1:4103/graphql")]
pub struct NeighbourAddressError {
    url: String,
    reason: String,
}

/// A question was not answered. The text is for logs.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NeighbourError {
    /// Nobody has said where she is.
    #[error("no subgraph `{0}` is known here")]
    Unknown(String),
    /// She has not answered lately, and is left alone for a moment.
    #[error("`{0}` does not answer, and is left alone for a moment")]
    LeftAlone(String),
    /// No answer in time.
    #[error("`{subgraph}` did not answer within {} ms", time_max.as_millis())]
    TooLate {
        /// Who.
        subgraph: String,
        /// How long was waited.
        time_max: Duration,
    },
    /// She cannot be reached, or answers nonsense.
    #[error("`{subgraph}` gave no usable answer: {reason}")]
    Unusable {
        /// Who.
        subgraph: String,
        /// What was wrong.
        reason: String,
    },
}

impl NeighbourError {
    /// One word for traces.
    fn kind(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown",
            Self::LeftAlone(_) => "left_alone",
            Self::TooLate { .. } => "timeout",
            Self::Unusable { .. } => "unusable",
        }
    }
}

impl Neighbours {
    /// A sister in this process.
    pub fn add_in_process(&self, name: impl Into<String>, router: Router) {
        self.add(name.into(), Reach::InProcess(router));
    }

    /// A sister at an address, of which the path is not looked at.
    ///
    /// # Errors
    /// When it is no http or https address.
    pub fn add_over_http(&self, name: impl Into<String>, url: &str) -> Result<(), NeighbourAddressError> {
        let failed = |reason: String| NeighbourAddressError { url: url.to_owned(), reason };
        let parsed = reqwest::Url::parse(url).map_err(|error| failed(error.to_string()))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(failed("it is neither http nor https".to_owned()));
        }
        // An error means that the process has a provider already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        let client = builder.build().map_err(|error| failed(error.to_string()))?;
        self.add(name.into(), Reach::Http { client, origin: parsed.origin().ascii_serialization() });
        Ok(())
    }

    fn add(&self, name: String, reach: Reach) {
        let sister = Sister { reach, breaker: Arc::default() };
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(name, sister);
    }

    fn get(&self, name: &str) -> Option<Sister> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }
}

impl std::fmt::Debug for Neighbours {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Neighbours").finish_non_exhaustive()
    }
}

/// One sister, as one subgraph asks her: `context.neighbour("enrollment")`.
#[derive(Clone)]
pub struct Neighbour {
    asking: &'static str,
    asked: &'static str,
    neighbours: Neighbours,
    signer: RequestSigner,
    clock: Arc<dyn Clock>,
    /// Whether she is left alone.
    breaker: Gauge,
}

impl Neighbour {
    /// The sister `asked`, as the subgraph `asking` reaches her among these neighbours.
    #[must_use]
    pub fn new(
        asking: &'static str,
        asked: &'static str,
        neighbours: Neighbours,
        signer: RequestSigner,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let breaker = measures::breaker(asking, asked);
        Self { asking, asked, neighbours, signer, clock, breaker }
    }

    /// Asks, for a viewer or, with [`Viewer::anonymous`], for nobody, and answers with the `data`.
    ///
    /// # Errors
    /// [`NeighbourError`] when there is no answer within `time_max`, or one with errors in it.
    pub async fn ask(
        &self,
        viewer: &Viewer,
        operation: &str,
        variables: Value,
        time_max: Duration,
    ) -> Result<Value, NeighbourError> {
        let span = tracing::info_span!(
            "ask",
            otel.kind = "client",
            otel.name = format!("ask {}", self.asked),
            otel.status_code = Empty,
            http.request.method = "POST",
            peer.service = self.asked,
            error.type = Empty,
        );
        let answered = self.exchange(viewer, operation, variables, time_max).instrument(span.clone()).await;
        if let Err(error) = &answered {
            span.record("error.type", error.kind());
            span.record("otel.status_code", "ERROR");
        }
        answered
    }

    async fn exchange(
        &self,
        viewer: &Viewer,
        operation: &str,
        variables: Value,
        time_max: Duration,
    ) -> Result<Value, NeighbourError> {
        let name = || self.asked.to_owned();
        let sister = self.neighbours.get(self.asked).ok_or_else(|| NeighbourError::Unknown(name()))?;
        if !sister.breaker.lets_pass(self.clock.now()) {
            return Err(NeighbourError::LeftAlone(name()));
        }
        let body = json!({ "query": operation, "variables": variables }).to_string();
        let viewer = Viewer { act: self.asking.to_owned(), ..viewer.clone() };
        let headers = self.signer.sign(&viewer, self.asked, "POST", GRAPHQL_PATH, body.as_bytes(), self.clock.now());
        let mut request = Request::post(GRAPHQL_PATH).header(CONTENT_TYPE, JSON).body(body).map_err(|error| {
            NeighbourError::Unusable { subgraph: name(), reason: format!("the question cannot be put: {error}") }
        })?;
        headers.add_to(request.headers_mut());
        carry_on(request.headers_mut());
        let answered = match tokio::time::timeout(time_max, sister.reach.exchange(request)).await {
            Ok(Ok(answer)) => data(answer).map_err(|reason| NeighbourError::Unusable { subgraph: name(), reason }),
            Ok(Err(reason)) => Err(NeighbourError::Unusable { subgraph: name(), reason }),
            Err(_) => Err(NeighbourError::TooLate { subgraph: name(), time_max }),
        };
        let is_left_alone = sister.breaker.note(answered.is_ok(), self.clock.now());
        self.breaker.set(u8::from(is_left_alone));
        answered
    }
}

/// Puts the flow and the trace on a question: it belongs to them, too (P14).
fn carry_on(headers: &mut HeaderMap) {
    let correlation_id = Flow::current().map(|flow| flow.correlation_id);
    let traceparent = telemetry::flow::traceparent();
    for (name, value) in [(CORRELATION_ID, correlation_id.as_deref()), (TRACEPARENT, traceparent.as_deref())] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            headers.insert(name, value);
        }
    }
}

impl Reach {
    async fn exchange(self, request: Request<String>) -> Result<Value, String> {
        let (status, bytes) = match self {
            Self::InProcess(router) => {
                let response = router.oneshot(request.map(Body::from)).await.map_err(|error| error.to_string())?;
                let status = response.status();
                let body = to_bytes(response.into_body(), ANSWER_BYTES_MAX).await;
                (status, body.map_err(|error| error.to_string())?)
            }
            Self::Http { client, origin } => {
                let (parts, body) = request.into_parts();
                let request = client.post(origin + GRAPHQL_PATH).headers(parts.headers).body(body);
                let failed = |error: reqwest::Error| error.without_url().to_string();
                let response = request.send().await.map_err(failed)?;
                let status = response.status();
                let body = to_bytes(Body::new(reqwest::Body::from(response)), ANSWER_BYTES_MAX).await;
                (status, body.map_err(|error| error.to_string())?)
            }
        };
        if status != StatusCode::OK {
            return Err(format!("the status is {status}"));
        }
        serde_json::from_slice(&bytes).map_err(|error| error.to_string())
    }
}

/// The data of an answer without errors: half an answer is none.
fn data(mut answer: Value) -> Result<Value, String> {
    match answer["errors"].as_array().and_then(|errors| errors.first()) {
        Some(error) => Err(error["message"].as_str().unwrap_or("an error without message").to_owned()),
        None => Ok(answer["data"].take()),
    }
}
