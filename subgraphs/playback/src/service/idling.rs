//! Sessions of which nothing is heard any more end by themselves (domain 3.5).

#[cfg(test)]
mod tests;

use std::time::Duration;

use async_trait::async_trait;
use kit_database::{DatabaseError, in_transaction};
use kit_events::Origin;
use kit_ids::PlaybackSessionId;
use kit_service::{WorkError, Worker};

use super::Deck;
use super::ending::end;
use crate::domain::{EndReason, IDLE_US};
use crate::store::sessions;

/// How often it is looked for them.
const INTERVAL: Duration = Duration::from_secs(60);
/// Sessions that are looked at together.
const CHUNK: i64 = 200;
/// Before every id.
const FIRST: PlaybackSessionId = PlaybackSessionId::from_bytes([0; 16]);

/// Ends idle sessions at their last position. Each is locked and looked at again before, so that several replicas end it
/// once, and a session that was heard of meanwhile goes on.
pub(crate) struct Idling {
    pub(crate) deck: Deck,
}

#[async_trait]
impl Worker for Idling {
    fn name(&self) -> &'static str {
        "idling"
    }

    fn interval(&self) -> Duration {
        INTERVAL
    }

    async fn run(&self, now: i64) -> Result<u64, WorkError> {
        let (mut after, mut done) = (FIRST, 0);
        loop {
            let chunk = sessions::idle(&self.deck.database, now - IDLE_US, after, CHUNK).await?;
            let Some(last) = chunk.last() else { return Ok(done) };
            after = last.id;
            for session in chunk {
                done += u64::from(self.end(session.id, now).await?);
            }
        }
    }
}

impl Idling {
    async fn end(&self, id: PlaybackSessionId, now: i64) -> Result<bool, DatabaseError> {
        in_transaction!(self.deck.database, |transaction| {
            let found = sessions::lock(transaction, id).await?.filter(|session| session.is_idle_at(now));
            let Some(mut session) = found else { return Ok(false) };
            let origin = Origin::new(format!("idle-{id}"), None);
            end(transaction, &mut session, EndReason::Idle, now, &origin).await?;
            Ok::<bool, DatabaseError>(true)
        })
    }
}
