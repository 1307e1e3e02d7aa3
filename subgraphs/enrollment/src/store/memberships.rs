//! `plans` and `memberships`.

use kit_database::{DatabaseError, Executor, Row, Transaction};
use kit_ids::{MembershipId, PlanId, UserId};
use kit_names::Named;

use super::price;
use crate::domain::{Membership, Plan, SubscriptionStatus};

/// More plans than anybody would want to choose between.
const PLANS_MAX: i64 = 50;

const PLANS_ON_OFFER: &str = "SELECT * FROM plans WHERE active = 1 ORDER BY created_at, id LIMIT ?";
const PLANS_BY_ID: &str = "SELECT * FROM plans WHERE id IN (..)";
const BY_ID: &str = "SELECT * FROM memberships WHERE id IN (..)";
const OF_USERS: &str = "SELECT * FROM memberships WHERE status <> 'EXPIRED' AND user_id IN (..) ORDER BY started_at";
const ENDING: &str = "SELECT * FROM memberships
  WHERE status <> 'EXPIRED' AND current_period_end <= ? AND id > ? ORDER BY id LIMIT ?";
const PAYMENT_TOKEN: &str = "SELECT payment_token FROM memberships WHERE id = ?";
const FORGET_PAYMENT: &str = "UPDATE memberships SET payment_token = NULL WHERE user_id = ?";
const INSERT: &str = "INSERT INTO memberships (id, user_id, live_user_id, plan_id, status, started_at,
  current_period_end, auto_renew, payment_token) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
/// Nothing is written over what another transaction has written meanwhile.
const CHANGE: &str = "UPDATE memberships SET status = ?, live_user_id = ?, current_period_end = ?, auto_renew = ?,
  renew_attempts = ?, notified_end = ?
  WHERE id = ? AND status = ? AND current_period_end = ? AND auto_renew = ? AND renew_attempts = ?";

/// The constraint that a second live membership of a person breaks.
pub(crate) const LIVE_UNIQUE: &str = "memberships_live_unique";

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

/// A person's memberships that are not over, locked until the transaction ends.
pub(crate) async fn lock_of_user(
    transaction: &mut Transaction,
    user: UserId,
) -> Result<Vec<Membership>, DatabaseError> {
    transaction.query(OF_USERS).bind_list([user]).locking().fetch_all().await?.iter().map(membership).collect()
}

/// Forgets with what a person's memberships are charged.
pub(crate) async fn forget_payment(transaction: &mut Transaction, user: UserId) -> Result<(), DatabaseError> {
    transaction.query(FORGET_PAYMENT).bind(user).execute().await.map(drop)
}

/// Memberships whose period ends until then, so many from an id on.
pub(crate) async fn ending(
    on: impl Executor<'_>,
    until: i64,
    after: MembershipId,
    limit: i64,
) -> Result<Vec<Membership>, DatabaseError> {
    on.query(ENDING).bind(until).bind(after).bind(limit).fetch_all().await?.iter().map(membership).collect()
}

/// With what a membership is charged.
pub(crate) async fn payment_token(on: impl Executor<'_>, id: MembershipId) -> Result<Option<String>, DatabaseError> {
    let row = on.query(PAYMENT_TOKEN).bind(id).fetch_optional().await?;
    row.map_or(Ok(None), |row| row.get("payment_token"))
}

/// Writes a new membership, with what it will be charged with.
pub(crate) async fn insert(
    transaction: &mut Transaction,
    new: &Membership,
    payment_token: &str,
) -> Result<(), DatabaseError> {
    let insert = transaction.query(INSERT).bind(new.id).bind(new.user_id).bind(live_user(new)).bind(new.plan_id);
    let insert = insert.bind(new.status.name()).bind(new.started_at).bind(new.current_period_end);
    insert.bind(new.auto_renew).bind(payment_token).execute().await.map(drop)
}

/// Makes `before` to `after`; false when it is `before` no longer, and then nothing has changed.
pub(crate) async fn change(
    transaction: &mut Transaction,
    before: &Membership,
    after: &Membership,
) -> Result<bool, DatabaseError> {
    let change = transaction.query(CHANGE).bind(after.status.name()).bind(live_user(after));
    let change = change.bind(after.current_period_end).bind(after.auto_renew).bind(after.renew_attempts);
    let change = change.bind(after.notified_end).bind(before.id).bind(before.status.name());
    let change = change.bind(before.current_period_end).bind(before.auto_renew).bind(before.renew_attempts);
    Ok(change.execute().await?.rows > 0)
}

/// Keeps live memberships to one per person.
fn live_user(membership: &Membership) -> Option<UserId> {
    let is_live = matches!(membership.status, SubscriptionStatus::Active | SubscriptionStatus::PastDue);
    is_live.then_some(membership.user_id)
}

fn plan(row: &Row) -> Result<Plan, DatabaseError> {
    Ok(Plan {
        id: row.get("id")?,
        name: row.get("name")?,
        price: price(row)?,
        period: row.get_named("period")?,
        active: row.get("active")?,
    })
}

fn membership(row: &Row) -> Result<Membership, DatabaseError> {
    Ok(Membership {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        plan_id: row.get("plan_id")?,
        status: row.get_named("status")?,
        started_at: row.get("started_at")?,
        current_period_end: row.get("current_period_end")?,
        auto_renew: row.get("auto_renew")?,
        renew_attempts: row.get("renew_attempts")?,
        notified_end: row.get("notified_end")?,
    })
}
