//! A mutation that is sent twice takes effect once (P7).
//!
//! A client that gives an `idempotencyKey` gets the stored payload when it sends the same mutation again within a day,
//! and a conflict when it sends another input under the same key. The claim is a row that is inserted in the transaction
//! of the effect itself: of two that arrive together the second one waits for the first one's outcome, on both engines.
//!
//! ```
//! # use kit_database::{Database, in_transaction};
//! # use kit_database::idempotency::{Claim, IdempotencyError, IdempotencyKey, claim};
//! # async fn example(database: &Database, input: &str, key: Option<&str>, now: i64) -> Result<String, IdempotencyError> {
//! let key = IdempotencyKey::of_call("ann", key, "donate", &input)?;
//! in_transaction!(database, |transaction| {
//!     let ticket = match claim::<String>(transaction, key.as_ref(), now).await? {
//!         Claim::First(ticket) => ticket,
//!         Claim::Repeated(payload) => return Ok(payload),
//!     };
//!     let payload = "what the mutation answers".to_owned();
//!     ticket.store(transaction, &payload).await?;
//!     Ok(payload)
//! })
//! # }
//! ```
//!
//! A mutation that fails rolls back, and its claim with it, so that it can be tried again under the same key. So it can
//! when it commits without a payload. A client that gives no key is always the first.

use std::fmt::Display;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::{Database, DatabaseError, Transaction};

/// How long a payload is kept: 24 hours, in microseconds.
pub const LIFETIME_US: i64 = 24 * 60 * 60 * 1_000_000;
/// Longest key that a client may choose. Twice a UUID and more.
pub const KEY_LENGTH_MAX: usize = 128;

const CLAIM: &str = "INSERT INTO idempotency (viewer, client_key, input_hash, expires_at) VALUES (?, ?, ?, ?)";
const READ: &str = "SELECT input_hash, payload, expires_at FROM idempotency WHERE viewer = ? AND client_key = ?";
const RENEW: &str =
    "UPDATE idempotency SET input_hash = ?, payload = NULL, expires_at = ? WHERE viewer = ? AND client_key = ?";
const STORE: &str = "UPDATE idempotency SET payload = ? WHERE viewer = ? AND client_key = ?";
const PURGE: &str = "DELETE FROM idempotency WHERE expires_at < ?";

/// Why a call under a key cannot be carried out.
#[derive(Debug, Error)]
pub enum IdempotencyError {
    /// The client's key is empty or too long: bad input.
    #[error("the idempotency key must have 1 to {KEY_LENGTH_MAX} bytes")]
    Length,
    /// Another input under the same key: `IDEMPOTENCY_CONFLICT`.
    #[error("the idempotency key was used for another request; choose a new one")]
    Conflict,
    /// The database failed, or a payload is no JSON of the expected type.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// What makes a repetition recognisable: who sends what under which key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    viewer: String,
    client_key: String,
    input_hash: [u8; 32],
}

impl IdempotencyKey {
    /// The key of one call: `viewer` is the caller's id, `client_key` what it chose, `mutation` and `input` what it asks.
    /// Nothing when the client chose none.
    ///
    /// # Errors
    /// [`IdempotencyError::Length`], or [`DatabaseError::Payload`] when the input cannot be written as JSON.
    pub fn of_call(
        viewer: impl Display,
        client_key: Option<&str>,
        mutation: &str,
        input: &impl Serialize,
    ) -> Result<Option<Self>, IdempotencyError> {
        let Some(client_key) = client_key else { return Ok(None) };
        if client_key.is_empty() || client_key.len() > KEY_LENGTH_MAX {
            return Err(IdempotencyError::Length);
        }
        let mut hash = Sha256::new();
        hash.update(mutation.as_bytes());
        hash.update([0]);
        hash.update(serde_json::to_vec(input).map_err(DatabaseError::from)?);
        Ok(Some(Self {
            viewer: viewer.to_string(),
            client_key: client_key.to_owned(),
            input_hash: hash.finalize().into(),
        }))
    }
}

/// What a call under a key turns out to be.
#[derive(Debug)]
pub enum Claim<T> {
    /// The first one: take effect, then store the payload in the same transaction.
    First(Ticket),
    /// The same again: answer with the payload of the first one.
    Repeated(T),
}

/// The right to store the payload, under the key that was claimed; without a key there is nothing to store.
#[derive(Debug)]
#[must_use = "without a stored payload the next call under the same key takes effect again"]
pub struct Ticket(Option<IdempotencyKey>);

impl Ticket {
    /// Stores what the mutation answers, for its repetitions.
    ///
    /// # Errors
    /// As the engine reports it, or [`DatabaseError::Payload`].
    pub async fn store(self, transaction: &mut Transaction, payload: &impl Serialize) -> Result<(), DatabaseError> {
        let Some(key) = self.0 else { return Ok(()) };
        let payload = serde_json::to_string(payload)?;
        transaction.query(STORE).bind(payload).bind(key.viewer).bind(key.client_key).execute().await?;
        Ok(())
    }
}

/// Claims the key for this transaction, or finds what was answered before. `now` is in UTC microseconds.
///
/// # Errors
/// [`IdempotencyError::Conflict`], as the engine reports it, or [`DatabaseError::Payload`] when the stored payload is no
/// `T`.
pub async fn claim<T: DeserializeOwned>(
    transaction: &mut Transaction,
    key: Option<&IdempotencyKey>,
    now: i64,
) -> Result<Claim<T>, IdempotencyError> {
    let ticket = Ticket(key.cloned());
    let Some(key) = key else { return Ok(Claim::First(ticket)) };
    let expires_at = now + LIFETIME_US;
    let inserted = transaction
        .query(CLAIM)
        .bind(&key.viewer)
        .bind(&key.client_key)
        .bind(key.input_hash)
        .bind(expires_at)
        .execute()
        .await;
    match inserted {
        Ok(_) => return Ok(Claim::First(ticket)),
        Err(DatabaseError::Unique { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let row = transaction.query(READ).bind(&key.viewer).bind(&key.client_key).locking().fetch_one().await?;
    let payload: Option<String> = row.get("payload")?;
    let alive = row.get::<i64>("expires_at")? > now;
    match payload {
        Some(_) if alive && row.get::<[u8; 32]>("input_hash")? != key.input_hash => Err(IdempotencyError::Conflict),
        Some(payload) if alive => Ok(Claim::Repeated(serde_json::from_str(&payload).map_err(DatabaseError::from)?)),
        // Expired, or claimed by a transaction that committed without a payload.
        _ => {
            let renew = transaction.query(RENEW).bind(key.input_hash).bind(expires_at);
            renew.bind(&key.viewer).bind(&key.client_key).execute().await?;
            Ok(Claim::First(ticket))
        }
    }
}

/// Deletes what has expired and returns how much it was. For a timer of the service.
///
/// # Errors
/// As the engine reports it.
pub async fn purge_expired(database: &Database, now: i64) -> Result<u64, DatabaseError> {
    Ok(database.query(PURGE).bind(now).execute().await?.rows)
}
