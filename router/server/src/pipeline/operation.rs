//! One operation of a request, from its parameters to its reply.

use std::sync::Arc;

use apollo_compiler::ast::OperationType;
use axum::body::Body;
use http::{HeaderMap, Response, StatusCode};
use router_execution::{Executor, Forwarding, Reply, RequestContext, coerce_variables};

use super::{Accepted, Pipeline};
use crate::administration::{Acted, Acting, Why};
use crate::admission::stream_type::stream_type;
use crate::admission::{Asked, Parameters};
use crate::authorization::authorise;
use crate::budget::{self, CostRequest};
use crate::caching::{Circumstances, Executed, Execution, write_headers};
use crate::clients::Noted;
use crate::endpoint::Endpoint;
use crate::faults::FaultOrder;
use crate::forwarding::{ClientDescription, RequestForwarding, RequestTrace, ViewerHeader};
use crate::graph_view::GraphView;
use crate::header_rules::{RequestFacts, RequestHeaders};
use crate::identity::Viewer;
use crate::operation::{self, Operation};
use crate::persisted::{self, Reader};
use crate::plan_extension::PlanRequest;
use crate::rates::{self, Allowance, AskedOperation};
use crate::recording::Recorder;
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
    pub(super) caller: Option<rates::Asker>,
    /// False for `GET`.
    pub(super) may_mutate: bool,
    /// As whom operations are run, where that is somebody else.
    pub(super) acting: Option<Acting>,
    /// Whether errors are explained.
    pub(super) why: Option<Why>,
    /// Of the request as a whole.
    pub(super) recorder: Recorder,
    /// The faults that an administrator has ordered for it.
    pub(super) fault: Option<Arc<FaultOrder>>,
}

/// An operation that goes on.
pub(super) enum Permitted<'r> {
    /// A query or a mutation.
    Executable(Executable<'r>),
    Subscription(Executable<'r>),
    /// Nothing is executed: the client has asked for the plan, or for the cost.
    Foretold(Reply),
}

/// An operation that its viewer may execute now, and has been charged for.
pub(super) struct Executable<'r> {
    view: &'r Arc<GraphView>,
    /// As subgraphs are told.
    user: Viewer,
    operation: Arc<Operation>,
    variables: Arc<Variables>,
    plan: PlanRequest,
    cost_request: CostRequest,
    cost: u64,
    allowance: Allowance,
    forwarding: Arc<RequestForwarding>,
    recorder: Recorder,
}

impl Executable<'_> {
    pub(super) fn is_mutation(&self) -> bool {
        self.operation.kind == OperationType::Mutation
    }

    /// What is left to the caller.
    pub(super) fn allowance(&self) -> &Allowance {
        &self.allowance
    }

    /// Adds what subgraphs have for the client's headers, once it was executed.
    pub(super) fn forward_headers(&self, headers: &mut HeaderMap) {
        self.forwarding.write_to_reply(headers);
    }
}

impl<'r> Asker<'r> {
    /// Takes one operation of what the caller may ask, before anything is known of it.
    pub(super) fn ask(&self) -> Result<AskedOperation<'_>, Refusal> {
        let now = self.pipeline.identity.now_unix_ms();
        self.pipeline.rates.ask(&self.endpoint.path, self.caller.as_ref(), now)
    }

    /// The same as [`Self::permit`], with an explanation of a refusal for whom it may be explained to.
    pub(super) async fn permit_explained(
        &self,
        in_account: AskedOperation<'_>,
        parameters: Parameters,
        noted: &mut Noted,
    ) -> Result<Permitted<'_>, Refusal> {
        let Some(why) = &self.why else { return self.permit(in_account, parameters, noted).await };
        let permitted = self.permit(in_account, parameters.clone(), noted).await;
        let Err(refusal) = permitted else { return permitted };
        let settings = &self.pipeline.settings;
        Err(why.of_refusal(settings, self.endpoint, self.acting.as_ref(), refusal, parameters).await)
    }

    /// Finds the operation, and whether it may be executed now.
    pub(super) async fn permit(
        &self,
        in_account: AskedOperation<'_>,
        parameters: Parameters,
        noted: &mut Noted,
    ) -> Result<Permitted<'_>, Refusal> {
        let pipeline = self.pipeline;
        let Parameters { asked, operation_name, variables } = parameters;
        noted.asked(&asked);
        let Acted { viewer, view, prepared, new } = {
            let finding = self.find(asked, operation_name);
            Stage::Operation.run(&noted.recorder, finding).await?
        };
        noted.found(&prepared.operation);
        // Without what the viewer may not see, before anything is fetched. Nobody gains a right by acting as another.
        let is_query = prepared.operation.kind == OperationType::Query;
        let also = self.acting.as_ref().and((!is_query).then_some(&self.viewer));
        let operation = Stage::Authorization.run(&noted.recorder, authorise(prepared, viewer, also)).await?;
        // It may be another one now, with another plan.
        noted.recorder.found(&operation.record);
        require_method(&operation, self.may_mutate)?;
        let plan = PlanRequest::of(pipeline.settings.playground.as_ref(), &self.headers, &self.viewer)?;
        let cost_request = CostRequest::of(&self.headers);
        let settings = &pipeline.settings.operations;
        if plan == PlanRequest::Only && cost_request != CostRequest::Only {
            return Ok(Permitted::Foretold(plan.alone(&operation, view)));
        }
        let variables = coerced(view.executor(operation.kind), &operation, variables)?;
        operation::check_variables(&settings.limits, &variables)?;
        if cost_request == CostRequest::Only {
            let mut foretold = plan.alone(&operation, view);
            budget::foretell(&mut foretold, &settings.cost, viewer, &operation.cost, &variables);
            return Ok(Permitted::Foretold(foretold));
        }
        let user = self.acting.as_ref().map_or(self.endpoint, |acting| &acting.endpoint).as_user(viewer).clone();
        let forwarding = Arc::new(self.forwarding(&operation, &user)?);
        let cost = budget::require(&settings.cost, viewer, &operation.cost, &variables)?;
        noted.cost(cost);
        if let Some(new) = new {
            new.keep(view);
        }
        let (mutations, now) = (operation.cost.mutations(), pipeline.identity.now_unix_ms());
        let allowance = in_account.spend(mutations, cost, now).await?;
        let (is_subscription, variables) = (operation.is_subscription(), Arc::new(variables));
        let recorder = noted.recorder.clone();
        let permitted =
            Executable { view, user, operation, variables, plan, cost_request, cost, allowance, forwarding, recorder };
        Ok(if is_subscription { Permitted::Subscription(permitted) } else { Permitted::Executable(permitted) })
    }

    /// Finds the operation for who asks, or for whom they act as.
    async fn find(&self, asked: Asked, operation_name: Option<String>) -> Result<Acted<'_>, Refusal> {
        let (endpoint, viewer, registry) = (self.endpoint, &self.viewer, self.pipeline.registry.as_deref());
        if let Some(acting) = &self.acting {
            let settings = &self.pipeline.settings.authorization;
            return acting.prepare(settings, registry, asked, operation_name).await;
        }
        // What this viewer does not see here does not exist.
        let view = endpoint.view_of(viewer);
        // One look-up for an operation that was seen before; what is not registered is refused where that is asked for.
        let reader = Reader { endpoint, view, viewer, registry };
        let (prepared, new) = persisted::prepare(reader, asked, operation_name).await?;
        Ok(Acted { viewer, view, prepared, new })
    }

    /// Executes a query or a mutation.
    pub(super) async fn execute(&self, permitted: &Executable<'_>) -> Executed {
        let Executable { view, operation, variables, plan, cost_request, cost, allowance, .. } = permitted;
        let mut execution = Execution {
            view: Arc::clone(view),
            operation: Arc::clone(operation),
            variables: Arc::clone(variables),
            context: self.context(permitted),
            viewer: permitted.user.clone(),
            headers: permitted.forwarding.digest(operation),
            recorder: permitted.recorder.clone(),
        };
        let verdicts = plan.listen(&mut execution.context, operation);
        let is_for_everybody = self.viewer == Viewer::Anonymous && execution.headers.is_none();
        let Executed { reply: mut executed, caching } = self.pipeline.caches.execute(execution).await;
        if let Some(verdicts) = verdicts {
            let settings = &self.pipeline.settings.caching;
            let of = Circumstances { operation, settings, viewer: &permitted.user };
            PlanRequest::write_beside(&mut executed, view, &verdicts, caching.age(), of);
        }
        let unmasked = self.why.as_ref().map(|why| (why, executed.errors.clone()));
        // What only operators may read stays in the log.
        self.pipeline.mask.apply(&mut executed.errors, &self.trace.trace_id);
        if let Some((why, unmasked)) = unmasked {
            why.of_errors(&self.pipeline.settings.authorization, &mut executed.errors, &unmasked);
        }
        permitted.recorder.executed(&executed.errors, || caching.verdict());
        if let Some(acting) = &self.acting {
            acting.write_to(&mut executed, operation.kind);
        }
        if *cost_request == CostRequest::Beside {
            budget::tell(&mut executed, &operation.cost, variables, *cost, allowance.throttle());
        }
        Executed { reply: executed, caching: if is_for_everybody { caching } else { caching.private() } }
    }

    /// Executes a query or a mutation, and answers with its result.
    pub(super) async fn answer(
        &self,
        permitted: Executable<'_>,
        accepted: Accepted,
        noted: &mut Noted,
    ) -> Response<Body> {
        let Executed { reply: executed, caching } = self.execute(&permitted).await;
        noted.executed(!executed.errors.is_empty());
        let settings = &self.pipeline.settings;
        let (mut reply, body) = Stage::Projection
            .run(&permitted.recorder, async {
                let body = executed.to_bytes();
                (accepted.written(&executed, body.clone(), settings.admission.status_rules), body)
            })
            .await;
        permitted.forward_headers(reply.headers_mut());
        permitted.allowance.write_to_reply(reply.headers_mut());
        let conditions = (!self.may_mutate).then_some(&self.headers);
        write_headers(reply, &body, caching, settings.caching.stale_while_revalidate_seconds, conditions)
    }

    /// Answers a subscription with its stream.
    pub(super) async fn subscribe(&self, permitted: Executable<'_>) -> Result<Response<Body>, Refusal> {
        let stream = stream_type(&self.headers).ok_or_else(needs_stream)?;
        let context = self.context(&permitted);
        let Executable { view, operation, variables, allowance, forwarding, recorder, .. } = permitted;
        let subscriber =
            Subscriber { viewer: &self.viewer, client: &self.client, trace: self.trace, context, recorder };
        let mut reply =
            subscription::answer(self.pipeline, view, stream, subscriber, &operation, Arc::unwrap_or_clone(variables))
                .await?;
        forwarding.write_to_reply(reply.headers_mut());
        allowance.write_to_reply(reply.headers_mut());
        Ok(reply)
    }

    fn context(&self, permitted: &Executable<'_>) -> RequestContext {
        RequestContext {
            forwarding: Arc::clone(&permitted.forwarding) as Arc<dyn Forwarding>,
            trace_id: Some(self.trace.trace_id.clone()),
            cache: None,
            observer: permitted.recorder.observer(),
        }
    }

    /// What subgraphs are told of the request.
    fn forwarding(&self, operation: &Operation, user: &Viewer) -> Result<RequestForwarding, Refusal> {
        Ok(RequestForwarding {
            signer: self.pipeline.signer.clone(),
            viewer: match operation.kind {
                OperationType::Mutation => ViewerHeader::of_changes(user, &self.client),
                OperationType::Query | OperationType::Subscription => ViewerHeader::new(user, &self.client),
            },
            trace: self.trace.clone(),
            headers: self.ruled_headers(operation, user)?,
            fault: self.fault.clone(),
        })
    }

    /// What rules do with the headers of this request; nothing without rules.
    fn ruled_headers(&self, operation: &Operation, user: &Viewer) -> Result<Option<RequestHeaders>, Refusal> {
        let Some(policy) = &self.pipeline.headers else { return Ok(None) };
        let facts = RequestFacts {
            endpoint: self.endpoint.path.clone(),
            client_address: self.client.address,
            operation_kind: reply::kind_name(operation.kind),
            operation_name: operation.prepared.operation().name.as_ref().map(ToString::to_string),
            claims: user.claims().cloned(),
        };
        RequestHeaders::new(policy, &self.headers, facts).map(Some)
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
