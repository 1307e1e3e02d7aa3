//! Erasing what tells of people whose accounts were closed (domain.md 3.1, S3-ROLE-4).

use std::time::Duration;

use async_trait::async_trait;
use kit_database::{Database, DatabaseError, in_transaction};
use kit_events::{Origin, outbox};
use kit_ids::UserId;
use kit_service::{WorkError, Worker};

use super::profiles::RESERVATION_US;
use crate::events;
use crate::store::{departures, users};

/// How long an account can be looked into after it was closed: 30 days, in microseconds.
const KEPT_US: i64 = 30 * 24 * 60 * 60 * 1_000_000;
/// How soon what is due is done.
const INTERVAL: Duration = Duration::from_secs(60 * 60);
/// Accounts in one run.
const BATCH_MAX: i64 = 100;

/// Erases.
pub(crate) struct Erasing {
    pub(crate) database: Database,
}

impl Erasing {
    async fn erase(&self, id: UserId, now: i64) -> Result<bool, DatabaseError> {
        in_transaction!(self.database, |transaction| {
            let Some(user) = users::lock(transaction, id).await? else { return Ok(false) };
            let nobody = user.erased();
            if !departures::erase(transaction, &nobody, now).await? {
                return Ok(false);
            }
            // So that nobody passes for who had it; after that it is forgotten, too.
            users::reserve(transaction, &user.handle, id, now + RESERVATION_US).await?;
            // Whoever shows the name beside a review shows the neutral one from now on.
            let origin = Origin::new(format!("erase {id}"), None);
            outbox::append(transaction, &origin, events::profile_updated(&nobody, now)).await?;
            Ok(true)
        })
    }
}

#[async_trait]
impl Worker for Erasing {
    fn name(&self) -> &'static str {
        "erasing"
    }

    fn interval(&self) -> Duration {
        INTERVAL
    }

    async fn run(&self, now: i64) -> Result<u64, WorkError> {
        let mut done = departures::purge_reservations(&self.database, now).await?;
        for id in departures::due(&self.database, now - KEPT_US, BATCH_MAX).await? {
            done += u64::from(self.erase(id, now).await?);
        }
        Ok(done)
    }
}
