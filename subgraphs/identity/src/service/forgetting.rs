//! Forgetting what binds nobody any more: attempts whose window is over, and sessions that can never go on.

use std::time::Duration;

use async_trait::async_trait;
use kit_database::{Database, in_transaction};
use kit_service::{WorkError, Worker};

use crate::domain::{SESSION_KEPT_US, THROTTLE_WINDOW_US};
use crate::store::{sessions, throttles};

/// How soon what is due is done.
const INTERVAL: Duration = Duration::from_secs(60 * 60);
/// Sessions in one step.
const BATCH_MAX: i64 = 200;

/// Forgets.
pub(crate) struct Forgetting {
    pub(crate) database: Database,
}

#[async_trait]
impl Worker for Forgetting {
    fn name(&self) -> &'static str {
        "forgetting"
    }

    fn interval(&self) -> Duration {
        INTERVAL
    }

    async fn run(&self, now: i64) -> Result<u64, WorkError> {
        // A wait that begins with the end of a window lasts as long as another one.
        let mut done = throttles::purge(&self.database, now - 2 * THROTTLE_WINDOW_US).await?;
        loop {
            let over = sessions::over(&self.database, now - SESSION_KEPT_US, BATCH_MAX).await?;
            if over.is_empty() {
                return Ok(done);
            }
            let forgotten: Result<u64, kit_database::DatabaseError> =
                in_transaction!(self.database, |transaction| { sessions::forget(transaction, &over).await });
            done += forgotten?;
        }
    }
}
