use kit_ids::{MembershipId, PlanId, UserId};
use proptest::prelude::*;

use super::{BillingPeriod, DAY_US, Due, Membership, SubscriptionStatus};

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
        renew_attempts: 0,
        notified_end: None,
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

/// S0-SUB-2, domain 3.3: three days before the end its owner is told, once; at the end it is renewed or over.
#[test]
fn a_membership_is_announced_to_end_and_then_renewed_or_over() {
    let mut one = membership(SubscriptionStatus::Active, false);
    assert_eq!(one.due_at(END - 3 * DAY_US - 1), None);
    assert_eq!(one.due_at(END - 3 * DAY_US), Some(Due::Notice));
    one.notified_end = Some(END);
    assert_eq!(one.due_at(END - 1), None);
    assert_eq!(one.due_at(END), Some(Due::Expiry));
    one.auto_renew = true;
    assert_eq!(one.due_at(END), Some(Due::Renewal));
    one.status = SubscriptionStatus::Expired;
    assert_eq!(one.due_at(END), None);
}

/// domain 3.3: three tries in three days while access goes on, then it is over.
#[test]
fn a_renewal_is_tried_three_times_in_three_days() {
    let mut one = membership(SubscriptionStatus::PastDue, true);
    one.notified_end = Some(END);
    for attempts in 0..3 {
        one.renew_attempts = attempts;
        assert_eq!(one.due_at(END + attempts * DAY_US - 1), None);
        assert_eq!(one.due_at(END + attempts * DAY_US), Some(Due::Renewal));
    }
    one.renew_attempts = 3;
    assert_eq!(one.due_at(END + 3 * DAY_US - 1), None);
    assert_eq!(one.due_at(END + 3 * DAY_US), Some(Due::Expiry));
}

/// domain 3.3: a month ends on the same day of the next one, or on its last.
#[test]
fn a_month_after_the_last_of_january_is_the_last_of_february() {
    let at = |text: &str| chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros();
    let (january, february) = (at("2027-01-31T08:00:00Z"), at("2027-02-28T08:00:00Z"));
    assert_eq!(BillingPeriod::Month.end_of(january), february);
    assert_eq!(BillingPeriod::Year.end_of(at("2028-02-29T00:00:00Z")), at("2029-02-28T00:00:00Z"));
}

proptest! {
    /// domain 3.3: the end of the period strictly increases, whenever it is renewed.
    #[test]
    fn each_period_ends_later_than_the_one_before(late in 0..400 * DAY_US, year: bool) {
        let one = membership(SubscriptionStatus::Active, true);
        let period = if year { BillingPeriod::Year } else { BillingPeriod::Month };
        prop_assert!(one.next_end(period, END + late) > END);
    }
}
