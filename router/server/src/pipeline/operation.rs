//! One operation of a request, from its parameters to its reply.

use std::sync::Arc;

use apollo_compiler::ast::OperationType;
use axum::body::Body;
use http::{HeaderMap, Response, StatusCode};
use router_execution::{Executor, Reply, RequestContext, coerce_variables};

use super::{Accepted, Pipeline};
use crate::admission::Parameters;
use crate::admission::stream_type::stream_type;
use crate::authorization::authorise;
use crate::budget;
use crate::endpoint::Endpoint;
use crate::forwarding::{ClientDescription, RequestForwarding, RequestTrace, ViewerHeader};
use crate::graph_view::GraphView;
use crate::identity::Viewer;
use crate::operation::{self, Operation};
use crate::persisted::{self, Reader};
use crate::plan_extension::PlanRequest;
use crate::rates::{Allowance, AskedOperation, Caller};
use crate::refusal::{ErrorCode, Refusal, RefusalClass, RequestError};
use crate::reply;
use crate::subscription::{self, Subscriber};
use crate::telemetry::Stage;

/// Who asks, where and how: the same for all operations of a request.
pub(super) struct Asker<'r> {
    pub(super) pipeline: &'r Arc<Pipeline>,
    pub(super) endpoint: &'r Endpoint,
    pub(super) trace: &'r RequestTrace,
    pub(super) headers: HeaderMap,
    pub(super) viewer: Viewer,
    pub(super) client: ClientDescription,
    pub(super) caller: Option<Caller>,
    /// False for `GET`.
    pub(super) may_mutate: bool,
}

/// An operation that goes on.
pub(super) enum Permitted<'r> {
    /// A query or a mutation.
    Executable(Executable<'r>),
    Subscription(Executable<'r>),
    /// Nothing is executed: the client has asked for the plan.
    PlanOnly(Reply),
}

/// An operation that its viewer may execute now, and has been charged for.
pub(super) struct Executable<'r> {
    view: &'r Arc<GraphView>,
    operation: Arc<Operation>,
    variables: Variables,
    plan: PlanRequest,
    cost: u64,
    allowance: Allowance,
}

impl Executable<'_> {
    pub(super) fn is_mutation(&self) -> bool {
        self.operation.kind == OperationType::Mutation
    }

    /// What is left to the caller.
    pub(super) fn allowance(&self) -> &Allowance {
        &self.allowance
    }
}

impl<'r> Asker<'r> {
    /// Takes one operation of what the caller may ask, before anything is known of it.
    pub(super) fn ask(&self) -> Result<AskedOperation<'_>, Refusal> {
        let now = self.pipeline.identity.now_unix_ms();
        self.pipeline.rates.ask(&self.endpoint.path, self.caller.as_ref(), now)
    }

    /// Finds the operation, and whether it may be executed now.
    pub(super) async fn permit(
        &self,
        in_account: AskedOperation<'_>,
        parameters: Parameters,
        kind: &mut Option<&'static str>,
    ) -> Result<Permitted<'r>, Refusal> {
        let (pipeline, endpoint, viewer) = (self.pipeline, self.endpoint, &self.viewer);
        let Parameters { asked, operation_name, variables } = parameters;
        // What this viewer does not see here does not exist.
        let view = endpoint.view_of(viewer);
        // One look-up for an operation that was seen before; what is not registered is refused where that is asked for.
        let reader = Reader { endpoint, view, viewer, registry: pipeline.registry.as_deref() };
        let (prepared, new) = Stage::Operation.run(persisted::prepare(reader, asked, operation_name)).await?;
        *kind = Some(reply::kind_name(prepared.operation.kind));
        // Without what the viewer may not see, before anything is fetched.
        let operation = Stage::Authorization.run(authorise(prepared, viewer)).await?;
        require_method(&operation, self.may_mutate)?;
        let plan = PlanRequest::of(pipeline.settings.playground.as_ref(), &self.headers, viewer)?;
        if plan == PlanRequest::Only {
            return Ok(Permitted::PlanOnly(plan.alone(&operation, view)));
        }
        let settings = &pipeline.settings.operations;
        let variables = coerced(view.executor(operation.kind), &operation, variables)?;
        operation::check_variables(&settings.limits, &variables)?;
        let cost = budget::require(&settings.cost, viewer, &operation.cost, &variables)?;
        if let Some(new) = new {
            new.keep(view);
        }
        let (mutations, now) = (operation.cost.mutations(), pipeline.identity.now_unix_ms());
        let allowance = in_account.spend(mutations, cost, now).await?;
        let is_subscription = operation.is_subscription();
        let permitted = Executable { view, operation, variables, plan, cost, allowance };
        Ok(if is_subscription { Permitted::Subscription(permitted) } else { Permitted::Executable(permitted) })
    }

    /// Executes a query or a mutation.
    pub(super) async fn execute(&self, permitted: &Executable<'_>) -> Reply {
        let Executable { view, operation, variables, plan, cost, allowance } = permitted;
        let executor = view.executor(operation.kind);
        let context = self.context();
        let mut executed = Stage::Execution.run(executor.execute(&operation.prepared, variables, &context)).await;
        plan.write_to(&mut executed, operation, view);
        // What only operators may read stays in the log.
        self.pipeline.mask.apply(&mut executed.errors, &self.trace.trace_id);
        if budget::is_wanted(&self.headers) {
            budget::tell(&mut executed, &operation.cost, variables, *cost, allowance.throttle());
        }
        executed
    }

    /// Executes a query or a mutation, and answers with its result.
    pub(super) async fn answer(&self, permitted: Executable<'_>, accepted: Accepted) -> Response<Body> {
        let executed = self.execute(&permitted).await;
        let rules = self.pipeline.settings.admission.status_rules;
        let mut reply = Stage::Projection.run(async { accepted.written(&executed, rules) }).await;
        permitted.allowance.write_to_reply(reply.headers_mut());
        reply
    }

    /// Answers a subscription with its stream.
    pub(super) async fn subscribe(&self, permitted: Executable<'_>) -> Result<Response<Body>, Refusal> {
        let Executable { view, operation, variables, allowance, .. } = permitted;
        let stream = stream_type(&self.headers).ok_or_else(needs_stream)?;
        let context = self.context();
        let subscriber = Subscriber { viewer: &self.viewer, client: &self.client, trace: self.trace, context };
        let mut reply = subscription::answer(self.pipeline, view, stream, subscriber, &operation, variables).await?;
        allowance.write_to_reply(reply.headers_mut());
        Ok(reply)
    }

    /// What subgraphs are told of the request.
    fn context(&self) -> RequestContext {
        let forwarding = RequestForwarding {
            signer: self.pipeline.signer.clone(),
            viewer: ViewerHeader::new(self.endpoint.as_user(&self.viewer), &self.client),
            trace: self.trace.clone(),
        };
        RequestContext { forwarding: Arc::new(forwarding), trace_id: Some(self.trace.trace_id.clone()) }
    }
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
