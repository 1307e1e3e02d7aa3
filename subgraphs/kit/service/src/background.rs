//! What a subgraph does beside answering: publishing, hearing, tidying up.

use std::sync::Arc;

use kit_database::{Database, idempotency};
use kit_events::{Consumer, ConsumerRunner, EventLog, Relay, housekeeping};
use kit_ids::Clock;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::ServiceContext;
use crate::limits::{HOUSEKEEPING_INTERVAL, STOP_TIME_MAX};

/// The tasks of one subgraph.
pub(crate) struct Background {
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Background {
    pub(crate) fn start(context: &ServiceContext, log: &Arc<dyn EventLog>, consumers: Vec<Arc<dyn Consumer>>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let database = &context.database;
        tasks.spawn(Relay::new(database.clone(), Arc::clone(log)).run(stopped.clone()));
        for consumer in consumers {
            let runner = ConsumerRunner::new(consumer, database.clone(), Arc::clone(log));
            tasks.spawn(runner.run(stopped.clone()));
        }
        tasks.spawn(keep_house(database.clone(), Arc::clone(&context.clock), stopped));
        Self { tasks, stop }
    }

    /// Lets each task finish what it is at; those that take too long are cut off, which loses nothing (P13).
    pub(crate) async fn stop(mut self, subgraph: &str) {
        self.stop.send_replace(true);
        let finished = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_TIME_MAX, finished).await.is_err() {
            tracing::warn!(subgraph, "relay or consumers did not stop in time and were cut off");
            self.tasks.shutdown().await;
        }
    }
}

async fn keep_house(database: Database, clock: Arc<dyn Clock>, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow_and_update() {
        let now = clock.now();
        let purged = async {
            let expired = idempotency::purge_expired(&database, now).await?;
            Ok::<u64, kit_database::DatabaseError>(expired + housekeeping::purge(&database, now).await?)
        };
        match purged.await {
            Ok(rows) => tracing::debug!(subgraph = database.subgraph(), rows, "removed what has expired"),
            Err(error) => tracing::warn!(%error, subgraph = database.subgraph(), "housekeeping failed; trying later"),
        }
        tokio::select! {
            () = tokio::time::sleep(HOUSEKEEPING_INTERVAL) => {}
            changed = stopped.changed() => if changed.is_err() { return },
        }
    }
}
