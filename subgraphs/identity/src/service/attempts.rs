//! How often somebody may try (domain.md 3.1).
//!
//! An attempt is counted before it is made, in one transaction for all that it counts against, and taken back when it
//! succeeds. Accounts that do not exist are counted like others.

use kit_database::{Database, DatabaseError, in_transaction};
use kit_viewer::Client;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::domain::{Allowance, address_of, network_of};
use crate::store::throttles;

/// Why an attempt is not made.
#[derive(Debug, Error)]
pub(crate) enum AttemptError {
    #[error("too many attempts; wait {retry_after_seconds} seconds")]
    TooMany { retry_after_seconds: i64 },
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// What an attempt counts against.
#[derive(Debug, Clone)]
pub(crate) struct Counted(Vec<Bound>);

#[derive(Debug, Clone, Copy)]
struct Bound {
    subject: [u8; 32],
    allowance: Allowance,
    /// Whether a success forgets all failures, or only its own attempt.
    is_forgiven: bool,
}

impl Counted {
    /// Against one person or thing, from where the client is.
    pub(crate) fn of(what: &str, client: &Client) -> Self {
        let ip = client.ip.as_deref().map(address_of).unwrap_or_default();
        let bound = Bound { subject: hash(&[what, &ip]), allowance: Allowance::PERSON, is_forgiven: true };
        Self(vec![bound])
    }

    /// Against nobody in particular.
    pub(crate) const fn of_nobody() -> Self {
        Self(Vec::new())
    }

    /// Against where the client is, too, whatever it tries (RT-20): nobody tries one password on every account. Where the
    /// address is unknown nothing can be said of it.
    pub(crate) fn and_whence(mut self, purpose: &str, client: &Client) -> Self {
        if let Some(ip) = client.ip.as_deref() {
            self.add(&["address", purpose, &address_of(ip)], Allowance::ADDRESS);
            self.add(&["network", purpose, &network_of(ip)], Allowance::NETWORK);
        }
        self
    }

    /// Against the account, too, from all places together.
    pub(crate) fn and_account(mut self, email: &str) -> Self {
        self.add(&["account", email], Allowance::ACCOUNT);
        self
    }

    fn add(&mut self, subject: &[&str], allowance: Allowance) {
        self.0.push(Bound { subject: hash(subject), allowance, is_forgiven: false });
    }

    /// Counts an attempt, and refuses when there were too many of one kind; then it counts against none.
    pub(crate) async fn admit(&self, database: &Database, now: i64) -> Result<(), AttemptError> {
        in_transaction!(database, |transaction| {
            for bound in &self.0 {
                let attempts = throttles::lock(transaction, &bound.subject, now).await?;
                let attempts = attempts
                    .admit(bound.allowance, now)
                    .map_err(|wait_us| AttemptError::TooMany { retry_after_seconds: wait_us / 1_000_000 + 1 })?;
                throttles::write(transaction, &bound.subject, attempts).await?;
            }
            Ok(())
        })
    }

    /// Takes back an attempt that has succeeded.
    pub(crate) async fn succeed(&self, database: &Database, now: i64) -> Result<(), DatabaseError> {
        in_transaction!(database, |transaction| {
            for bound in &self.0 {
                if bound.is_forgiven {
                    throttles::forget(transaction, &bound.subject).await?;
                } else {
                    let attempts = throttles::lock(transaction, &bound.subject, now).await?;
                    throttles::write(transaction, &bound.subject, attempts.succeed()).await?;
                }
            }
            Ok(())
        })
    }
}

/// What is stored of a subject: it may be an address, or an account that does not exist.
fn hash(subject: &[&str]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in subject {
        digest.update(part);
        digest.update([0]);
    }
    digest.finalize().into()
}
