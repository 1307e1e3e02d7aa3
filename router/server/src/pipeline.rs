//! A request's way through the router, in one place: each stage is one call, in its span and its histogram.

use std::net::IpAddr;
use std::sync::Arc;

use apollo_compiler::ast::OperationType;
use axum::body::Body;
use http::{Method, Request, Response, StatusCode};
use router_execution::{Executor, RequestContext, coerce_variables};
use tokio::time::Instant;
use tracing::Instrument;

use crate::admission::media_type::{ReplyMediaType, negotiate, wants_page};
use crate::admission::{Parameters, admit};
use crate::configuration::RouterSettings;
use crate::error_masking::ErrorMask;
use crate::forwarding::{ClientDescription, RequestForwarding, RequestSigner, RequestTrace, ViewerHeader};
use crate::identity::{Identity, identify};
use crate::operation::{Operation, Operations, prepare};
use crate::playground::Playground;
use crate::refusal::{ErrorCode, Refusal, RefusalClass, RequestError};
use crate::reply;
use crate::telemetry::{Stage, count_request};

/// What the stages work with; the same for all requests.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) settings: RouterSettings,
    pub(crate) identity: Arc<Identity>,
    pub(crate) operations: Arc<Operations>,
    /// For queries and for mutations: they differ in how long a subgraph may take.
    pub(crate) query_executor: Executor,
    pub(crate) mutation_executor: Executor,
    pub(crate) signer: RequestSigner,
    pub(crate) mask: ErrorMask,
    pub(crate) playground: Option<Playground>,
}

/// Answers one request to the GraphQL endpoint.
pub(crate) async fn handle(pipeline: &Pipeline, peer: Option<IpAddr>, request: Request<Body>) -> Response<Body> {
    if let Some(playground) = &pipeline.playground
        && request.method() == Method::GET
        && wants_page(request.headers())
    {
        return playground.page();
    }
    let trace = RequestTrace::of(request.headers());
    let span = tracing::info_span!("graphql request", trace_id = trace.trace_id, correlation_id = trace.correlation_id);
    let mut reply = answer(pipeline, peer, &trace, request).instrument(span).await;
    trace.write_to_reply(reply.headers_mut());
    reply
}

async fn answer(
    pipeline: &Pipeline,
    peer: Option<IpAddr>,
    trace: &RequestTrace,
    request: Request<Body>,
) -> Response<Body> {
    let begin = Instant::now();
    let rules = pipeline.settings.admission.status_rules;
    let Some(media_type) = negotiate(request.headers()) else {
        let refusal = Refusal::http(
            StatusCode::NOT_ACCEPTABLE,
            "The accept header admits neither application/graphql-response+json nor application/json.",
        );
        return reply::of_refusal(refusal, rules, ReplyMediaType::Json, trace);
    };
    let mut kind = None;
    let reply = match run_stages(pipeline, peer, trace, request, media_type, &mut kind).await {
        Ok(reply) => reply,
        Err(refusal) => reply::of_refusal(refusal, rules, media_type, trace),
    };
    count_request(kind.map_or("none", reply::kind_name), reply.status(), begin.elapsed());
    reply
}

/// The stages. `kind` is told as soon as it is known, for the metrics of a request that is refused after that.
async fn run_stages(
    pipeline: &Pipeline,
    peer: Option<IpAddr>,
    trace: &RequestTrace,
    request: Request<Body>,
    media_type: ReplyMediaType,
    kind: &mut Option<OperationType>,
) -> Result<Response<Body>, Refusal> {
    // Sizes and types first: nothing is parsed of a request that is none.
    let admitted = Stage::Admission.run(admit(&pipeline.settings.admission, request)).await?;
    // A bad token ends the request, whatever it asks for.
    let viewer = Stage::Identity.run(identify(&pipeline.identity, &admitted.headers)).await?;
    let Parameters { query, operation_name, variables } = admitted.parameters;
    // One look-up for an operation that was seen before.
    let operation = Stage::Operation.run(prepare(&pipeline.operations, query, operation_name)).await?;
    *kind = Some(operation.kind);
    require_method(&operation, admitted.may_mutate)?;

    let proxies = pipeline.settings.listeners.trusted_proxies;
    let client = ClientDescription::new(peer, &admitted.headers, proxies);
    let forwarding = RequestForwarding {
        signer: pipeline.signer.clone(),
        viewer: ViewerHeader::new(&viewer, &client),
        trace: trace.clone(),
    };
    let context = RequestContext { forwarding: Arc::new(forwarding), trace_id: Some(trace.trace_id.clone()) };
    let executor = pipeline.executor(operation.kind);
    let variables = coerced(executor, &operation, variables)?;
    let mut executed = Stage::Execution.run(executor.execute(&operation.prepared, &variables, &context)).await;
    // What only operators may read stays in the log.
    pipeline.mask.apply(&mut executed.errors, &trace.trace_id);
    let rules = pipeline.settings.admission.status_rules;
    Ok(Stage::Projection.run(async { reply::of_execution(&executed, rules, media_type) }).await)
}

impl Pipeline {
    fn executor(&self, kind: OperationType) -> &Executor {
        match kind {
            OperationType::Mutation => &self.mutation_executor,
            OperationType::Query | OperationType::Subscription => &self.query_executor,
        }
    }
}

/// A mutation by `GET` could be sent by a link or an image of any page.
fn require_method(operation: &Operation, may_mutate: bool) -> Result<(), Refusal> {
    if operation.kind == OperationType::Query || may_mutate {
        return Ok(());
    }
    Err(Refusal::method_not_allowed("A GET may execute queries only; send this operation with POST.", "POST"))
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
