//! The studio at its HTTP boundary: `/ops/…` and `/v1/traces` on the operations listener (docs/studio-json.md).
//!
//! - `access` decides who may look, and refuses what another site's page asks for;
//! - `query` reads what is asked, `answers` has one function for each path;
//! - `live` is a stream of what happens, `receiver` takes spans that others send, `faults` those that administrators order.
//!
//! What is remembered, and what it means, `router_studio` knows.
//!
//! **Invariants.** Nothing is told to who may not look. Everything is bounded: windows have names, lists limits, streams and
//! questions at a time are counted, and an answer has its time.

mod access;
mod answers;
mod faults;
mod live;
mod query;
mod receiver;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use ::telemetry::Collector;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::{delete, get, post};
use http::{HeaderValue, Request, Response, StatusCode, header};
use router_studio::Studio;
use serde_json::Value;
use tokio::sync::Semaphore;

use self::live::Streams;
use crate::configuration::StudioAccess;
use crate::faults::Faults;
use crate::forwarding::RequestTrace;
use crate::health::Health;
use crate::identity::Identity;
use crate::listener::Peer;
use crate::measured_transport::MeasuredTransport;
use crate::problem::Problem;
use crate::studio_page;

/// Questions that are answered at the same time; more wait for them.
const QUESTIONS_MAX: usize = 8;
/// How long a question may wait and be answered.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);

/// What the studio's paths are answered with.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) studio: Studio,
    pub(crate) identity: Arc<Identity>,
    pub(crate) access: StudioAccess,
    pub(crate) health: Arc<Health>,
    pub(crate) faults: Option<Arc<Faults>>,
    pub(crate) collector: Arc<Collector>,
    pub(crate) subgraphs: BTreeMap<String, WatchedSubgraph>,
    streams: Streams,
    questions: Semaphore,
}

/// A subgraph, as far as its transport knows it.
#[derive(Debug, Clone)]
pub(crate) struct WatchedSubgraph {
    pub(crate) transport: Arc<MeasuredTransport>,
    pub(crate) is_in_process: bool,
}

/// What a studio is served with.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    pub(crate) studio: Studio,
    pub(crate) access: StudioAccess,
    pub(crate) faults: Option<Arc<Faults>>,
    pub(crate) collector: Arc<Collector>,
    pub(crate) subgraphs: BTreeMap<String, WatchedSubgraph>,
}

impl Door {
    pub(crate) fn new(parts: Parts, identity: Arc<Identity>, health: Arc<Health>) -> Self {
        let Parts { studio, access, faults, collector, subgraphs } = parts;
        let (streams, questions) = (Streams::default(), Semaphore::new(QUESTIONS_MAX));
        Self { studio, identity, access, health, faults, collector, subgraphs, streams, questions }
    }

    /// Ends all streams, so that the listener can.
    pub(crate) fn stop(&self) {
        self.streams.stop();
    }
}

/// The paths of the studio.
pub(crate) fn routes(door: &Arc<Door>) -> Router {
    let asked = || get(answered).with_state(Arc::clone(door));
    let mut routes = Router::new();
    for path in [
        "/ops/overview",
        "/ops/operations",
        "/ops/operations/{hash}",
        "/ops/traces",
        "/ops/traces/{id}",
        "/ops/traces/{id}/otlp",
        "/ops/subgraphs",
        "/ops/subgraphs/{name}",
        "/ops/graph",
        "/ops/bottlenecks",
        "/ops/live",
        "/ops/session",
    ] {
        routes = routes.route(path, asked());
    }
    routes
        .route(studio_page::PATH, get(studio_page::answer))
        .route(studio_page::BELOW, get(studio_page::answer))
        .route("/ops/faults", asked().merge(post(answered).with_state(Arc::clone(door))))
        .route("/ops/faults/{subgraph}", delete(answered).with_state(Arc::clone(door)))
        .route("/v1/traces", post(answered).with_state(Arc::clone(door)))
}

async fn answered(State(door): State<Arc<Door>>, request: Request<Body>) -> Response<Body> {
    let trace = RequestTrace::of(request.headers());
    let path = request.uri().path().to_owned();
    let peer: Option<IpAddr> = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    let (head, body) = request.into_parts();
    let answering = async {
        let asker = access::asker(&door, peer, &head).await?;
        let _permit = door.questions.acquire().await.map_err(|_closed| too_busy())?;
        answers::answer(&door, &asker, &head, body).await
    };
    let answer = match tokio::time::timeout(ANSWER_TIME_MAX, answering).await {
        Ok(answer) => answer,
        Err(_elapsed) => Err(too_busy()),
    };
    let mut reply = answer.unwrap_or_else(|problem| problem.into_response(&path, &trace));
    trace.write_to_reply(reply.headers_mut());
    reply
}

fn too_busy() -> Problem {
    Problem {
        status: StatusCode::SERVICE_UNAVAILABLE,
        slug: "busy",
        code: "UNAVAILABLE",
        title: "There is no time for this now",
        detail: format!("It was not answered within {} s; ask again later, or for less.", ANSWER_TIME_MAX.as_secs()),
    }
}

fn json_reply(told: &Value) -> Response<Body> {
    reply("application/json", told.to_string())
}

fn reply(media_type: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut reply = Response::new(body.into());
    reply.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    reply.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}
