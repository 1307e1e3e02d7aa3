//! How often somebody may try (domain.md 3.1).

use kit_database::{Database, DatabaseError, in_transaction};
use kit_viewer::Client;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::domain::admit_attempt;
use crate::store::throttles;

/// Why an attempt is not made.
#[derive(Debug, Error)]
pub(crate) enum AttemptError {
    #[error("too many attempts; wait {retry_after_seconds} seconds")]
    TooMany { retry_after_seconds: i64 },
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Counts an attempt of a subject, and refuses when there were too many.
pub(crate) async fn admit(database: &Database, subject: &[u8; 32], now: i64) -> Result<(), AttemptError> {
    in_transaction!(database, |transaction| {
        let attempts = throttles::lock(transaction, subject, now).await?;
        let attempts = admit_attempt(attempts, now)
            .map_err(|wait_us| AttemptError::TooMany { retry_after_seconds: wait_us / 1_000_000 + 1 })?;
        throttles::write(transaction, subject, attempts).await?;
        Ok(())
    })
}

/// Who tries what, and from where; also for accounts that do not exist.
pub(crate) fn subject(what: &str, client: &Client) -> [u8; 32] {
    let ip = client.ip.as_deref().unwrap_or_default();
    Sha256::new().chain_update(what).chain_update([0]).chain_update(ip).finalize().into()
}
