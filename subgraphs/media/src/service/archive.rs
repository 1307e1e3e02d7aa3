//! What every use case needs.

use std::sync::Arc;

use kit_database::idempotency::{Claim, IdempotencyKey, Ticket, claim};
use kit_database::{Database, Transaction};
use kit_ids::{Clock, IdGenerator, UploadId, UserId};
use kit_service::Neighbour;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::tickets::Tickets;
use super::{Paces, ServiceError, ServiceResult};
use crate::scanner::Scanner;
use crate::storage::Storage;

/// Tables, bytes and tickets. Clones share them.
#[derive(Clone)]
pub(crate) struct Archive {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: IdGenerator,
    pub(crate) storage: Storage,
    pub(crate) tickets: Arc<Tickets>,
    /// How often each person may ask.
    pub(crate) paces: Arc<Paces>,
    /// Looks at files before anybody may fetch them; none when nobody does.
    pub(crate) scanner: Option<Arc<Scanner>>,
    /// Asked while the projection does not know of an entitlement.
    pub(crate) enrollment: Neighbour,
}

/// What a key turns out to be; a request without one is always the first.
pub(super) enum Claimed<Id> {
    First(Option<Ticket>),
    Repeated(Id),
}

impl Archive {
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

    /// Claims a key, so that of several requests under it one takes effect.
    pub(super) async fn claimed<Id: DeserializeOwned + Serialize>(
        &self,
        transaction: &mut Transaction,
        key: Option<&IdempotencyKey>,
    ) -> ServiceResult<Claimed<Id>> {
        let Some(key) = key else { return Ok(Claimed::First(None)) };
        match claim(transaction, key, self.clock.now()).await? {
            Claim::First(ticket) => Ok(Claimed::First(Some(ticket))),
            Claim::Repeated(id) => Ok(Claimed::Repeated(id)),
            Claim::Conflict => Err(ServiceError::IdempotencyConflict),
        }
    }

    /// A key under which nobody else writes: of the file's own, and of this try.
    pub(super) fn new_object_key(&self, storage_key: &str) -> String {
        let attempt: UploadId = self.ids.mint();
        format!("{storage_key}.{attempt}")
    }
}
