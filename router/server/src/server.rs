//! A router that is ready to serve.

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::configuration::ListenerSettings;
use crate::health::Health;
use crate::pass_through::PassThrough;
use crate::pipeline::Pipeline;
use crate::{listener, routes, telemetry};

/// A router that is ready to serve. Clones share everything.
#[derive(Debug, Clone)]
pub struct RouterServer {
    pipeline: Arc<Pipeline>,
    pass_through: Vec<Arc<PassThrough>>,
    health: Arc<Health>,
    listeners: ListenerSettings,
}

impl RouterServer {
    pub(crate) fn new(
        pipeline: Pipeline,
        pass_through: Vec<PassThrough>,
        health: Health,
        listeners: ListenerSettings,
    ) -> Self {
        let pass_through = pass_through.into_iter().map(Arc::new).collect();
        Self { pipeline: Arc::new(pipeline), pass_through, health: Arc::new(health), listeners }
    }

    /// What clients may ask for: the graph, the playground, the paths passed through.
    #[must_use]
    pub fn public_router(&self) -> Router {
        routes::public(&self.pipeline, &self.pass_through)
    }

    /// What operators may ask for: health and metrics.
    #[must_use]
    pub fn operations_router(&self) -> Router {
        routes::operations(&self.health, telemetry::install_recorder())
    }

    /// Serves both until `stop` resolves: then the router is no longer ready, accepts nothing new, and lets requests in
    /// flight end within the drain time.
    pub async fn serve(&self, public: TcpListener, operations: TcpListener, stop: impl Future<Output = ()>) {
        let (stopping, stopped) = watch::channel(false);
        let wait = |mut stopped: watch::Receiver<bool>| async move {
            // An error means that the sender is gone, which is an end, too.
            let _ = stopped.wait_for(|stopped| *stopped).await;
        };
        let serve_public = listener::serve(public, self.public_router(), &self.listeners, wait(stopped.clone()));
        let serve_operations = listener::serve(operations, self.operations_router(), &self.listeners, wait(stopped));
        let stop = async {
            stop.await;
            self.health.stop();
            stopping.send_replace(true);
        };
        tokio::join!(serve_public, serve_operations, stop);
    }
}
