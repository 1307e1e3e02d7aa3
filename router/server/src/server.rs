//! A router that is ready to serve.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::map_response;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use crate::caching::CacheInvalidation;
use crate::configuration::ListenerSettings;
use crate::endpoint::Endpoint;
use crate::health::Health;
use crate::operators::Operators;
use crate::pass_through::PassThrough;
use crate::persisted::follow;
use crate::pipeline::Pipeline;
use crate::playground::Playground;
use crate::studio::{self, Door};
use crate::{listener, routes, security_headers, telemetry};

/// A router that is ready to serve. Clones share everything.
#[derive(Debug, Clone)]
pub struct RouterServer {
    pipeline: Arc<Pipeline>,
    endpoints: Vec<Arc<Endpoint>>,
    playground: Option<Arc<Playground>>,
    pass_through: Vec<Arc<PassThrough>>,
    health: Arc<Health>,
    operators: Arc<Operators>,
    door: Option<Arc<Door>>,
    listeners: ListenerSettings,
    tls: Option<Arc<ServerConfig>>,
}

impl RouterServer {
    pub(crate) fn new(
        pipeline: Pipeline,
        endpoints: Vec<Arc<Endpoint>>,
        pass_through: Vec<PassThrough>,
        health: Health,
        operators: Operators,
        listeners: ListenerSettings,
        tls: Option<Arc<ServerConfig>>,
    ) -> Self {
        let page_asks = endpoints.first().map(|endpoint| endpoint.path.as_str());
        let page = pipeline.settings.playground.as_ref().zip(page_asks);
        let playground = page.map(|(settings, path)| Arc::new(Playground::new(settings, path)));
        let pass_through = pass_through.into_iter().map(Arc::new).collect();
        let (health, operators) = (Arc::new(health), Arc::new(operators));
        let (pipeline, door) = (Arc::new(pipeline), None);
        Self { pipeline, endpoints, playground, pass_through, health, operators, door, listeners, tls }
    }

    /// With a studio that operators may look at.
    pub(crate) fn with_studio(mut self, parts: studio::Parts) -> Self {
        let door = Door::new(parts, Arc::clone(&self.pipeline.identity), Arc::clone(&self.health));
        self.door = Some(Arc::new(door));
        self
    }

    /// What clients may ask for: the graph, the playground, the paths passed through.
    pub fn public_router(&self) -> Router {
        let routes = routes::public(&self.pipeline, &self.endpoints, self.playground.as_ref(), &self.pass_through);
        if self.tls.is_some() { routes.layer(map_response(security_headers::only_over_tls)) } else { routes }
    }

    /// What operators may ask for: health, metrics, and with a token that may, what the subgraphs know of their events.
    pub fn operations_router(&self) -> Router {
        routes::operations(&self.pipeline, &self.health, &self.operators, self.door.as_ref())
    }

    /// Tells the router what has changed outside of it.
    #[must_use]
    pub fn cache_invalidation(&self) -> CacheInvalidation {
        CacheInvalidation::new(&self.pipeline.caches)
    }

    /// Serves both until `stop` resolves: then the router is no longer ready, accepts nothing new, and lets requests in
    /// flight end within the drain time. Operators are answered to the end of that; then the studio lets go of its store.
    pub async fn serve(&self, public: TcpListener, operations: TcpListener, stop: impl Future<Output = ()>) {
        let (stopping, stop_public) = oneshot::channel();
        let (drained, stop_operations) = oneshot::channel();
        let announce = async {
            stop.await;
            self.health.stop();
            self.pipeline.subscriptions.stop();
            // Both ends live in this function.
            let _ = stopping.send(());
        };
        let serve_public = async {
            let tls = self.tls.clone().map(TlsAcceptor::from);
            listener::serve(public, self.public_router(), &self.listeners, tls, ended(stop_public)).await;
            if let Some(door) = &self.door {
                door.stop();
            }
            let _ = drained.send(());
        };
        let look_interval = Duration::from_millis(self.pipeline.settings.registry.poll_ms);
        let serve_operations = async {
            let watched =
                listener::serve(operations, self.operations_router(), &self.listeners, None, ended(stop_operations));
            tokio::select! {
                () = watched => {}
                () = telemetry::upkeep() => {}
                () = follow(self.pipeline.registry.as_deref(), &self.endpoints, look_interval) => {}
            }
        };
        tokio::join!(serve_public, serve_operations, announce);
        if let Some(door) = &self.door {
            door.studio.close().await;
        }
    }
}

/// Resolves with the signal; its sender's end is one, too.
async fn ended(signal: oneshot::Receiver<()>) {
    let _ = signal.await;
}
