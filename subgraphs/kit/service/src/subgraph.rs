//! What a subgraph says about itself, and what it offers when it runs.

use std::sync::Arc;

use async_graphql::{ObjectType, Request, Response, Schema, SubscriptionType};
use async_trait::async_trait;
use axum::Router;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use kit_database::Migrations;
use kit_demonstration::Seeder;
use kit_events::Consumer;
use kit_graph::{Loaders, execute, execute_stream};

use crate::{Call, ServiceContext, Worker};

/// Why a subgraph could not be built: something in its own options or data.
pub type BuildError = Box<dyn std::error::Error + Send + Sync>;

/// A subgraph, described in one value.
///
/// ```ignore
/// pub const SUBGRAPH: Subgraph = Subgraph {
///     name: "learning",
///     migrations: kit_database::migrations!("learning", ["0001_catalogue"]),
///     sdl: graph::sdl,
///     build: |context| Box::pin(build(context)),
/// };
/// ```
#[derive(Clone, Copy)]
pub struct Subgraph {
    /// Its name: of its folder, its database, its events and in signatures.
    pub name: &'static str,
    /// Its tables.
    pub migrations: Migrations,
    /// Its schema, for composition; needs no database.
    pub sdl: fn() -> String,
    /// Makes it ready to answer. The database is open and migrated then.
    pub build: fn(ServiceContext) -> BoxFuture<'static, Result<Offer, BuildError>>,
}

impl std::fmt::Debug for Subgraph {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Subgraph").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What a running subgraph offers.
pub struct Offer {
    pub(crate) graph: Arc<dyn Graph>,
    pub(crate) rest: Router,
    pub(crate) streams: Router,
    pub(crate) consumers: Vec<Arc<dyn Consumer>>,
    pub(crate) workers: Vec<Arc<dyn Worker>>,
    pub(crate) seeder: Option<Arc<dyn Seeder>>,
}

impl Offer {
    /// A graph. `loaders` makes the loaders of each request.
    pub fn new<Query, Mutation, Subscription>(
        schema: Schema<Query, Mutation, Subscription>,
        loaders: impl Fn() -> Loaders + Send + Sync + 'static,
    ) -> Self
    where
        Query: ObjectType + 'static,
        Mutation: ObjectType + 'static,
        Subscription: SubscriptionType + 'static,
    {
        let graph = SchemaWithLoaders { schema, loaders };
        let (rest, streams) = (Router::new(), Router::new());
        Self { graph: Arc::new(graph), rest, streams, consumers: Vec::new(), workers: Vec::new(), seeder: None }
    }

    /// With these REST routes, whole paths. A handler finds its `Extension<Call>`, with the viewer when it was signed.
    #[must_use]
    pub fn with_rest(mut self, routes: Router) -> Self {
        self.rest = self.rest.merge(routes);
        self
    }

    /// With these routes for bodies of any length, whole paths. Such a request is never signed: its path must carry its own
    /// proof of what it may do. Handlers bound sizes and pauses themselves; `Extension<Call>` is anonymous.
    #[must_use]
    pub fn with_streams(mut self, routes: Router) -> Self {
        self.streams = self.streams.merge(routes);
        self
    }

    /// With this consumer of events.
    #[must_use]
    pub fn with_consumer(mut self, consumer: impl Consumer) -> Self {
        self.consumers.push(Arc::new(consumer));
        self
    }

    /// With this worker.
    #[must_use]
    pub fn with_worker(mut self, worker: impl Worker) -> Self {
        self.workers.push(Arc::new(worker));
        self
    }

    /// With this share of the demonstration data.
    #[must_use]
    pub fn with_seeder(mut self, seeder: impl Seeder + 'static) -> Self {
        self.seeder = Some(Arc::new(seeder));
        self
    }
}

/// A schema of any type, with its loaders.
#[async_trait]
pub(crate) trait Graph: Send + Sync {
    async fn execute(&self, request: Request, call: Call) -> Response;
    fn subscribe(&self, request: Request, call: Call) -> BoxStream<'static, Response>;
}

struct SchemaWithLoaders<Query, Mutation, Subscription, L> {
    schema: Schema<Query, Mutation, Subscription>,
    loaders: L,
}

#[async_trait]
impl<Query, Mutation, Subscription, L> Graph for SchemaWithLoaders<Query, Mutation, Subscription, L>
where
    Query: ObjectType + 'static,
    Mutation: ObjectType + 'static,
    Subscription: SubscriptionType + 'static,
    L: Fn() -> Loaders + Send + Sync,
{
    async fn execute(&self, request: Request, call: Call) -> Response {
        let viewer = call.viewer.clone();
        execute(&self.schema, request.data(call), viewer, (self.loaders)()).await
    }

    fn subscribe(&self, request: Request, call: Call) -> BoxStream<'static, Response> {
        let viewer = call.viewer.clone();
        execute_stream(&self.schema, request.data(call), viewer, (self.loaders)())
    }
}
