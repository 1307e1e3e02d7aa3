//! Other passwords for those who have forgotten theirs (domain.md 4.2).

use kit_ids::{Id, Kind, Prefix, UserId};

/// How long the token of a mail is good for: half an hour, in microseconds (S0-AUTH-4).
pub(crate) const RESET_LIFETIME_US: i64 = 30 * 60 * 1_000_000;
/// How often a mail is tried before it is given up: over about four hours, longer than its token would live.
const ATTEMPTS_MAX: i64 = 8;
/// The pause after the first failure: a minute, in microseconds. Each next one is twice as long.
const FIRST_PAUSE_US: i64 = 60 * 1_000_000;

/// Marks ids of requests, which nobody outside sees.
#[derive(Debug)]
pub(crate) enum ResetRequestKind {}

impl Kind for ResetRequestKind {
    const PREFIX: Prefix = Prefix { letters: "prr", type_name: "PasswordResetRequest" };
}

/// The id of a request.
pub(crate) type ResetRequestId = Id<ResetRequestKind>;

/// Somebody asks for another password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResetRequest {
    pub(crate) id: ResetRequestId,
    /// As it was typed, in the form in which addresses are stored.
    pub(crate) email: String,
    pub(crate) attempts: i64,
}

impl ResetRequest {
    /// When to try again after a failure at `now`; nothing when it is given up.
    pub(crate) fn next_attempt(&self, now: i64) -> Option<i64> {
        next_mail_attempt(self.attempts, now)
    }
}

/// When to try a mail again that has failed so often before and once more at `now`; nothing when it is given up.
pub(crate) fn next_mail_attempt(attempts: i64, now: i64) -> Option<i64> {
    (attempts + 1 < ATTEMPTS_MAX).then(|| now + (FIRST_PAUSE_US << attempts.clamp(0, 20)))
}

/// A token, as the database knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredReset {
    pub(crate) user_id: UserId,
    pub(crate) expires_at: i64,
    pub(crate) used_at: Option<i64>,
}

impl StoredReset {
    /// Whether it still is good for another password.
    pub(crate) fn is_usable(&self, now: i64) -> bool {
        self.used_at.is_none() && now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::{ATTEMPTS_MAX, FIRST_PAUSE_US, ResetRequest, ResetRequestId};

    #[test]
    fn a_mail_is_tried_with_growing_pauses_and_then_given_up() {
        let request =
            |attempts| ResetRequest { id: ResetRequestId::from_bytes([1; 16]), email: String::new(), attempts };
        assert_eq!(request(0).next_attempt(5), Some(5 + FIRST_PAUSE_US));
        assert_eq!(request(3).next_attempt(0), Some(8 * FIRST_PAUSE_US));
        assert_eq!(request(ATTEMPTS_MAX - 1).next_attempt(0), None);
    }
}
