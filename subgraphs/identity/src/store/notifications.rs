//! `notifications`: what people are told, page by page.

use kit_database::{Database, DatabaseError, Executor, Row, Transaction};
use kit_ids::{NotificationId, UserId};
use kit_paging::{Order, Position, SortKey, Window};

use crate::domain::Notification;

/// Newest first.
pub(crate) const NEWEST: Order = Order::new("notifications.newest", &[SortKey::descending("n.created_at")], "n.id");

const INSERT: &str = "INSERT INTO notifications (id, user_id, kind, title, body, link, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?)";
const BY_ID: &str = "SELECT * FROM notifications WHERE id IN (..)";
const READ: &str = "UPDATE notifications SET read_at = ? WHERE read_at IS NULL AND id IN (..)";
const COUNT: &str = "SELECT user_id, COUNT(*) AS notices FROM notifications
  WHERE user_id IN (..) AND (? = 0 OR read_at IS NULL) GROUP BY user_id";

/// Where a notice stands in [`NEWEST`].
pub(crate) fn position(notification: &Notification) -> Position {
    Position::new([notification.created_at.into()], notification.id)
}

/// Tells somebody something.
pub(crate) async fn insert(transaction: &mut Transaction, notification: &Notification) -> Result<(), DatabaseError> {
    let insert = transaction.query(INSERT).bind(notification.id).bind(notification.user_id).bind(&notification.kind);
    let insert = insert.bind(&notification.title).bind(&notification.body).bind(notification.link.clone());
    insert.bind(notification.created_at).execute().await.map(drop)
}

/// The notices of these ids, in no order.
pub(crate) async fn by_ids(on: impl Executor<'_>, ids: &[NotificationId]) -> Result<Vec<Notification>, DatabaseError> {
    on.query(BY_ID).bind_list(ids.iter().copied()).fetch_all().await?.iter().map(notification).collect()
}

/// Marks notices as read; what was read before stays so.
pub(crate) async fn mark_read(
    transaction: &mut Transaction,
    ids: &[NotificationId],
    now: i64,
) -> Result<(), DatabaseError> {
    transaction.query(READ).bind(now).bind_list(ids.iter().copied()).execute().await.map(drop)
}

/// One page of what each of these users is told, of what they have not read when only that is wanted.
pub(crate) async fn windows(
    database: &Database,
    users: &[UserId],
    window: &Window<bool>,
) -> Result<Vec<(UserId, Notification)>, DatabaseError> {
    let keyset = NEWEST.keyset(&window.page);
    let sql = format!(
        "SELECT * FROM (
           SELECT n.*, ROW_NUMBER() OVER (PARTITION BY n.user_id ORDER BY {}) AS place
           FROM notifications n WHERE n.user_id IN (..) AND (? = 0 OR n.read_at IS NULL) AND {}
         ) ranked WHERE place <= ? ORDER BY place",
        keyset.order_by, keyset.condition
    );
    let query = database.query_assembled(sql).bind_list(users.iter().copied()).bind(window.filter);
    let rows = keyset.bind_to(query).bind(keyset.limit).fetch_all().await?;
    rows.iter().map(|row| notification(row).map(|notification| (notification.user_id, notification))).collect()
}

/// How many notices these users have, of those not read when only they are wanted; users without any are missing.
pub(crate) async fn count(
    on: impl Executor<'_>,
    users: &[UserId],
    is_unread_only: bool,
) -> Result<Vec<(UserId, i64)>, DatabaseError> {
    let rows = on.query(COUNT).bind_list(users.iter().copied()).bind(is_unread_only).fetch_all().await?;
    rows.iter().map(|row| Ok((row.get("user_id")?, row.get("notices")?))).collect()
}

fn notification(row: &Row) -> Result<Notification, DatabaseError> {
    Ok(Notification {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        kind: row.get("kind")?,
        title: row.get("title")?,
        body: row.get("body")?,
        link: row.get("link")?,
        created_at: row.get("created_at")?,
        read_at: row.get("read_at")?,
    })
}
