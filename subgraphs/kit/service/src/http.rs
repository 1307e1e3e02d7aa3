//! The HTTP face of a subgraph.

mod contain;
mod description;
mod execution;
mod frame;
mod graphql;
mod health;
mod operations;
mod patience;
mod problem;
mod rest;
mod subscription;
mod written;

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Request, Response};
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use kit_graph::finish_errors;
use kit_viewer::RequestVerifier;
use telemetry::viewer::ViewerKey;
use tokio::sync::{Semaphore, watch};
use tracing::Instrument;

use crate::limits::{REQUESTS_MAX, STREAMS_MAX, SUBSCRIPTIONS_MAX};
use crate::measures::RequestMeasures;
use crate::subgraph::Graph;
use crate::{Call, EventOperations, ServiceContext};

pub use description::description;
pub(crate) use patience::PatientListener;
pub use problem::Problem;

/// Where the graph answers.
pub const GRAPHQL_PATH: &str = "/graphql";

/// What all requests of a subgraph share.
pub(crate) struct Shared {
    context: ServiceContext,
    verifier: RequestVerifier,
    graph: Arc<dyn Graph>,
    operations: EventOperations,
    viewers: Arc<ViewerKey>,
    measures: RequestMeasures,
    running: Semaphore,
    streaming: Semaphore,
    subscriptions: Arc<Semaphore>,
    stopping: watch::Sender<bool>,
}

impl Shared {
    pub(crate) fn new(
        context: ServiceContext,
        verifier: RequestVerifier,
        graph: Arc<dyn Graph>,
        operations: EventOperations,
    ) -> Arc<Self> {
        let running = Semaphore::new(REQUESTS_MAX);
        let streaming = Semaphore::new(STREAMS_MAX);
        let subscriptions = Arc::new(Semaphore::new(SUBSCRIPTIONS_MAX));
        let (stopping, measures) = (watch::Sender::new(false), RequestMeasures::new(context.name));
        let viewers = Arc::new(ViewerKey::derive(context.keys.current().expose()));
        Arc::new(Self {
            context,
            verifier,
            graph,
            operations,
            viewers,
            measures,
            running,
            streaming,
            subscriptions,
            stopping,
        })
    }

    pub(crate) fn context(&self) -> &ServiceContext {
        &self.context
    }

    pub(crate) const fn event_operations(&self) -> &EventOperations {
        &self.operations
    }

    pub(crate) async fn execute(&self, mut request: Request, call: Call) -> Response {
        let trace_id = call.trace_id().map(str::to_owned);
        let span = execution::span(&mut request);
        let mut response = self.graph.execute(request, call).instrument(span.clone()).await;
        span.in_scope(|| finish_errors(&mut response, self.context.name, trace_id.as_deref()));
        execution::answered(&span, &response);
        response
    }

    /// The responses to a subscription, one for each event.
    pub(crate) fn subscribe(&self, request: Request, call: Call) -> BoxStream<'static, Response> {
        let trace_id = call.trace_id().map(str::to_owned);
        let subgraph = self.context.name;
        let responses = self.graph.subscribe(request, call).map(move |mut response| {
            finish_errors(&mut response, subgraph, trace_id.as_deref());
            response
        });
        responses.boxed()
    }

    /// Refuses new requests and waits for the running ones. False when they take longer.
    pub(crate) async fn drain(&self, time_max: Duration) -> bool {
        self.stopping.send_replace(true);
        let all = async {
            close_when_free(&self.running, REQUESTS_MAX).await;
            close_when_free(&self.streaming, STREAMS_MAX).await;
        };
        tokio::time::timeout(time_max, all).await.is_ok()
    }

    fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }
}

async fn close_when_free(places: &Semaphore, all: usize) {
    let all = u32::try_from(all).expect("invariant: the limits are small");
    let taken = places.acquire_many(all).await;
    places.close();
    drop(taken);
}

/// All that a subgraph answers.
pub(crate) fn router(shared: &Arc<Shared>, rest: Router, streams: Router) -> Router {
    let rest = rest.merge(operations::routes(&shared.operations));
    let rest = rest.layer(from_fn_with_state(Arc::clone(shared), rest::admit));
    let streams = streams.layer(from_fn(rest::admit_stream));
    let streams = streams.layer(from_fn_with_state(Arc::clone(shared), contain::contain_stream));
    let answers = Router::new()
        .route(GRAPHQL_PATH, post(graphql::answer))
        .with_state(Arc::clone(shared))
        .merge(rest)
        .fallback(problem::not_found)
        .layer(from_fn_with_state(Arc::clone(shared), contain::contain));
    // Health is asked when everything else is in trouble, so it passes through nothing.
    Router::new()
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(health::metrics))
        .with_state(Arc::clone(shared))
        .merge(streams)
        .merge(answers)
}
