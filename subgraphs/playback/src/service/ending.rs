//! Ending sessions: `endPlayback`, and what every end brings about (S0-PLAY-1, domain 3.5).

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use kit_database::{DatabaseError, Transaction, in_transaction};
use kit_events::{Origin, outbox};
use kit_ids::{PlaybackSessionId, UserId};
use kit_service::Call;

use super::crediting::credit;
use super::recording::own;
use super::{Deck, ServiceError, ServiceResult};
use crate::domain::{Batch, EndReason, EventKind, PlaybackEvent, Session, bucket_at};
use crate::events;
use crate::store::{playables, progress, retention, sessions};

impl Deck {
    /// Ends a session of the viewer, as a `STOP` event does. One that has ended is answered as it is.
    pub(crate) async fn end(
        &self,
        id: PlaybackSessionId,
        position_ms: Option<i64>,
        call: &Call,
    ) -> ServiceResult<Session> {
        let user = call.viewer.require_user()?.id;
        in_transaction!(self.database, |transaction| {
            let now = self.clock.now();
            let mut session = own(transaction, user, id).await?;
            if session.end.is_some() {
                return Ok(session);
            }
            if position_ms.is_none() && session.last.is_none() {
                // Nothing was played.
                end(transaction, &mut session, EndReason::Stopped, now, &call.origin).await?;
                return Ok(session);
            }
            let stop = PlaybackEvent {
                seq: session.last_seq() + 1,
                kind: EventKind::Stop,
                position_ms: position_ms.unwrap_or(session.position_ms),
                at: now,
                detail: None,
            };
            let length = playables::length(&mut *transaction, session.playable).await?;
            let stop = Batch::new(vec![stop])?.fresh(&HashSet::new(), length, now);
            let progress = credit(transaction, &mut session, &stop, length, now, &call.origin).await?;
            self.tell_of(transaction, &session, &progress);
            Ok::<Session, ServiceError>(session)
        })
    }
}

/// Ends a locked session that lasts. One that was idle ended when something was last heard of it.
pub(super) async fn end(
    transaction: &mut Transaction,
    session: &mut Session,
    reason: EndReason,
    now: i64,
    origin: &Origin,
) -> Result<(), DatabaseError> {
    let at = if reason == EndReason::Idle { session.last_activity_at } else { now.max(session.started_at) };
    sessions::end(transaction, session.id, at, reason).await?;
    session.end = Some((at, reason));
    session.live_slot = None;
    if session.last.is_some() {
        note_leaving(transaction, session).await?;
    }
    outbox::append(transaction, origin, events::session_ended(session, reason, now)).await.map(drop)
}

/// Ends all sessions of a person that last.
pub(crate) async fn end_all(
    transaction: &mut Transaction,
    user: UserId,
    now: i64,
    origin: &Origin,
) -> Result<(), DatabaseError> {
    for mut session in sessions::lock_live(transaction, user).await? {
        end(transaction, &mut session, EndReason::Stopped, now, origin).await?;
    }
    Ok(())
}

/// Counts where the person left; each person counts where they left last.
async fn note_leaving(transaction: &mut Transaction, session: &Session) -> Result<(), DatabaseError> {
    let (user, playable) = (session.user_id, session.playable);
    let length = playables::length(&mut *transaction, playable).await?;
    let Some(bucket) = bucket_at(session.position_ms, length) else { return Ok(()) };
    let Some(record) = progress::lock(transaction, user, playable).await? else { return Ok(()) };
    if record.left_bucket != Some(bucket) {
        progress::leave(transaction, user, playable, bucket).await?;
        retention::move_drop_off(transaction, playable, record.left_bucket, bucket).await?;
    }
    Ok(())
}
