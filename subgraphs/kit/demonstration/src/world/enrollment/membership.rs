//! Plans, and who bought one.

use std::collections::HashMap;

use chrono::{DateTime, Months};
use kit_ids::{MembershipId, PlanId, UserId};
use serde::Serialize;

use super::super::{Archetype, Persona, User, UserStatus, WorldKey, mint, people::People};
use super::order::Orders;
use crate::{
    random::{RowRandom, distribution::Weighted},
    timeline::{self, DAY, HOUR, MINUTE, UtcMicros},
};

/// When member_park's membership expires.
const PARK_DAYS_LEFT: i64 = 2;
const PARK_MONTHS: u32 = 3;
/// Draws of somebody who is a member already; then the first who is not becomes one.
const MEMBER_ATTEMPTS: u32 = 300;
/// How long a membership whose renewal failed keeps access (domain.md 3.3).
const GRACE: UtcMicros = 3 * DAY;

/// How long a period of a plan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the values of enrollment's `BillingPeriod` (domain.md 2.3)")]
pub enum BillingPeriod {
    Month,
    Year,
}

impl BillingPeriod {
    /// The GraphQL and SQL name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Month => "MONTH",
            Self::Year => "YEAR",
        }
    }

    const fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::Year => 12,
        }
    }
}

/// What can be bought.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the columns of enrollment's `plans`; the price is in won")]
pub struct Plan {
    pub row: usize,
    pub id: PlanId,
    pub created_at: UtcMicros,
    pub name: &'static str,
    pub price_minor: i64,
    pub currency: &'static str,
    pub period: BillingPeriod,
    pub active: bool,
}

/// Where a membership stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the values of enrollment's `SubscriptionStatus` (domain.md 2.3)")]
pub enum MembershipStatus {
    Active,
    PastDue,
    Canceled,
    Expired,
}

impl MembershipStatus {
    /// The GraphQL and SQL name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::PastDue => "PAST_DUE",
            Self::Canceled => "CANCELED",
            Self::Expired => "EXPIRED",
        }
    }
}

/// A bought plan. A canceled one keeps access to the end of its period, a past due one for three days more.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the columns of enrollment's `memberships` (domain.md 3.3)")]
pub struct Membership {
    pub row: usize,
    pub id: MembershipId,
    pub user_row: usize,
    pub user_id: UserId,
    pub plan_row: usize,
    pub plan_id: PlanId,
    pub status: MembershipStatus,
    pub started_at: UtcMicros,
    pub current_period_end: UtcMicros,
    pub auto_renew: bool,
    pub renew_attempts: u32,
}

impl Membership {
    /// Whether it opened all courses at this instant.
    #[must_use]
    pub fn gives_access_at(&self, at: UtcMicros) -> bool {
        let grace = if self.status == MembershipStatus::PastDue { GRACE } else { 0 };
        (self.started_at..self.current_period_end + grace).contains(&at)
    }
}

pub(super) fn plans(key: &WorldKey) -> Vec<Plan> {
    let offers = [
        ("월간 멤버십", 14_900, BillingPeriod::Month, true),
        ("연간 멤버십", 149_000, BillingPeriod::Year, true),
        ("얼리버드 월간 멤버십", 9_900, BillingPeriod::Month, false),
    ];
    (0..)
        .zip(offers)
        .map(|(row, (name, price_minor, period, active))| {
            let created_at = key.opening() + HOUR + row as i64 * MINUTE;
            let id = mint(created_at, &mut key.random("plans", row));
            Plan { row, id, created_at, name, price_minor, currency: "KRW", period, active }
        })
        .collect()
}

/// All memberships, and who holds which.
pub(super) struct Memberships {
    pub(super) rows: Vec<Membership>,
    by_user: HashMap<usize, usize>,
}

impl Memberships {
    /// The profile's number of members; each period they paid for becomes an order.
    pub(super) fn new(key: &WorldKey, people: &People, plans: &[Plan], orders: &mut Orders) -> Self {
        let candidates = Weighted::new(people.users.iter().map(|user| eagerness(key, user)));
        let mut memberships = Self { rows: Vec::new(), by_user: HashMap::new() };
        for row in 0..key.profile.counts().memberships {
            let mut random = key.random("memberships", row);
            let user = memberships.next_member(row, people, &candidates, &mut random);
            let term = if user.persona == Some(Persona::MemberPark) {
                Term::of_park(key)
            } else {
                Term::draw(key, user, plans, &mut random)
            };
            let plan = &plans[term.plan_row];
            let membership = Membership {
                row,
                id: mint(term.started_at, &mut random),
                user_row: user.row,
                user_id: user.id,
                plan_row: plan.row,
                plan_id: plan.id,
                status: term.status,
                started_at: term.started_at,
                current_period_end: term.end,
                auto_renew: term.auto_renew,
                renew_attempts: term.renew_attempts,
            };
            let period_starts = (0..term.periods).map(|period| after(term.started_at, plan.period, period));
            orders.for_membership(key, &membership, plan, period_starts);
            memberships.by_user.insert(user.row, row);
            memberships.rows.push(membership);
        }
        memberships
    }

    /// The membership of a user, whatever its status.
    pub(super) fn of(&self, user_row: usize) -> Option<&Membership> {
        self.by_user.get(&user_row).map(|row| &self.rows[*row])
    }

    fn next_member<'a>(
        &self,
        row: usize,
        people: &'a People,
        candidates: &Weighted,
        random: &mut RowRandom,
    ) -> &'a User {
        if row == 0 {
            return &people.users[Persona::MemberPark.row()];
        }
        let is_free = |user: &usize| !self.by_user.contains_key(user);
        let drawn = (0..MEMBER_ATTEMPTS).map(|_| candidates.sample(random)).find(is_free);
        let row = drawn
            .or_else(|| people.users.iter().filter(|user| user.persona.is_none()).map(|user| user.row).find(is_free))
            .expect("invariant: a profile has more users than memberships");
        &people.users[row]
    }
}

/// How eager somebody is to become a member; of the personas only member_park is one, by story.
fn eagerness(key: &WorldKey, user: &User) -> u64 {
    let is_new = user.created_at + DAY > key.anchor.micros();
    if user.persona.is_some() || user.status != UserStatus::Active || is_new {
        return 0;
    }
    match user.archetype {
        Archetype::Learner => 30,
        Archetype::DramaBinger => 26,
        Archetype::Critic => 18,
        Archetype::Mentor => 12,
        Archetype::Walker => 10,
        Archetype::Lurker => 5,
    }
}

/// When a membership began and ends, and how it stands.
struct Term {
    plan_row: usize,
    status: MembershipStatus,
    started_at: UtcMicros,
    end: UtcMicros,
    /// Periods paid for.
    periods: u32,
    auto_renew: bool,
    renew_attempts: u32,
}

impl Term {
    fn of_park(key: &WorldKey) -> Self {
        let end = key.anchor.micros() + PARK_DAYS_LEFT * DAY;
        let started_at = shifted(end, |instant| instant.checked_sub_months(Months::new(PARK_MONTHS)));
        Self {
            plan_row: 0,
            status: MembershipStatus::Active,
            started_at,
            end,
            periods: PARK_MONTHS,
            auto_renew: false,
            renew_attempts: 0,
        }
    }

    fn draw(key: &WorldKey, user: &User, plans: &[Plan], random: &mut RowRandom) -> Self {
        let anchor = key.anchor.micros();
        let plan_row = Weighted::new([70, 20, 10]).sample(random);
        let started_at = timeline::instant(random, user.created_at + HOUR, anchor);
        let period = plans[plan_row].period;
        // The period in which the anchor lies, counted from 1.
        let current = (1..).find(|count| after(started_at, period, *count) > anchor).unwrap_or(1);
        let previous_end = after(started_at, period, current - 1);
        let term = Self {
            plan_row,
            status: MembershipStatus::Active,
            started_at,
            end: after(started_at, period, current),
            periods: current,
            auto_renew: true,
            renew_attempts: 0,
        };
        let has_ended_before = current > 1;
        if has_ended_before && anchor - previous_end < GRACE {
            // The renewal is being tried; a try a day.
            let renew_attempts = ((anchor - previous_end) / DAY + 1) as u32;
            return Self {
                status: MembershipStatus::PastDue,
                end: previous_end,
                periods: current - 1,
                renew_attempts,
                ..term
            };
        }
        match random.below(100) {
            0..10 => Self { status: MembershipStatus::Canceled, auto_renew: false, ..term },
            10..38 if has_ended_before => term.expired(period, random),
            38..50 => Self { auto_renew: false, ..term },
            _ => term,
        }
    }

    /// The same term, ended after one of the periods before the anchor.
    fn expired(self, period: BillingPeriod, random: &mut RowRandom) -> Self {
        let periods = random.between(1, i64::from(self.periods) - 1) as u32;
        Self {
            status: MembershipStatus::Expired,
            end: after(self.started_at, period, periods),
            periods,
            auto_renew: false,
            ..self
        }
    }
}

/// The instant `count` billing periods after `start`, on the same day of the month where there is one.
fn after(start: UtcMicros, period: BillingPeriod, count: u32) -> UtcMicros {
    shifted(start, |instant| instant.checked_add_months(Months::new(period.months() * count)))
}

fn shifted(
    instant: UtcMicros,
    shift: impl FnOnce(DateTime<chrono::Utc>) -> Option<DateTime<chrono::Utc>>,
) -> UtcMicros {
    DateTime::from_timestamp_micros(instant)
        .and_then(shift)
        .expect("invariant: the world lies within a few years of 2020 to 2099")
        .timestamp_micros()
}
