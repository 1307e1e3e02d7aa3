//! Sessions and the rotation of their refresh tokens (domain.md 4.1, RFC 9700 section 4.14).

#[cfg(test)]
mod tests;

use kit_ids::{Id, Kind, Prefix, UserId};

/// How long a refresh token lives without use: 30 days, in microseconds.
const SLIDING_LIFETIME_US: i64 = 30 * 24 * 60 * 60 * 1_000_000;
/// How long a session lives at most: 90 days, in microseconds.
const ABSOLUTE_LIFETIME_US: i64 = 90 * 24 * 60 * 60 * 1_000_000;
/// How long a session is kept after it began: a day longer than it can live, in microseconds.
pub(crate) const SESSION_KEPT_US: i64 = ABSOLUTE_LIFETIME_US + 24 * 60 * 60 * 1_000_000;
/// How long the answer to a rotation may be asked for again: 10 seconds, in microseconds.
const LOST_RESPONSE_US: i64 = 10 * 1_000_000;

/// Marks ids of sessions, which no other subgraph and no entity has.
#[derive(Debug)]
pub(crate) enum SessionKind {}

impl Kind for SessionKind {
    const PREFIX: Prefix = Prefix { letters: "ses", type_name: "Session" };
}

/// The id of a session: `ses_…`, the `sid` of its access tokens.
pub(crate) type SessionId = Id<SessionKind>;

/// One sign-in and what follows from it: a family of refresh tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) user_id: UserId,
    pub(crate) created_at: i64,
    pub(crate) revoked_at: Option<i64>,
}

/// A session that can go on, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LiveSession {
    pub(crate) id: SessionId,
    pub(crate) device: Option<String>,
    pub(crate) ip: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) last_used_at: i64,
}

/// A refresh token, as the database knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredRefreshToken {
    pub(crate) expires_at: i64,
    pub(crate) used_at: Option<i64>,
    pub(crate) successor_hash: Option<[u8; 32]>,
}

/// A refresh token that somebody presents, with all that decides about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Presented {
    pub(crate) session: Session,
    pub(crate) token: StoredRefreshToken,
    /// Whether its successor was used already.
    pub(crate) is_successor_used: bool,
    /// Whether the program that presents it calls itself as the one that signed in.
    pub(crate) is_same_program: bool,
}

/// What becomes of a presented refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefreshDecision {
    /// First use: hand out the successor.
    Rotate,
    /// The answer was lost: hand out the same successor again.
    Repeat,
    /// A used token came back: end the session.
    Reuse,
    /// Too old, or of a session that has ended.
    Refuse,
}

/// Decides about a presented token.
///
/// An answer is repeated only to the program that can have lost it. A first use is not bound to what a program calls
/// itself, which changes with every update of a browser.
///
/// That a used token comes back is worth an alarm only while its session lives: afterwards nothing is left to end.
pub(crate) fn decide_refresh(presented: &Presented, now: i64) -> RefreshDecision {
    if presented.session.revoked_at.is_some() {
        return RefreshDecision::Refuse;
    }
    match presented.token.used_at {
        None if now < presented.token.expires_at => RefreshDecision::Rotate,
        None => RefreshDecision::Refuse,
        Some(used_at)
            if now - used_at <= LOST_RESPONSE_US && !presented.is_successor_used && presented.is_same_program =>
        {
            RefreshDecision::Repeat
        }
        Some(_) => RefreshDecision::Reuse,
    }
}

/// When a refresh token that is issued now ends.
pub(crate) fn refresh_expiry(session_created_at: i64, now: i64) -> i64 {
    (now + SLIDING_LIFETIME_US).min(session_created_at + ABSOLUTE_LIFETIME_US)
}
