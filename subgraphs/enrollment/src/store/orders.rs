//! `orders`.

use kit_database::{DatabaseError, Executor, Row};
use kit_ids::OrderId;

use super::{named, price};
use crate::domain::{Named, Order, OrderStatus};

const BY_ID: &str = "SELECT * FROM orders WHERE id IN (..)";
const INSERT: &str = "INSERT INTO orders (id, user_id, amount_minor, currency, status, created_at)
  VALUES (?, ?, ?, ?, ?, ?)";
const SETTLE: &str = "UPDATE orders SET status = ?, payment_ref = ? WHERE id = ?";

/// The orders of these ids, in no order.
pub(crate) async fn by_ids(on: impl Executor<'_>, ids: &[OrderId]) -> Result<Vec<Order>, DatabaseError> {
    on.query(BY_ID).bind_list(ids.iter().copied()).fetch_all().await?.iter().map(order).collect()
}

/// Writes a new order.
pub(crate) async fn insert(on: impl Executor<'_>, order: &Order) -> Result<(), DatabaseError> {
    let insert = on.query(INSERT).bind(order.id).bind(order.user_id).bind(order.amount.amount_minor);
    let insert = insert.bind(order.amount.currency.name()).bind(order.status.name()).bind(order.created_at);
    insert.execute().await.map(drop)
}

/// Writes what became of an order, and the payment provider's reference if it gave one.
pub(crate) async fn settle(
    on: impl Executor<'_>,
    id: OrderId,
    status: OrderStatus,
    payment_reference: Option<&str>,
) -> Result<(), DatabaseError> {
    on.query(SETTLE).bind(status.name()).bind(payment_reference).bind(id).execute().await.map(drop)
}

fn order(row: &Row) -> Result<Order, DatabaseError> {
    Ok(Order {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        amount: price(row)?,
        status: named(row, "status")?,
        created_at: row.get("created_at")?,
    })
}
