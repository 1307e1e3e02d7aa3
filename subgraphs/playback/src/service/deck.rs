//! What every use case works with.

use std::sync::Arc;

use kit_database::idempotency::{Claim, IdempotencyKey, Ticket, claim};
use kit_database::{Database, Transaction};
use kit_ids::{Clock, IdGenerator, PlaybackSessionId, UserId};
use kit_live::LiveFeed;
use serde::Serialize;

use super::entitlement::EntitlementPort;
use super::{ServiceError, ServiceResult};

/// What every use case works with. Clones share everything.
#[derive(Clone)]
pub(crate) struct Deck {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: IdGenerator,
    pub(crate) entitlements: Arc<dyn EntitlementPort>,
    pub(crate) live: LiveFeed,
}

/// What a key turns out to be; a request without one is always the first.
pub(super) enum Claimed {
    First(Option<Ticket>),
    Repeated(PlaybackSessionId),
}

impl Deck {
    /// The key of a mutation, when its client sent one.
    pub(super) fn key(
        user: UserId,
        client_key: Option<&str>,
        mutation: &str,
        input: &impl Serialize,
    ) -> ServiceResult<Option<IdempotencyKey>> {
        let Some(client_key) = client_key else { return Ok(None) };
        let key = IdempotencyKey::new(&user.to_string(), client_key, mutation, input)?;
        key.map(Some).ok_or(ServiceError::Invalid("the idempotency key must have 1 to 128 bytes"))
    }

    /// Claims a key, so that of several requests under it one takes effect. A claim that commits without an answer is
    /// none: the next one is the first again.
    pub(super) async fn claimed(
        &self,
        transaction: &mut Transaction,
        key: Option<&IdempotencyKey>,
    ) -> ServiceResult<Claimed> {
        let Some(key) = key else { return Ok(Claimed::First(None)) };
        match claim(transaction, key, self.clock.now()).await? {
            Claim::First(ticket) => Ok(Claimed::First(Some(ticket))),
            Claim::Repeated(id) => Ok(Claimed::Repeated(id)),
            Claim::Conflict => Err(ServiceError::IdempotencyConflict),
        }
    }
}
