//! What a subgraph does beside answering: publishing, hearing, and the work of its workers.

use std::sync::Arc;

use kit_events::{Consumer, ConsumerRunner, EventLog, Relay};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::limits::STOP_TIME_MAX;
use crate::worker::keep_working;
use crate::{ServiceContext, Worker};

/// What a subgraph does beside answering, in its three times.
pub(crate) enum Work {
    /// Nothing yet.
    Quiet(Quiet),
    /// Everything.
    Begun(Background),
    /// Nothing any more.
    Stopped,
}

/// What it takes to begin.
pub(crate) struct Quiet {
    pub(crate) event_log: Arc<dyn EventLog>,
    pub(crate) consumers: Vec<Arc<dyn Consumer>>,
}

/// The tasks of one subgraph.
pub(crate) struct Background {
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Background {
    pub(crate) fn start(context: &ServiceContext, quiet: Quiet, workers: &[Arc<dyn Worker>]) -> Self {
        let Quiet { event_log: log, consumers } = quiet;
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let database = &context.database;
        tasks.spawn(Relay::new(database.clone(), Arc::clone(&log)).run(stopped.clone()));
        for consumer in consumers {
            let runner = ConsumerRunner::new(consumer, database.clone(), Arc::clone(&log));
            tasks.spawn(runner.run(stopped.clone()));
        }
        for worker in workers {
            tasks.spawn(keep_working(Arc::clone(worker), context.name, Arc::clone(&context.clock), stopped.clone()));
        }
        Self { tasks, stop }
    }

    /// Lets each task finish what it is at; those that take too long are cut off, which loses nothing (P13).
    pub(crate) async fn stop(mut self, subgraph: &str) {
        self.stop.send_replace(true);
        let finished = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_TIME_MAX, finished).await.is_err() {
            tracing::warn!(subgraph, "relay, consumers or workers did not stop in time and were cut off");
            self.tasks.shutdown().await;
        }
    }
}
