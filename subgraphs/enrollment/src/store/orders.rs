//! `orders`.

use kit_database::{DatabaseError, Executor, Row, Transaction};
use kit_ids::{CourseId, MembershipId, OrderId};
use kit_names::Named;

use super::price;
use crate::domain::{Order, OrderStatus, OrderSubject};

const BY_ID: &str = "SELECT * FROM orders WHERE id IN (..)";
const INSERT: &str = "INSERT INTO orders (id, user_id, amount_minor, currency, status, course_id, membership_id,
  created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
const LAST_PAID: &str = "SELECT * FROM orders WHERE membership_id = ? AND status = 'PAID'
  ORDER BY created_at DESC, id DESC LIMIT 1";
const REFUND: &str = "UPDATE orders SET status = 'REFUNDED' WHERE id = ? AND status = 'PAID'";
const SETTLE: &str = "UPDATE orders SET status = ?, payment_ref = ? WHERE id = ? AND status = 'PENDING'";
const ABANDONED: &str =
    "SELECT * FROM orders WHERE status = 'PENDING' AND created_at <= ? AND id > ? ORDER BY id LIMIT ?";

/// The orders of these ids, in no order.
pub(crate) async fn by_ids(on: impl Executor<'_>, ids: &[OrderId]) -> Result<Vec<Order>, DatabaseError> {
    on.query(BY_ID).bind_list(ids.iter().copied()).fetch_all().await?.iter().map(order).collect()
}

/// The order that paid for the last period of a membership.
pub(crate) async fn last_paid(on: impl Executor<'_>, membership: MembershipId) -> Result<Option<Order>, DatabaseError> {
    on.query(LAST_PAID).bind(membership).fetch_optional().await?.as_ref().map(order).transpose()
}

/// Writes a new order.
pub(crate) async fn insert(on: impl Executor<'_>, order: &Order) -> Result<(), DatabaseError> {
    let insert = on.query(INSERT).bind(order.id).bind(order.user_id).bind(order.amount.amount_minor);
    let (course, membership) = match order.subject {
        OrderSubject::Course(id) => (Some(id), None),
        OrderSubject::Membership(id) => (None, Some(id)),
    };
    let insert = insert.bind(order.amount.currency.name()).bind(order.status.name()).bind(course).bind(membership);
    insert.bind(order.created_at).execute().await.map(drop)
}

/// Writes a paid order as paid back; false when it was that before.
pub(crate) async fn refund(transaction: &mut Transaction, id: OrderId) -> Result<bool, DatabaseError> {
    Ok(transaction.query(REFUND).bind(id).execute().await?.rows > 0)
}

/// Orders that were opened until then and never settled, so many from an id on.
pub(crate) async fn abandoned(
    on: impl Executor<'_>,
    until: i64,
    after: OrderId,
    limit: i64,
) -> Result<Vec<Order>, DatabaseError> {
    on.query(ABANDONED).bind(until).bind(after).bind(limit).fetch_all().await?.iter().map(order).collect()
}

/// Writes what became of a pending order, and the payment provider's reference if it gave one; false when it is pending no
/// longer.
pub(crate) async fn settle(
    on: impl Executor<'_>,
    id: OrderId,
    status: OrderStatus,
    payment_reference: Option<&str>,
) -> Result<bool, DatabaseError> {
    Ok(on.query(SETTLE).bind(status.name()).bind(payment_reference).bind(id).execute().await?.rows > 0)
}

fn order(row: &Row) -> Result<Order, DatabaseError> {
    let course: Option<CourseId> = row.get("course_id")?;
    let subject = match course {
        Some(id) => OrderSubject::Course(id),
        None => OrderSubject::Membership(row.get("membership_id")?),
    };
    Ok(Order {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        amount: price(row)?,
        subject,
        status: row.get_named("status")?,
        created_at: row.get("created_at")?,
    })
}
