use kit_ids::{Id, UserId};
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use super::{
    ABSOLUTE_LIFETIME_US, LOST_RESPONSE_US, Presented, RefreshDecision, Session, StoredRefreshToken, decide_refresh,
    refresh_expiry,
};

fn presented(used_at: Option<i64>, revoked_at: Option<i64>, is_successor_used: bool) -> Presented {
    let is_same_program = true;
    let user_id = UserId::from_bytes([1; 16]);
    Presented {
        session: Session { id: Id::from_bytes([2; 16]), user_id, created_at: 0, revoked_at },
        token: StoredRefreshToken { expires_at: 1_000_000_000, used_at, successor_hash: used_at.map(|_| [3; 32]) },
        is_successor_used,
        is_same_program,
    }
}

proptest! {
    /// RT-03, RT-09: a used token is answered again only within ten seconds, before its successor is used, and to the
    /// same program.
    #[test]
    fn a_used_token_never_rotates(
        used_at in 0..900_000_000_i64, later in 0..60_000_000_i64, is_successor_used: bool, is_same_program: bool,
    ) {
        let presented = Presented { is_same_program, ..presented(Some(used_at), None, is_successor_used) };
        let decision = decide_refresh(&presented, used_at + later);
        let is_lost_response = later <= LOST_RESPONSE_US && !is_successor_used && is_same_program;
        prop_assert_eq!(decision, if is_lost_response { RefreshDecision::Repeat } else { RefreshDecision::Reuse });
    }

    /// domain 4.1: nothing comes of a token whose session has ended.
    #[test]
    fn a_revoked_session_gives_nothing(used_at in any::<Option<i32>>(), now in 0..2_000_000_000_i64) {
        let decision = decide_refresh(&presented(used_at.map(i64::from), Some(0), false), now);
        prop_assert_eq!(decision, RefreshDecision::Refuse);
    }

    /// domain 4.1: 90 days absolute, however often it is used.
    #[test]
    fn no_refresh_token_outlives_its_session(created_at in 0..1_000_i64, now in 0..i64::MAX / 2) {
        prop_assert!(refresh_expiry(created_at, now) <= created_at + ABSOLUTE_LIFETIME_US);
    }
}

#[test]
fn a_token_rotates_until_it_expires() {
    let fresh = presented(None, None, false);
    assert_eq!(decide_refresh(&fresh, 999_999_999), RefreshDecision::Rotate);
    assert_eq!(decide_refresh(&fresh, 1_000_000_000), RefreshDecision::Refuse);
}
