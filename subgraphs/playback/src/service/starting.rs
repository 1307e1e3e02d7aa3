//! `startPlayback`: beginning a session (S0-PLAY-1, domain 3.5).

#[cfg(test)]
mod tests;

use kit_database::idempotency::{Claim, IdempotencyKey, claim};
use kit_database::{DatabaseError, Transaction, in_transaction};
use kit_events::{Origin, outbox};
use kit_ids::{PlayableId, PlaybackSessionId, UserId};
use kit_service::Call;

use super::ending::end;
use super::{Deck, ServiceError, ServiceResult};
use crate::domain::{EndReason, Session, cut, free_slot};
use crate::events;
use crate::store::{progress, sessions};

/// Letters that are kept of what is played on.
const DEVICE_LETTERS_MAX: usize = 120;

/// What `startPlayback` needs.
#[derive(Debug, Clone)]
pub(crate) struct StartRequest {
    pub(crate) playable: PlayableId,
    pub(crate) ticket: Option<String>,
    pub(crate) device: Option<String>,
    pub(crate) idempotency_key: Option<String>,
}

impl Deck {
    /// Begins a session of the viewer; of more than three at a time the oldest ends. A repetition under the same key
    /// answers the first session; refusals are not kept.
    pub(crate) async fn start(&self, request: &StartRequest, call: &Call) -> ServiceResult<Session> {
        let user = call.viewer.require_user()?.id;
        let input = (request.playable, &request.ticket, &request.device);
        let key = IdempotencyKey::of_call(user, request.idempotency_key.as_deref(), "startPlayback", &input)?;
        // Whoever knows entitlements is asked outside of any transaction, and not again for a repetition.
        if key.is_some() {
            // A claim that commits without an answer is none: the next one is the first again.
            let before = in_transaction!(self.database, |transaction| {
                claim(transaction, key.as_ref(), self.clock.now()).await
            });
            if let Claim::Repeated(id) = before? {
                return self.known(id).await;
            }
        }
        if !self.entitlements.may_play(call, request.playable, request.ticket.as_deref()).await? {
            return Err(ServiceError::NotEntitled);
        }
        let begun: ServiceResult<_> = in_transaction!(self.database, |transaction| {
            let ticket = match claim(transaction, key.as_ref(), self.clock.now()).await? {
                Claim::First(ticket) => ticket,
                Claim::Repeated(id) => return Ok(Err(id)),
            };
            let session = self.begin(transaction, user, request, &call.origin).await?;
            ticket.store(transaction, &session.id).await?;
            Ok(Ok(session))
        });
        match begun? {
            Ok(session) => Ok(session),
            Err(id) => self.known(id).await,
        }
    }

    async fn begin(
        &self,
        transaction: &mut Transaction,
        user: UserId,
        request: &StartRequest,
        origin: &Origin,
    ) -> Result<Session, DatabaseError> {
        let now = self.clock.now();
        sessions::count_begun(transaction, user).await?;
        let mut live = sessions::lock_live(transaction, user).await?;
        while free_slot(&live).is_none() {
            let mut oldest = live.remove(0);
            end(transaction, &mut oldest, EndReason::Displaced, now, origin).await?;
        }
        let before = progress::of_user_in(&mut *transaction, user, &[request.playable]).await?.pop();
        let session = Session {
            id: self.ids.mint(),
            user_id: user,
            playable: request.playable,
            started_at: now,
            last_activity_at: now,
            end: None,
            live_slot: free_slot(&live),
            position_ms: before.map_or(0, |before| before.position_ms),
            last: None,
            event_count: 0,
            watched_ms: 0,
            view_settled: false,
            device: request.device.as_deref().map(|device| cut(device, DEVICE_LETTERS_MAX)),
        };
        sessions::insert(transaction, &session).await?;
        outbox::append(transaction, origin, events::session_started(&session)).await?;
        Ok(session)
    }

    async fn known(&self, id: PlaybackSessionId) -> ServiceResult<Session> {
        let found = sessions::by_ids(&self.database, &[id]).await?.pop();
        found.ok_or(ServiceError::NotFound { field: "idempotencyKey" })
    }
}
