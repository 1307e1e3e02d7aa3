//! Subscriptions: replies that come one after the other, for as long as the client listens.
//!
//! - `places` bounds how many there are, in all and for each viewer;
//! - `format` writes replies as the parts of a stream;
//! - `body` is the stream itself: replies, signs of life, and its end.
//!
//! A stream ends when the subgraph's does, when the client goes, when the viewer's token expires (S3-CHAT-8), when
//! the viewer's session has ended (WS-24; seen before every reply and every sign of life) and when the router stops. In
//! the last case nothing says that it is complete, so that clients subscribe again, elsewhere.

mod body;
mod format;
mod places;

use std::sync::Arc;
use std::time::Duration;

use apollo_compiler::validation::Valid;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use router_execution::{JsonMap, RequestContext};
use serde_json::json;
use tokio::sync::watch;

use self::body::{Stream, Told};
use self::places::Places;
use crate::admission::stream_type::StreamType;
use crate::caching::ReplyCaching;
use crate::configuration::SubscriptionSettings;
use crate::forwarding::{ClientDescription, RequestTrace};
use crate::graph_view::GraphView;
use crate::identity::Viewer;
use crate::operation::Operation;
use crate::pipeline::Pipeline;
use crate::recording::Recorder;
use crate::refusal::{ErrorCode, Refusal, RefusalClass};
use crate::telemetry::Stage;

/// How long after its end a token still serves a stream: clocks differ, and renewing takes a moment (S3-CHAT-8).
const EXPIRY_LEEWAY: Duration = Duration::from_secs(5);
/// When a refused client may try again.
const RETRY_AFTER_SECONDS: u64 = 5;

/// All subscriptions of a router.
#[derive(Debug)]
pub(crate) struct Subscriptions {
    places: Arc<Places>,
    heartbeat: Duration,
    stopping: watch::Sender<bool>,
}

impl Subscriptions {
    pub(crate) fn new(settings: &SubscriptionSettings) -> Self {
        Self {
            places: Arc::new(Places::new(settings.subscriptions_max, settings.per_viewer_max)),
            heartbeat: Duration::from_millis(settings.heartbeat_ms),
            stopping: watch::Sender::new(false),
        }
    }

    /// Ends all streams.
    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
    }
}

/// Who subscribes to what.
pub(crate) struct Subscriber<'a> {
    pub(crate) viewer: &'a Viewer,
    pub(crate) client: &'a ClientDescription,
    pub(crate) trace: &'a RequestTrace,
    pub(crate) context: RequestContext,
    pub(crate) recorder: Recorder,
}

/// Subscribes, and answers with the stream.
///
/// # Errors
/// When there are too many subscriptions already.
pub(crate) async fn answer(
    pipeline: &Arc<Pipeline>,
    view: &Arc<GraphView>,
    stream_type: StreamType,
    subscriber: Subscriber<'_>,
    operation: &Operation,
    variables: Valid<JsonMap>,
) -> Result<Response<Body>, Refusal> {
    let subscriptions = &pipeline.subscriptions;
    let key = match (subscriber.viewer, subscriber.client.address) {
        (Viewer::Authenticated(claims), _) => claims.subject.clone(),
        (Viewer::Anonymous, address) => address.map(|address| address.to_string()).unwrap_or_default(),
    };
    let place = subscriptions.places.take(key).map_err(|error| {
        let mut refusal = Refusal::new(
            RefusalClass::Http(StatusCode::TOO_MANY_REQUESTS),
            ErrorCode::RateLimited,
            format!("{error}; end one, or try again later."),
        );
        refusal.retry_after_seconds = Some(RETRY_AFTER_SECONDS);
        refusal
    })?;
    let trace_id = subscriber.trace.trace_id.clone();
    let executor = view.executor(operation.kind);
    let Subscriber { context, recorder, .. } = subscriber;
    let subscribing = executor.subscribe(Arc::clone(&operation.prepared), variables, context);
    let subscribed = Stage::Execution.run(&recorder, subscribing).await;
    let subscription = match subscribed {
        Ok(subscription) => subscription,
        Err(mut reply) => {
            pipeline.mask.apply(&mut reply.errors, &trace_id);
            recorder.executed(&reply.errors, || ReplyCaching::none().verdict());
            return Ok(only(stream_type, &reply.to_bytes()));
        }
    };
    let stream = Stream {
        stream_type,
        heartbeat: subscriptions.heartbeat,
        ends_in: ends_in(subscriber.viewer, pipeline.identity.now_unix_ms()),
        viewer: subscriber.viewer.clone(),
        stopping: subscriptions.stopping.subscribe(),
    };
    let told = Told { trace_id, recorder: recorder.stream() };
    Ok(reply(stream_type, stream.body(Arc::clone(pipeline), Arc::clone(view), subscription, told, place)))
}

/// A stream of one reply: to a query, to a mutation, or to a subscription that gives nothing to wait for.
pub(crate) fn only(stream_type: StreamType, reply_json: &Bytes) -> Response<Body> {
    reply(stream_type, Body::from([format::next(stream_type, reply_json), format::complete(stream_type)].concat()))
}

/// A stream of one refusal.
pub(crate) fn of_refusal(stream_type: StreamType, refusal: &Refusal) -> Response<Body> {
    only(stream_type, &Bytes::from(json!({ "errors": refusal.errors }).to_string()))
}

fn ends_in(viewer: &Viewer, now_unix_ms: u64) -> Option<Duration> {
    let Viewer::Authenticated(claims) = viewer else { return None };
    let left = Duration::from_secs(claims.expires_at).saturating_sub(Duration::from_millis(now_unix_ms));
    Some(left + EXPIRY_LEEWAY)
}

fn reply(stream_type: StreamType, body: Body) -> Response<Body> {
    let mut reply = Response::new(body);
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, format::content_type(stream_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept, authorization"));
    // nginx and its kin would otherwise hold replies back until they have a page of them.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    reply
}
