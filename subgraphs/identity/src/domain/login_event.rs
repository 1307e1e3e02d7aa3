//! What happened to an account's sessions.

use kit_ids::{LoginEventId, UserId};

use super::SessionId;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum LoginKind {
    Login,
    Logout,
    RefreshReuse,
    PasswordReset,
    LoginFailed,
}

impl LoginKind {
    const ALL: [Self; 5] = [Self::Login, Self::Logout, Self::RefreshReuse, Self::PasswordReset, Self::LoginFailed];

    /// As the database and the graph spell it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Login => "LOGIN",
            Self::Logout => "LOGOUT",
            Self::RefreshReuse => "REFRESH_REUSE",
            Self::PasswordReset => "PASSWORD_RESET",
            Self::LoginFailed => "LOGIN_FAILED",
        }
    }

    /// The kind of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One entry of a user's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoginEvent {
    pub(crate) id: LoginEventId,
    pub(crate) user_id: UserId,
    pub(crate) kind: LoginKind,
    pub(crate) at: i64,
    pub(crate) ip: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) session_id: Option<SessionId>,
}
