//! Memberships: every course for a period.

#[cfg(test)]
mod tests;

use chrono::{DateTime, Months};
use kit_ids::{MembershipId, PlanId, UserId};

use super::Price;

/// How long access outlives a period that is to be renewed: the renewal is tried for three days (domain 3.3).
const RENEWAL_GRACE_US: i64 = 3 * DAY_US;
/// How often a renewal is tried, a day apart.
pub(crate) const RENEWAL_ATTEMPTS_MAX: i64 = 3;
/// How long before its end a period is announced to end.
pub(crate) const NOTICE_US: i64 = 3 * DAY_US;
const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

kit_names::named! {
    /// How long a paid period is.
    pub(crate) enum BillingPeriod { Month = "MONTH", Year = "YEAR" }
}

kit_names::named! {
    /// Where a membership is in its life.
    pub(crate) enum SubscriptionStatus { Active = "ACTIVE", PastDue = "PAST_DUE", Canceled = "CANCELED", Expired = "EXPIRED" }
}

impl BillingPeriod {
    /// The end of a period that begins then: the same day of the next month or year, or the month's last.
    pub(crate) fn end_of(self, start: i64) -> i64 {
        let months = match self {
            Self::Month => Months::new(1),
            Self::Year => Months::new(12),
        };
        let end = DateTime::from_timestamp_micros(start).and_then(|start| start.checked_add_months(months));
        end.map_or(i64::MAX, |end| end.timestamp_micros())
    }
}

/// A kind of membership on offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) id: PlanId,
    pub(crate) name: String,
    pub(crate) price: Price,
    pub(crate) period: BillingPeriod,
    pub(crate) active: bool,
}

/// A bought subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Membership {
    pub(crate) id: MembershipId,
    pub(crate) user_id: UserId,
    pub(crate) plan_id: PlanId,
    pub(crate) status: SubscriptionStatus,
    pub(crate) started_at: i64,
    pub(crate) current_period_end: i64,
    pub(crate) auto_renew: bool,
    /// Failed tries to renew at the end of this period.
    pub(crate) renew_attempts: i64,
    /// The end that its owner has been told of.
    pub(crate) notified_end: Option<i64>,
}

/// What is to be done about a membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// Tell its owner that the period ends soon.
    Notice,
    /// Charge for the next period.
    Renewal,
    /// End it.
    Expiry,
}

impl Membership {
    /// Whether it opens courses at that time: to the end of the period, and while a renewal is being tried.
    pub(crate) fn gives_access_at(&self, now: i64) -> bool {
        self.status != SubscriptionStatus::Expired && now < self.access_end()
    }

    /// When it stops opening courses, unless it is renewed before.
    pub(crate) fn access_end(&self) -> i64 {
        if self.renews() { self.current_period_end.saturating_add(RENEWAL_GRACE_US) } else { self.current_period_end }
    }

    /// Of somebody's memberships the one that gives access at that time, the longest of several.
    pub(crate) fn current(memberships: Vec<Self>, now: i64) -> Option<Self> {
        let giving = memberships.into_iter().filter(|membership| membership.gives_access_at(now));
        giving.max_by_key(|membership| membership.current_period_end)
    }

    /// Whole days to the end of the period; none after it.
    pub(crate) fn days_left_at(&self, now: i64) -> i32 {
        i32::try_from((self.current_period_end - now).max(0) / DAY_US).unwrap_or(i32::MAX)
    }

    /// What is to be done about it at that time, the most pressing first.
    pub(crate) fn due_at(&self, now: i64) -> Option<Due> {
        let end = self.current_period_end;
        if self.status == SubscriptionStatus::Expired {
            None
        } else if now >= end && !self.gives_access_at(now) && !self.can_be_renewed() {
            Some(Due::Expiry)
        } else if self.can_be_renewed() && now >= end.saturating_add(self.renew_attempts * DAY_US) {
            Some(Due::Renewal)
        } else if now < end && now >= end - NOTICE_US && self.notified_end != Some(end) {
            Some(Due::Notice)
        } else {
            None
        }
    }

    /// The end of the period after this one. A renewal that comes after access has ended begins anew, so that nobody
    /// pays for days without access.
    pub(crate) fn next_end(&self, period: BillingPeriod, now: i64) -> i64 {
        let start = if self.gives_access_at(now) { self.current_period_end } else { now };
        period.end_of(start).max(self.current_period_end + 1)
    }

    fn can_be_renewed(&self) -> bool {
        self.renews() && self.renew_attempts < RENEWAL_ATTEMPTS_MAX
    }

    fn renews(&self) -> bool {
        match self.status {
            SubscriptionStatus::PastDue => true,
            SubscriptionStatus::Active => self.auto_renew,
            SubscriptionStatus::Canceled | SubscriptionStatus::Expired => false,
        }
    }
}
