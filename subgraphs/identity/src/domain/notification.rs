//! What people are told.

use kit_ids::{NotificationId, UserId};
use serde::{Deserialize, Serialize};

/// A notice to one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notification {
    pub(crate) id: NotificationId,
    pub(crate) user_id: UserId,
    /// The event it tells of, without its version.
    pub(crate) kind: String,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) link: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) read_at: Option<i64>,
}

/// What a notice says, to whomever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// The event it tells of, without its version.
    pub(crate) kind: &'static str,
    /// One line.
    pub(crate) title: &'static str,
    /// What it means, and what to do about it.
    pub(crate) body: String,
}
