//! How far viewers are.

use async_graphql::SimpleObject;
use kit_graph::DateTime;

use super::values::{int, seconds};
use crate::domain;

/// How far a viewer is.
#[derive(SimpleObject)]
pub(crate) struct WatchProgress {
    /// Where to resume.
    position_seconds: i32,
    /// Distinct seconds watched.
    watched_seconds: i32,
    /// Share of the whole watched, 0 to 100.
    percent: f64,
    /// Whether 90 percent was reached; stays so.
    completed: bool,
    /// When it last changed.
    updated_at: DateTime,
}

impl From<domain::Progress> for WatchProgress {
    fn from(found: domain::Progress) -> Self {
        Self {
            position_seconds: seconds(found.position_ms),
            watched_seconds: int(found.watched_seconds),
            percent: found.percent(),
            completed: found.completed_at.is_some(),
            updated_at: found.updated_at.into(),
        }
    }
}
