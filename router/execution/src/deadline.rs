//! The time that an operation has as a whole.

use std::time::Duration;

use tokio::time::Instant;

use crate::fetch::failure::{FetchFailure, LeftUndone};

/// When an operation's time is over, if it ends at all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    at: Option<Instant>,
    /// What it was in all.
    time: Duration,
}

impl Deadline {
    pub(crate) fn none() -> Self {
        Self { at: None, time: Duration::MAX }
    }

    /// From now on; more than a clock can hold is no end.
    pub(crate) fn in_time(time: Duration) -> Self {
        Self { at: Instant::now().checked_add(time), time }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.at.is_some_and(|at| Instant::now() >= at)
    }

    /// Waits for `answer` no longer than this; what is left of it is dropped then.
    pub(crate) async fn bound<T>(
        &self,
        left: LeftUndone,
        answer: impl Future<Output = Result<T, FetchFailure>>,
    ) -> Result<T, FetchFailure> {
        match self.at {
            Some(at) => tokio::time::timeout_at(at, answer).await.unwrap_or_else(|_| Err(self.failure(left))),
            None => answer.await,
        }
    }

    pub(crate) fn failure(&self, left: LeftUndone) -> FetchFailure {
        FetchFailure::OutOfTime { after: self.time, left }
    }
}
