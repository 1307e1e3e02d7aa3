//! A request's way through the router, in one place: each stage is one call, in its span and its histogram.

mod batch;
mod operation;

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use ::telemetry::metrics::with_trace;
use axum::body::Body;
use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderMap, Request, Response, StatusCode};
use router_execution::Reply;
use tracing::Instrument;
use tracing::field::Empty;

use self::operation::{Asker, Permitted};

use crate::administration::{self, Administration, Why};
use crate::admission::media_type::{ReplyMediaType, negotiate};
use crate::admission::stream_type::{StreamType, stream_type};
use crate::admission::{Admitted, Asks, admit};
use crate::authorization::require_viewer;
use crate::caching::Caches;
use crate::clients::{self, Noted, Usage};
use crate::configuration::{RouterSettings, StatusRules};
use crate::cors::Cors;
use crate::endpoint::Endpoint;
use crate::error_masking::ErrorMask;
use crate::faults::Faults;
use crate::forwarding::{ClientDescription, RequestSigner, RequestTrace};
use crate::header_rules::HeaderPolicy;
use crate::identity::{Identity, identify_from};
use crate::persisted::Registry;
use crate::rates::Rates;
use crate::recording::Tracer;
use crate::refusal::{ErrorCode, Refusal, RefusalClass};
use crate::reply;
use crate::subscription::{self, Subscriptions};
use crate::telemetry::{Stage, count_request};

/// What the stages work with; the same for all requests.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) settings: RouterSettings,
    pub(crate) identity: Arc<Identity>,
    pub(crate) signer: RequestSigner,
    pub(crate) cors: Cors,
    /// Absent without rules for headers.
    pub(crate) headers: Option<Arc<HeaderPolicy>>,
    pub(crate) mask: ErrorMask,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) registry: Option<Arc<Registry>>,
    pub(crate) rates: Rates,
    pub(crate) caches: Arc<Caches>,
    pub(crate) administration: Option<Administration>,
    pub(crate) usage: Usage,
    pub(crate) tracer: Arc<Tracer>,
    /// Absent where the settings allow none.
    pub(crate) faults: Option<Arc<Faults>>,
}

/// Answers one request to a GraphQL endpoint.
pub(crate) async fn handle(
    pipeline: &Arc<Pipeline>,
    endpoint: &Endpoint,
    peer: Option<IpAddr>,
    request: Request<Body>,
) -> Response<Body> {
    let (trace, recorder) = pipeline.tracer.begin(request.method(), endpoint.place.clone(), request.headers());
    // For the log; `recorder` has the rest.
    let lines = ::telemetry::log_scope!(
        "request",
        service = "router",
        trace_id = trace.trace_id,
        correlation_id = &*trace.correlation_id,
        operation = Empty,
        client = Empty,
        viewer = Empty,
    );
    let mut noted = Noted::new(recorder.clone());
    let answered = AssertUnwindSafe(answer(pipeline, endpoint, peer, &trace, &mut noted, request).instrument(lines));
    let mut reply = answered.catch_unwind().await.unwrap_or_else(|_| of_fault(&trace));
    trace.write_to_reply(reply.headers_mut());
    if pipeline.faults.as_ref().is_some_and(|faults| faults.was_met(trace.id)) {
        recorder.faulted();
    }
    let told = recorder.end(reply.status(), reply::body_bytes(&reply));
    // Only now is it known whether there is a trace that stands for these measurements.
    with_trace(told.trace, || {
        count_request(noted.kind.unwrap_or("none"), reply.status(), noted.elapsed(), told.waited);
        noted.measure();
    });
    reply
}

/// The reply to a request at which the router itself has failed: no more than the trace id, by which the log tells the rest.
fn of_fault(trace: &RequestTrace) -> Response<Body> {
    tracing::error!(trace_id = trace.trace_id, "a request was given up because of a fault of the router");
    let refusal = Refusal::new(
        RefusalClass::Http(StatusCode::INTERNAL_SERVER_ERROR),
        ErrorCode::Internal,
        "An internal error occurred; the operators find it by the trace id.",
    );
    reply::of_refusal(refusal, StatusRules::default(), ReplyMediaType::Json, trace)
}

/// How the client reads a reply that is one document.
#[derive(Debug, Clone, Copy)]
enum Accepted {
    Whole(ReplyMediaType),
    /// It reads nothing but streams, and gets one of one reply.
    InStream(StreamType),
}

impl Accepted {
    fn of(headers: &HeaderMap) -> Option<Self> {
        negotiate(headers).map(Self::Whole).or_else(|| stream_type(headers).map(Self::InStream))
    }

    /// The reply, whose body this is.
    fn written(self, reply: &Reply, body: Bytes, rules: StatusRules) -> Response<Body> {
        match self {
            Self::InStream(stream) => subscription::only(stream, &body),
            Self::Whole(media_type) => reply::of_execution(reply, body, rules, media_type),
        }
    }
}

async fn answer(
    pipeline: &Arc<Pipeline>,
    endpoint: &Endpoint,
    peer: Option<IpAddr>,
    trace: &RequestTrace,
    noted: &mut Noted,
    request: Request<Body>,
) -> Response<Body> {
    let rules = pipeline.settings.admission.status_rules;
    let Some(accepted) = Accepted::of(request.headers()) else {
        let refusal = Refusal::http(
            StatusCode::NOT_ACCEPTABLE,
            "The accept header admits none of application/graphql-response+json, application/json and, for streams, \
             text/event-stream and multipart/mixed with subscriptionSpec=1.0.",
        );
        noted.count_refused(&pipeline.usage, endpoint, &refusal);
        return reply::of_refusal(refusal, rules, ReplyMediaType::Json, trace);
    };
    match run_stages(pipeline, endpoint, peer, trace, request, accepted, noted).await {
        Ok(reply) => {
            noted.count_answered(&pipeline.usage);
            reply
        }
        Err(refusal) => {
            noted.count_refused(&pipeline.usage, endpoint, &refusal);
            refused(refusal, rules, accepted, trace)
        }
    }
}

/// Who reads nothing but streams is told in one what is wrong with the operation: a browser's `EventSource` shows no
/// other reply to its page.
fn refused(refusal: Refusal, rules: StatusRules, accepted: Accepted, trace: &RequestTrace) -> Response<Body> {
    match accepted {
        Accepted::InStream(stream) if !matches!(refusal.class, RefusalClass::Http(_)) => {
            subscription::of_refusal(stream, &refusal.traced(&trace.trace_id))
        }
        Accepted::InStream(_) => reply::of_refusal(refusal, rules, ReplyMediaType::Json, trace),
        Accepted::Whole(media_type) => reply::of_refusal(refusal, rules, media_type, trace),
    }
}

/// The stages. What becomes known is noted at once, also for a request that is refused after that.
async fn run_stages(
    pipeline: &Arc<Pipeline>,
    endpoint: &Endpoint,
    peer: Option<IpAddr>,
    trace: &RequestTrace,
    request: Request<Body>,
    accepted: Accepted,
    noted: &mut Noted,
) -> Result<Response<Body>, Refusal> {
    // Sizes and types first: nothing is parsed of a request that is none.
    let settings = &pipeline.settings;
    let admitting = admit(&settings.admission, &settings.batching, request);
    let Admitted { mut headers, asks, may_mutate } = Stage::Admission.run(&noted.recorder, admitting).await?;
    let client = ClientDescription::new(peer, &headers, settings.listeners.trusted_proxies);
    // A bad token ends the request, whatever it asks for.
    let viewer = Stage::Identity.run(&noted.recorder, identify_from(&pipeline.identity, &headers, client.address));
    let viewer = viewer.await?;
    noted.viewer(endpoint, &viewer, &pipeline.tracer);
    let quota = clients::quota(endpoint, &viewer)?;
    let caller = pipeline.rates.asker(&viewer, quota, client.address);
    // Administrators may ask as somebody else. Whose buckets are taken from, and whose session it is, stays the same.
    let (administration, registry) = (pipeline.administration.as_ref(), pipeline.registry.as_deref());
    let acting = administration::acting(administration, registry, endpoint, &headers, &viewer)?;
    let why = Why::of(administration, endpoint, &headers, &viewer);
    let fault = Faults::ordered(pipeline.faults.as_deref(), &mut headers, &viewer);
    let recorder = noted.recorder.clone();
    let asker =
        Asker { pipeline, endpoint, trace, headers, viewer, client, caller, may_mutate, acting, why, recorder, fault };
    match asks {
        Asks::One(parameters) => {
            let asked = asker.ask()?;
            require_viewer(&settings.authorization, &asker.viewer)?;
            match asker.permit_explained(asked, parameters, noted).await? {
                Permitted::Executable(permitted) => Ok(asker.answer(permitted, accepted, noted).await),
                Permitted::Subscription(permitted) => asker.subscribe(permitted).await,
                Permitted::Foretold(reply) => {
                    Ok(accepted.written(&reply, reply.to_bytes(), settings.admission.status_rules))
                }
            }
        }
        Asks::Several(several) => {
            noted.several();
            batch::answer(&asker, several, accepted).await
        }
    }
}
