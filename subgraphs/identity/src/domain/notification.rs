//! What people are told.

use chrono::DateTime;
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

impl Notice {
    /// Somebody's password is another one (AS-072): whoever did not do it learns of it.
    pub(crate) fn password_changed(at: i64) -> Self {
        let at = moment(at);
        Self {
            kind: "identity.password.changed",
            title: "Your password was changed",
            body: format!(
                "It was changed on {at}. If that was not you, ask for a password reset at once: it ends every session."
            ),
        }
    }

    /// Somebody has signed in from where the account was never used before (AS-071).
    pub(crate) fn unfamiliar_sign_in(at: i64, ip: Option<&str>) -> Self {
        let (at, from) = (moment(at), ip.map(|ip| format!(" from {ip}")).unwrap_or_default());
        Self {
            kind: "identity.session.unfamiliar",
            title: "A sign-in from somewhere new",
            body: format!(
                "Somebody signed in on {at}{from}, with a network or a program that was never used with your account \
                 before. If that was not you, ask for a password reset at once: it ends every session."
            ),
        }
    }
}

/// A moment in words, UTC.
pub(crate) fn moment(at: i64) -> String {
    DateTime::from_timestamp_micros(at).map_or_else(String::new, |at| at.format("%-d %B %Y, %H:%M UTC").to_string())
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
