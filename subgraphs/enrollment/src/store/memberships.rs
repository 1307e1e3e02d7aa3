//! `plans` and `memberships`.

use kit_database::{DatabaseError, Executor, Row};
use kit_ids::{MembershipId, PlanId, UserId};

use super::{named, price};
use crate::domain::{Membership, Plan};

/// More plans than anybody would want to choose between.
const PLANS_MAX: i64 = 50;

const PLANS_ON_OFFER: &str = "SELECT * FROM plans WHERE active = 1 ORDER BY created_at, id LIMIT ?";
const PLANS_BY_ID: &str = "SELECT * FROM plans WHERE id IN (..)";
const BY_ID: &str = "SELECT * FROM memberships WHERE id IN (..)";
const OF_USERS: &str = "SELECT * FROM memberships WHERE status <> 'EXPIRED' AND user_id IN (..) ORDER BY started_at";

/// The plans that can be bought, oldest first.
pub(crate) async fn plans_on_offer(on: impl Executor<'_>) -> Result<Vec<Plan>, DatabaseError> {
    on.query(PLANS_ON_OFFER).bind(PLANS_MAX).fetch_all().await?.iter().map(plan).collect()
}

/// The plans of these ids, in no order.
pub(crate) async fn plans_by_ids(on: impl Executor<'_>, ids: &[PlanId]) -> Result<Vec<Plan>, DatabaseError> {
    on.query(PLANS_BY_ID).bind_list(ids.iter().copied()).fetch_all().await?.iter().map(plan).collect()
}

/// The memberships of these ids, in no order.
pub(crate) async fn by_ids(on: impl Executor<'_>, ids: &[MembershipId]) -> Result<Vec<Membership>, DatabaseError> {
    on.query(BY_ID).bind_list(ids.iter().copied()).fetch_all().await?.iter().map(membership).collect()
}

/// These people's memberships that are not over, oldest first; the domain says which of them give access.
pub(crate) async fn of_users(on: impl Executor<'_>, users: &[UserId]) -> Result<Vec<Membership>, DatabaseError> {
    on.query(OF_USERS).bind_list(users.iter().copied()).fetch_all().await?.iter().map(membership).collect()
}

fn plan(row: &Row) -> Result<Plan, DatabaseError> {
    Ok(Plan {
        id: row.get("id")?,
        name: row.get("name")?,
        price: price(row)?,
        period: named(row, "period")?,
        active: row.get("active")?,
    })
}

fn membership(row: &Row) -> Result<Membership, DatabaseError> {
    Ok(Membership {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        plan_id: row.get("plan_id")?,
        status: named(row, "status")?,
        started_at: row.get("started_at")?,
        current_period_end: row.get("current_period_end")?,
        auto_renew: row.get("auto_renew")?,
    })
}
