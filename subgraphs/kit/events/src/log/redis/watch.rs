//! Hearing of what others have published, and removing what nobody needs any more.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::PubSub;
use redis::{Client, RedisError};
use tokio::sync::watch::Sender;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::link::Link;
use super::scripts::TRIM;
use super::{ANNOUNCEMENTS, ANSWER_TIME_MAX, SHARDS, SOURCES, stream_of};
use crate::time::now_us;

/// How often the log is looked at although nothing was announced.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// How long events are kept that every group is done with: time enough to look into a problem.
const RETENTION_MS: i64 = 7 * 24 * 60 * 60 * 1_000;
/// How often old events are removed.
const TRIM_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// Tells the runners of this process when there may be something new.
pub(super) struct Watch {
    pub(super) client: Client,
    pub(super) connection: Link,
    pub(super) sources: Arc<Sender<Vec<String>>>,
    pub(super) revisions: Arc<Sender<u64>>,
}

impl Watch {
    /// Runs until it is dropped.
    pub(super) async fn run(mut self) {
        let mut look = interval(LOOK_INTERVAL);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut announcements = None;
        let mut next_trim = Instant::now();
        loop {
            if announcements.is_none() {
                // Who is not answered goes on without: the log is looked at all the same.
                let listening = tokio::time::timeout(ANSWER_TIME_MAX, self.listen()).await;
                announcements = listening.ok().and_then(Result::ok);
            }
            tokio::select! {
                heard = hear(&mut announcements) => if !heard { announcements = None },
                _ = look.tick() => {}
            }
            self.look().await;
            if Instant::now() >= next_trim {
                next_trim = Instant::now() + TRIM_INTERVAL;
                self.trim().await;
            }
        }
    }

    async fn listen(&self) -> Result<PubSub, RedisError> {
        let mut listening = self.client.get_async_pubsub().await?;
        listening.subscribe(ANNOUNCEMENTS).await?;
        Ok(listening)
    }

    async fn look(&mut self) {
        match sources(&mut self.connection).await {
            Ok(found) => {
                self.sources.send_if_modified(|known| {
                    let is_new = *known != found;
                    *known = found;
                    is_new
                });
                self.revisions.send_modify(|revision| *revision += 1);
            }
            Err(error) => tracing::debug!(%error, "the event log cannot be reached; trying again"),
        }
    }

    async fn trim(&mut self) {
        let sources = self.sources.borrow().clone();
        let script = redis::Script::new(TRIM);
        let mut call = script.prepare_invoke();
        for source in &sources {
            for shard in 0..SHARDS {
                call.key(stream_of(source, shard));
            }
        }
        call.arg(now_us() / 1_000 - RETENTION_MS);
        if let Err(error) = call.invoke_async::<u64>(&mut self.connection).await {
            tracing::warn!(%error, "old events cannot be removed; trying again in an hour");
        }
    }
}

/// Waits for an announcement; false when the connection is lost. Without a connection it waits for ever.
async fn hear(announcements: &mut Option<PubSub>) -> bool {
    match announcements {
        Some(listening) => listening.on_message().next().await.is_some(),
        None => std::future::pending().await,
    }
}

/// All subgraphs that have published, in an order that does not change.
pub(super) async fn sources(connection: &mut Link) -> Result<Vec<String>, RedisError> {
    let mut sources: Vec<String> = redis::cmd("SMEMBERS").arg(SOURCES).query_async(connection).await?;
    sources.sort_unstable();
    Ok(sources)
}
