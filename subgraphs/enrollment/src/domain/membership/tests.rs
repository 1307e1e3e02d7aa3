use kit_ids::{MembershipId, PlanId, UserId};
use proptest::prelude::*;

use super::{DAY_US, Membership, SubscriptionStatus};

const END: i64 = 100 * DAY_US;

fn membership(status: SubscriptionStatus, auto_renew: bool) -> Membership {
    Membership {
        id: MembershipId::from_bytes([1; 16]),
        user_id: UserId::from_bytes([2; 16]),
        plan_id: PlanId::from_bytes([3; 16]),
        status,
        started_at: END - 30 * DAY_US,
        current_period_end: END,
        auto_renew,
    }
}

/// domain 3.3: a cancelled membership lasts to the end of its period, a renewal is tried for three days.
#[test]
fn access_ends_with_the_period_or_with_the_last_try_to_renew() {
    use SubscriptionStatus::{Active, Canceled, Expired, PastDue};
    let table = [(Active, false, 0), (Active, true, 3), (PastDue, true, 3), (Canceled, false, 0), (Canceled, true, 0)];
    for (status, auto_renew, grace_days) in table {
        let membership = membership(status, auto_renew);
        let end = END + grace_days * DAY_US;
        assert!(membership.gives_access_at(end - 1), "{status:?}");
        assert!(!membership.gives_access_at(end), "{status:?}");
    }
    assert!(!membership(Expired, true).gives_access_at(END - 1));
}

/// domain 2.3: of several the longest counts, and one that gives no access does not.
#[test]
fn the_longest_membership_that_gives_access_is_current() {
    let canceled = membership(SubscriptionStatus::Canceled, false);
    let longer = Membership { current_period_end: END + DAY_US, ..canceled.clone() };
    let expired = membership(SubscriptionStatus::Expired, false);
    assert_eq!(Membership::current(vec![longer.clone(), canceled.clone(), expired.clone()], 0), Some(longer));
    assert_eq!(Membership::current(vec![expired, canceled], END), None);
}

proptest! {
    /// domain 2.3: whole days, never below none.
    #[test]
    fn days_left_count_down_to_none(now in 0..=200 * DAY_US) {
        let left = i64::from(membership(SubscriptionStatus::Active, true).days_left_at(now));
        let exact = (END - now).max(0);
        prop_assert!(left * DAY_US <= exact && exact < (left + 1) * DAY_US);
    }
}
