//! A subgraph that runs.

use std::io;
use std::sync::Arc;

use async_graphql::{Request, Response};
use axum::Router;
use kit_demonstration::{DemonstrationError, Outcome, Progress, Seeder, World};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, watch};

use crate::background::{Background, Quiet, Work};
use crate::http::{PatientListener, Shared, router};
use crate::limits::{DRAIN_TIME_MAX, READER_PAUSE_MAX};
use crate::worker::run_once;
use crate::{Call, ServiceContext, Subgraph, Worker};

/// A subgraph that runs. Stop it with [`RunningSubgraph::stop`] before it is dropped; a drop cuts its tasks off.
pub struct RunningSubgraph {
    subgraph: Subgraph,
    shared: Arc<Shared>,
    router: Router,
    work: Mutex<Work>,
    workers: Vec<Arc<dyn Worker>>,
    seeder: Option<Arc<dyn Seeder>>,
    stopping: watch::Sender<bool>,
}

impl RunningSubgraph {
    pub(crate) fn new(
        subgraph: Subgraph,
        shared: Arc<Shared>,
        (rest, streams): (Router, Router),
        quiet: Quiet,
        workers: Vec<Arc<dyn Worker>>,
        seeder: Option<Arc<dyn Seeder>>,
    ) -> Self {
        let (router, work) = (router(&shared, rest, streams), Mutex::new(Work::Quiet(quiet)));
        Self { subgraph, shared, router, work, workers, seeder, stopping: watch::Sender::new(false) }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.subgraph.name
    }

    /// Everything that it answers, for a transport in the same process.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// What it was built from; for tests and the command.
    #[must_use]
    pub fn context(&self) -> &ServiceContext {
        self.shared.context()
    }

    /// Begins to publish, to hear, and to work. A second call does nothing, nor does one after the stop.
    pub async fn begin(&self) {
        let mut work = self.work.lock().await;
        *work = match std::mem::replace(&mut *work, Work::Stopped) {
            Work::Quiet(quiet) => Work::Begun(Background::start(self.context(), quiet, &self.workers)),
            begun_or_stopped => begun_or_stopped,
        };
    }

    /// Answers on a listener until [`RunningSubgraph::stop`].
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(&self, listener: TcpListener) -> io::Result<()> {
        let serving = axum::serve(PatientListener::new(listener, READER_PAUSE_MAX), self.router());
        let serving = serving.with_graceful_shutdown(until_true(self.stopping.subscribe())).into_future();
        let stopping = self.stopping.subscribe();
        let given_up = async {
            until_true(stopping).await;
            tokio::time::sleep(DRAIN_TIME_MAX).await;
        };
        tokio::select! {
            served = serving => served,
            () = given_up => Ok(()),
        }
    }

    /// Runs an operation as the graph does for a request that has been verified: for tests of resolvers.
    pub async fn execute(&self, request: impl Into<Request>, call: Call) -> Response {
        self.shared.execute(request.into(), call).await
    }

    /// Runs each worker once, at the time of the clock that was given: for tests that move the clock.
    pub async fn work(&self) {
        for worker in &self.workers {
            run_once(&**worker, self.name(), self.context().clock.now()).await;
        }
    }

    /// Writes its share of the demonstration data, unless it is there already; nothing when it has none.
    ///
    /// What it had heard too early, of people and things that have come into being only now, it is told once more: in which
    /// order subgraphs are seeded does not matter.
    ///
    /// # Errors
    /// [`DemonstrationError`] when the database holds something else, or fails.
    pub async fn seed(&self, world: &World, progress: &Progress) -> Result<Option<Outcome>, DemonstrationError> {
        let Some(seeder) = &self.seeder else { return Ok(None) };
        let outcome = kit_demonstration::seed(&**seeder, world, &self.context().database, progress).await?;
        if matches!(outcome, Outcome::Seeded(_)) {
            let replayed = self.shared.event_operations().replay_all().await;
            replayed
                .map_err(|source| DemonstrationError::Database { action: "replay dead letters".to_owned(), source })?;
        }
        Ok(Some(outcome))
    }

    /// Stops: new requests are refused, running ones finish, then relay and consumers, then the database closes.
    ///
    /// Each step has its time ([`crate::limits`]). A second call does nothing.
    pub async fn stop(&self) {
        let work = std::mem::replace(&mut *self.work.lock().await, Work::Stopped);
        if matches!(work, Work::Stopped) {
            return;
        }
        self.stopping.send_replace(true);
        if !self.shared.drain(DRAIN_TIME_MAX).await {
            tracing::warn!(subgraph = self.name(), "requests did not finish in time and are cut off");
        }
        if let Work::Begun(background) = work {
            background.stop(self.name()).await;
        }
        self.context().database.close().await;
        tracing::info!(subgraph = self.name(), "stopped");
    }
}

impl std::fmt::Debug for RunningSubgraph {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("RunningSubgraph").field("name", &self.name()).finish_non_exhaustive()
    }
}

async fn until_true(mut signal: watch::Receiver<bool>) {
    // An error means that the subgraph was dropped, which is an end, too.
    let _ = signal.wait_for(|is_true| *is_true).await;
}
