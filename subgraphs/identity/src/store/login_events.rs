//! `login_events`: the history of an account, page by page.

use kit_database::{Database, DatabaseError, Executor, Row};
use kit_ids::UserId;
use kit_paging::{Order, SortKey, Window};

use super::unexpected;
use crate::domain::{LoginEvent, LoginKind, Whence};

/// Newest first.
pub(crate) const NEWEST: Order = Order::new("login_events.newest", &[SortKey::descending("e.at")], "e.id");

const INSERT: &str = "INSERT INTO login_events (id, user_id, kind, at, ip, user_agent, session_id)
  VALUES (?, ?, ?, ?, ?, ?, ?)";
const INSERT_OF_ACTIVE: &str = "INSERT INTO login_events (id, user_id, kind, at, ip, user_agent)
  SELECT ?, id, ?, ?, ?, ? FROM users WHERE id = ? AND status = 'ACTIVE'";
const SIGNED_IN: &str =
    "SELECT 1 AS present FROM login_events WHERE user_id = ? AND at >= ? AND kind = 'LOGIN' AND ip = ? LIMIT 1";
const WHENCE: &str =
    "SELECT ip, user_agent FROM login_events WHERE user_id = ? AND kind = 'LOGIN' ORDER BY at DESC, id DESC LIMIT ?";
const BY_ID: &str = "SELECT * FROM login_events WHERE id IN (..)";
const COUNT: &str = "SELECT user_id, COUNT(*) AS events FROM login_events
  WHERE user_id IN (..) AND (? IS NULL OR kind = ?) GROUP BY user_id";

/// Adds to a user's history.
pub(crate) async fn insert(on: impl Executor<'_>, event: &LoginEvent) -> Result<(), DatabaseError> {
    let insert = on.query(INSERT).bind(event.id).bind(event.user_id).bind(event.kind.name()).bind(event.at);
    insert.bind(event.ip.clone()).bind(event.user_agent.clone()).bind(event.session_id).execute().await.map(drop)
}

/// Adds to a user's history if their account is in use; else it does as much, and adds nothing.
pub(crate) async fn insert_of_active(on: impl Executor<'_>, event: &LoginEvent) -> Result<(), DatabaseError> {
    let insert = on.query(INSERT_OF_ACTIVE).bind(event.id).bind(event.kind.name()).bind(event.at);
    insert.bind(event.ip.clone()).bind(event.user_agent.clone()).bind(event.user_id).execute().await.map(drop)
}

/// Whether somebody has signed in from an address since a moment.
pub(crate) async fn has_signed_in(
    on: impl Executor<'_>,
    user: UserId,
    ip: &str,
    since: i64,
) -> Result<bool, DatabaseError> {
    Ok(on.query(SIGNED_IN).bind(user).bind(since).bind(ip).fetch_optional().await?.is_some())
}

/// Where somebody has signed in from, latest first.
pub(crate) async fn whence(on: impl Executor<'_>, user: UserId, count_max: i64) -> Result<Vec<Whence>, DatabaseError> {
    let rows = on.query(WHENCE).bind(user).bind(count_max).fetch_all().await?;
    let whence = |row: &Row| {
        let (ip, user_agent): (Option<String>, Option<String>) = (row.get("ip")?, row.get("user_agent")?);
        Ok(Whence::of(ip.as_deref(), user_agent.as_deref()))
    };
    rows.iter().map(whence).collect()
}

/// The events of these ids, in no order.
pub(crate) async fn by_ids(
    on: impl Executor<'_>,
    ids: &[kit_ids::LoginEventId],
) -> Result<Vec<LoginEvent>, DatabaseError> {
    on.query(BY_ID).bind_list(ids.iter().copied()).fetch_all().await?.iter().map(event).collect()
}

/// One page of each of these users' histories, of one kind when it is given.
pub(crate) async fn windows(
    database: &Database,
    users: &[UserId],
    window: &Window<Option<LoginKind>>,
) -> Result<Vec<(UserId, LoginEvent)>, DatabaseError> {
    let keyset = NEWEST.keyset(&window.page);
    let sql = format!(
        "SELECT * FROM (
           SELECT e.*, ROW_NUMBER() OVER (PARTITION BY e.user_id ORDER BY {}) AS place
           FROM login_events e WHERE e.user_id IN (..) AND (? IS NULL OR e.kind = ?) AND {}
         ) ranked WHERE place <= ? ORDER BY place",
        keyset.order_by, keyset.condition
    );
    let kind = window.filter.map(LoginKind::name);
    let query = database.query_assembled(sql).bind_list(users.iter().copied()).bind(kind).bind(kind);
    let rows = keyset.bind_to(query).bind(keyset.limit).fetch_all().await?;
    rows.iter().map(|row| event(row).map(|event| (event.user_id, event))).collect()
}

/// How many events these users have, of one kind when it is given; users without any are missing.
pub(crate) async fn count(
    on: impl Executor<'_>,
    users: &[UserId],
    kind: Option<LoginKind>,
) -> Result<Vec<(UserId, i64)>, DatabaseError> {
    let kind = kind.map(LoginKind::name);
    let rows = on.query(COUNT).bind_list(users.iter().copied()).bind(kind).bind(kind).fetch_all().await?;
    rows.iter().map(|row| Ok((row.get("user_id")?, row.get("events")?))).collect()
}

fn event(row: &Row) -> Result<LoginEvent, DatabaseError> {
    let kind: String = row.get("kind")?;
    Ok(LoginEvent {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        kind: LoginKind::named(&kind).ok_or_else(|| unexpected("kind", "the name of a kind of event", &kind))?,
        at: row.get("at")?,
        ip: row.get("ip")?,
        user_agent: row.get("user_agent")?,
        session_id: row.get("session_id")?,
    })
}
