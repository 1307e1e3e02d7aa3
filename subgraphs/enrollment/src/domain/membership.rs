//! Memberships: every course for a period.

#[cfg(test)]
mod tests;

use kit_ids::{MembershipId, PlanId, UserId};

use super::Price;
use super::named::named;

/// How long access outlives a period that is to be renewed: the renewal is tried for three days (domain 3.3).
const RENEWAL_GRACE_US: i64 = 3 * DAY_US;
const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

named! {
    /// How long a paid period is.
    BillingPeriod { Month = "MONTH", Year = "YEAR" }
}

named! {
    /// Where a membership is in its life.
    SubscriptionStatus { Active = "ACTIVE", PastDue = "PAST_DUE", Canceled = "CANCELED", Expired = "EXPIRED" }
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
}

impl Membership {
    /// Whether it opens courses at that time: to the end of the period, and while a renewal is being tried.
    pub(crate) fn gives_access_at(&self, now: i64) -> bool {
        let end = match self.status {
            SubscriptionStatus::Expired => return false,
            SubscriptionStatus::PastDue => self.current_period_end + RENEWAL_GRACE_US,
            SubscriptionStatus::Active if self.auto_renew => self.current_period_end + RENEWAL_GRACE_US,
            SubscriptionStatus::Active | SubscriptionStatus::Canceled => self.current_period_end,
        };
        now < end
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
}
