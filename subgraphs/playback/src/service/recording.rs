//! `recordPlaybackEvents`: what happens in a session (S0-LOG-1, domain 3.5).

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use kit_database::{Transaction, in_transaction};
use kit_ids::{PlaybackSessionId, UserId};
use kit_service::Call;

use super::crediting::credit;
use super::{Deck, ServiceError, ServiceResult};
use crate::domain::{Batch, EndReason, PlaybackEvent, Progress, Session};
use crate::store::{events, playables, progress, sessions};

/// What a batch has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recorded {
    /// Events that were not known before.
    pub(crate) accepted: usize,
    pub(crate) last_seq: i64,
    /// Numbers missing below it.
    pub(crate) gaps: i64,
    /// How far the viewer is in what is played; nothing while nothing has happened.
    pub(crate) progress: Option<Progress>,
}

impl Deck {
    /// Takes the events of a session of the viewer, all or none. Those that are known already change nothing.
    pub(crate) async fn record(
        &self,
        id: PlaybackSessionId,
        events: Vec<PlaybackEvent>,
        call: &Call,
    ) -> ServiceResult<Recorded> {
        let user = call.viewer.require_user()?.id;
        let batch = Batch::new(events)?;
        in_transaction!(self.database, |transaction| { self.take(transaction, user, id, &batch, call).await })
    }

    async fn take(
        &self,
        transaction: &mut Transaction,
        user: UserId,
        id: PlaybackSessionId,
        batch: &Batch,
        call: &Call,
    ) -> ServiceResult<Recorded> {
        let now = self.clock.now();
        let mut session = own(transaction, user, id).await?;
        let late: Vec<i64> = batch.numbers().filter(|seq| *seq <= session.last_seq()).collect();
        let known = match late.is_empty() {
            true => HashSet::new(),
            false => events::known(&mut *transaction, id, late).await?,
        };
        let length = playables::length(&mut *transaction, session.playable).await?;
        let fresh = batch.fresh(&known, length, now);
        refuse_ended(&session, batch, &fresh)?;
        let progress = match fresh.is_empty() {
            true => progress::of_user_in(&mut *transaction, user, &[session.playable]).await?.pop(),
            false => {
                let progress = credit(transaction, &mut session, &fresh, length, now, &call.origin).await?;
                self.tell_of(transaction, &session, &progress);
                Some(progress)
            }
        };
        Ok(Recorded { accepted: fresh.len(), last_seq: session.last_seq(), gaps: session.gaps(), progress })
    }
}

/// The session, locked, when it is this person's.
pub(super) async fn own(transaction: &mut Transaction, user: UserId, id: PlaybackSessionId) -> ServiceResult<Session> {
    let found = sessions::lock(transaction, id).await?.filter(|session| session.user_id == user);
    found.ok_or(ServiceError::NotFound { field: "sessionId" })
}

/// A session that has ended takes nothing more; a batch that it has taken before is answered again.
fn refuse_ended(session: &Session, batch: &Batch, fresh: &[PlaybackEvent]) -> ServiceResult<()> {
    match session.end {
        Some((_, EndReason::Displaced)) => Err(ServiceError::Displaced),
        Some(_) if batch.is_empty() || !fresh.is_empty() => Err(ServiceError::SessionEnded),
        _ => Ok(()),
    }
}
