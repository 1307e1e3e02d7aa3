//! A request's way through the router, in one place: each stage is one call, in its span and its histogram.

use std::net::IpAddr;
use std::sync::Arc;

use apollo_compiler::ast::OperationType;
use axum::body::Body;
use http::{HeaderMap, Request, Response, StatusCode};
use router_execution::{Executor, Reply, RequestContext, coerce_variables};
use tokio::time::Instant;
use tracing::Instrument;

use crate::admission::media_type::{ReplyMediaType, negotiate};
use crate::admission::stream_type::{StreamType, stream_type};
use crate::admission::{Parameters, admit};
use crate::authorization::{authorise, require_viewer};
use crate::budget;
use crate::clients::{self, Noted, Usage};
use crate::configuration::{RouterSettings, StatusRules};
use crate::endpoint::Endpoint;
use crate::error_masking::ErrorMask;
use crate::forwarding::{ClientDescription, RequestForwarding, RequestSigner, RequestTrace, ViewerHeader};
use crate::identity::{Identity, identify};
use crate::operation::Operation;
use crate::persisted::{self, Reader, Registry};
use crate::plan_extension::PlanRequest;
use crate::rates::Rates;
use crate::refusal::{ErrorCode, Refusal, RefusalClass, RequestError};
use crate::reply;
use crate::subscription::{self, Subscriber, Subscriptions};
use crate::telemetry::{Stage, count_request};

/// What the stages work with; the same for all requests.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) settings: RouterSettings,
    pub(crate) identity: Arc<Identity>,
    pub(crate) signer: RequestSigner,
    pub(crate) mask: ErrorMask,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) registry: Option<Arc<Registry>>,
    pub(crate) rates: Rates,
    pub(crate) usage: Usage,
}

/// Answers one request to a GraphQL endpoint.
pub(crate) async fn handle(
    pipeline: &Arc<Pipeline>,
    endpoint: &Endpoint,
    peer: Option<IpAddr>,
    request: Request<Body>,
) -> Response<Body> {
    let trace = RequestTrace::of(request.headers());
    let span = tracing::info_span!("graphql request", trace_id = trace.trace_id, correlation_id = trace.correlation_id);
    let mut reply = answer(pipeline, endpoint, peer, &trace, request).instrument(span).await;
    trace.write_to_reply(reply.headers_mut());
    reply
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

    fn written(self, reply: &Reply, rules: StatusRules) -> Response<Body> {
        match self {
            Self::InStream(stream) => subscription::only(stream, &reply.to_bytes()),
            Self::Whole(media_type) => reply::of_execution(reply, rules, media_type),
        }
    }
}

async fn answer(
    pipeline: &Arc<Pipeline>,
    endpoint: &Endpoint,
    peer: Option<IpAddr>,
    trace: &RequestTrace,
    request: Request<Body>,
) -> Response<Body> {
    let begin = Instant::now();
    let rules = pipeline.settings.admission.status_rules;
    let mut noted = Noted::default();
    let Some(accepted) = Accepted::of(request.headers()) else {
        let refusal = Refusal::http(
            StatusCode::NOT_ACCEPTABLE,
            "The accept header admits none of application/graphql-response+json, application/json and, for streams, \
             text/event-stream and multipart/mixed with subscriptionSpec=1.0.",
        );
        noted.count_refused(&pipeline.usage, endpoint, &refusal);
        return reply::of_refusal(refusal, rules, ReplyMediaType::Json, trace);
    };
    let reply = match run_stages(pipeline, endpoint, peer, trace, request, accepted, &mut noted).await {
        Ok(reply) => {
            noted.count_answered(&pipeline.usage);
            reply
        }
        Err(refusal) => {
            noted.count_refused(&pipeline.usage, endpoint, &refusal);
            refused(refusal, rules, accepted, trace)
        }
    };
    count_request(noted.kind.map_or("none", reply::kind_name), reply.status(), begin.elapsed());
    reply
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
    let admitted = Stage::Admission.run(admit(&pipeline.settings.admission, request)).await?;
    // A bad token ends the request, whatever it asks for.
    let viewer = Stage::Identity.run(identify(&pipeline.identity, &admitted.headers)).await?;
    noted.viewer(endpoint, &viewer);
    let quota = clients::quota(endpoint, &viewer)?;
    let client = ClientDescription::new(peer, &admitted.headers, pipeline.settings.listeners.trusted_proxies);
    let asker = pipeline.rates.asker(&viewer, quota, client.address);
    pipeline.rates.ask(&endpoint.path, asker.as_ref(), pipeline.identity.now_unix_ms())?;
    require_viewer(&pipeline.settings.authorization, &viewer)?;
    let Parameters { asked, operation_name, variables } = admitted.parameters;
    noted.asked(&asked);
    // What this viewer does not see here does not exist.
    let view = endpoint.view_of(&viewer);
    // One look-up for an operation that was seen before; what is not registered is refused where that is asked for.
    let reader = Reader { endpoint, view, viewer: &viewer, registry: pipeline.registry.as_deref() };
    let prepared = Stage::Operation.run(persisted::prepare(reader, asked, operation_name)).await?;
    noted.found(&prepared.operation);
    // Without what the viewer may not see, before anything is fetched.
    let operation = Stage::Authorization.run(authorise(prepared, &viewer)).await?;
    require_method(&operation, admitted.may_mutate)?;
    let plan = PlanRequest::of(pipeline.settings.playground.as_ref(), &admitted.headers, &viewer)?;
    if plan == PlanRequest::Only {
        return Ok(accepted.written(&plan.alone(&operation, view), pipeline.settings.admission.status_rules));
    }

    let forwarding = RequestForwarding {
        signer: pipeline.signer.clone(),
        viewer: ViewerHeader::new(endpoint.as_user(&viewer), &client),
        trace: trace.clone(),
    };
    let context = RequestContext { forwarding: Arc::new(forwarding), trace_id: Some(trace.trace_id.clone()) };
    let executor = view.executor(operation.kind);
    let variables = coerced(executor, &operation, variables)?;
    let cost = budget::require(&pipeline.settings.operations.cost, &viewer, &operation.cost, &variables)?;
    noted.cost(cost);
    let (mutations, now) = (operation.cost.mutations(), pipeline.identity.now_unix_ms());
    let allowance = pipeline.rates.spend(&endpoint.path, asker.as_ref(), mutations, cost, now)?;
    if operation.kind == OperationType::Subscription {
        let stream = stream_type(&admitted.headers).ok_or_else(needs_stream)?;
        let subscriber = Subscriber { viewer: &viewer, client: &client, trace, context };
        let mut reply = subscription::answer(pipeline, view, stream, subscriber, &operation, variables).await?;
        allowance.write_to_reply(reply.headers_mut());
        return Ok(reply);
    }
    let mut executed = Stage::Execution.run(executor.execute(&operation.prepared, &variables, &context)).await;
    noted.executed(!executed.errors.is_empty());
    plan.write_to(&mut executed, &operation, view);
    // What only operators may read stays in the log.
    pipeline.mask.apply(&mut executed.errors, &trace.trace_id);
    if budget::is_wanted(&admitted.headers) {
        budget::tell(&mut executed, &operation.cost, &variables, cost, allowance.throttle());
    }
    let rules = pipeline.settings.admission.status_rules;
    let mut reply = Stage::Projection.run(async { accepted.written(&executed, rules) }).await;
    allowance.write_to_reply(reply.headers_mut());
    Ok(reply)
}

fn needs_stream() -> Refusal {
    Refusal::http(
        StatusCode::NOT_ACCEPTABLE,
        "A subscription is answered by a stream; accept text/event-stream, or multipart/mixed;subscriptionSpec=1.0.",
    )
}

/// A mutation by `GET` could be sent by a link or an image of any page. A subscription changes nothing, and a browser's
/// `EventSource` knows no other method.
fn require_method(operation: &Operation, may_mutate: bool) -> Result<(), Refusal> {
    if operation.kind != OperationType::Mutation || may_mutate {
        return Ok(());
    }
    Err(Refusal::method_not_allowed("A GET may not execute mutations; send this operation with POST.", "POST"))
}

type Variables = apollo_compiler::validation::Valid<router_execution::JsonMap>;

fn coerced(
    executor: &Executor,
    operation: &Operation,
    variables: serde_json::Map<String, serde_json::Value>,
) -> Result<Variables, Refusal> {
    let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    coerce_variables(executor.api_schema(), operation.prepared.operation(), &variables).map_err(|problems| {
        let errors = problems.iter().map(|problem| RequestError::new(ErrorCode::BadUserInput, problem.to_string()));
        Refusal::of_errors(RefusalClass::Operation, errors.collect())
    })
}
