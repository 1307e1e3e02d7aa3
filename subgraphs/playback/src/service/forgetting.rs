//! Views of which the time is known are kept for a day: longer, their numbers are enough.

use std::time::Duration;

use async_trait::async_trait;
use kit_database::Database;
use kit_service::{WorkError, Worker};

use crate::domain::DAY_US;
use crate::store::views;

/// How often it is looked for them.
const INTERVAL: Duration = Duration::from_secs(60 * 60);

/// Forgets who viewed what more than a day ago.
pub(crate) struct Forgetting(pub(crate) Database);

#[async_trait]
impl Worker for Forgetting {
    fn name(&self) -> &'static str {
        "forgetting"
    }

    fn interval(&self) -> Duration {
        INTERVAL
    }

    async fn run(&self, now: i64) -> Result<u64, WorkError> {
        Ok(views::forget(&self.0, now - DAY_US).await?)
    }
}
