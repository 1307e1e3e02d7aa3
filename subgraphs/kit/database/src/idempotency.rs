//! A mutation that is sent twice takes effect once (P7).
//!
//! A client that gives an `idempotencyKey` gets the stored payload when it sends the same mutation again within a day,
//! and a conflict when it sends another input under the same key. The claim is a row that is inserted in the transaction
//! of the effect itself: of two that arrive together the second one waits for the first one's outcome, on both engines.
//!
//! ```
//! # use kit_database::{Database, DatabaseError, in_transaction, idempotency::{Claim, IdempotencyKey, claim}};
//! # async fn example(database: &Database, key: &IdempotencyKey, now: i64) -> Result<String, DatabaseError> {
//! in_transaction!(database, |transaction| {
//!     let ticket = match claim::<String>(transaction, key, now).await? {
//!         Claim::First(ticket) => ticket,
//!         Claim::Repeated(payload) => return Ok(payload),
//!         Claim::Conflict => return Ok("IDEMPOTENCY_CONFLICT".to_owned()),
//!     };
//!     let payload = "what the mutation answers".to_owned();
//!     ticket.store(transaction, &payload).await?;
//!     Ok(payload)
//! })
//! # }
//! ```
//!
//! A mutation that fails rolls back, and its claim with it, so that it can be tried again under the same key.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

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

/// What makes a repetition recognisable: who sends what under which key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    viewer: String,
    client_key: String,
    input_hash: [u8; 32],
}

impl IdempotencyKey {
    /// The key of one call: `viewer` is the caller's id, `client_key` what it chose, `mutation` and `input` what it asks.
    ///
    /// `None` when the client's key is empty or longer than [`KEY_LENGTH_MAX`] bytes: bad input.
    ///
    /// # Errors
    /// [`DatabaseError::Payload`] when the input cannot be written as JSON.
    pub fn new(
        viewer: &str,
        client_key: &str,
        mutation: &str,
        input: &impl Serialize,
    ) -> Result<Option<Self>, DatabaseError> {
        if client_key.is_empty() || client_key.len() > KEY_LENGTH_MAX {
            return Ok(None);
        }
        let mut hash = Sha256::new();
        hash.update(mutation.as_bytes());
        hash.update([0]);
        hash.update(serde_json::to_vec(input)?);
        Ok(Some(Self {
            viewer: viewer.to_owned(),
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
    /// Another input under the same key: `IDEMPOTENCY_CONFLICT`.
    Conflict,
}

/// The right to store the payload.
#[derive(Debug)]
#[must_use = "without a stored payload the next call under the same key takes effect again"]
pub struct Ticket {
    viewer: String,
    client_key: String,
}

impl Ticket {
    /// Stores what the mutation answers, for its repetitions.
    ///
    /// # Errors
    /// As the engine reports it, or [`DatabaseError::Payload`].
    pub async fn store(self, transaction: &mut Transaction, payload: &impl Serialize) -> Result<(), DatabaseError> {
        let payload = serde_json::to_string(payload)?;
        transaction.query(STORE).bind(payload).bind(self.viewer).bind(self.client_key).execute().await?;
        Ok(())
    }
}

/// Claims the key for this transaction, or finds what was answered before. `now` is in UTC microseconds.
///
/// # Errors
/// As the engine reports it, or [`DatabaseError::Payload`] when the stored payload is no `T`.
pub async fn claim<T: DeserializeOwned>(
    transaction: &mut Transaction,
    key: &IdempotencyKey,
    now: i64,
) -> Result<Claim<T>, DatabaseError> {
    let ticket = Ticket { viewer: key.viewer.clone(), client_key: key.client_key.clone() };
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
        Err(error) => return Err(error),
    }
    let row = transaction.query(READ).bind(&key.viewer).bind(&key.client_key).locking().fetch_one().await?;
    let payload: Option<String> = row.get("payload")?;
    let alive = row.get::<i64>("expires_at")? > now;
    match payload {
        Some(_) if alive && row.get::<[u8; 32]>("input_hash")? != key.input_hash => Ok(Claim::Conflict),
        Some(payload) if alive => Ok(Claim::Repeated(serde_json::from_str(&payload)?)),
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
