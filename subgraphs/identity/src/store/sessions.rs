//! `sessions` and `refresh_tokens`.

use kit_database::{Database, DatabaseError, Executor, Row, Transaction};
use kit_ids::UserId;

use crate::domain::{LiveSession, Presented, Session, SessionId, StoredRefreshToken};

const INSERT: &str = "INSERT INTO sessions (id, user_id, family_id, device, ip, created_at, last_used_at)
  VALUES (?, ?, ?, ?, ?, ?, ?)";
const READ: &str = "SELECT id, user_id, created_at, revoked_at FROM sessions WHERE id = ?";
const DEVICE: &str = "SELECT device FROM sessions WHERE id = ?";
const OVER: &str = "SELECT id FROM sessions WHERE created_at < ? ORDER BY created_at LIMIT ?";
const FORGET_TOKENS: &str = "DELETE FROM refresh_tokens WHERE family_id IN (..)";
const FORGET: &str = "DELETE FROM sessions WHERE id IN (..)";
const OLDEST: &str = "SELECT id, user_id, created_at, revoked_at FROM sessions
  WHERE user_id = ? AND revoked_at IS NULL ORDER BY last_used_at, id";
const LIVE: &str = "SELECT s.id, s.device, s.ip, s.created_at, s.last_used_at FROM sessions s
  WHERE s.user_id = ? AND s.revoked_at IS NULL
    AND EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.family_id = s.family_id AND t.used_at IS NULL AND t.expires_at > ?)
  ORDER BY s.last_used_at DESC, s.id LIMIT ?";
const LIVE_OF_USER: &str = "SELECT id, user_id, created_at, revoked_at FROM sessions
  WHERE user_id = ? AND revoked_at IS NULL ORDER BY id";
const FAMILY_OF: &str = "SELECT family_id FROM refresh_tokens WHERE hash = ?";
const TOKEN: &str = "SELECT expires_at, used_at, successor_hash FROM refresh_tokens WHERE hash = ?";
const SUCCESSOR_USED: &str = "SELECT used_at FROM refresh_tokens WHERE hash = ?";
const TOUCH: &str = "UPDATE sessions SET last_used_at = ? WHERE id = ?";
const REVOKE: &str = "UPDATE sessions SET revoked_at = ?, revoked_reason = ? WHERE id = ? AND revoked_at IS NULL";
const INSERT_TOKEN: &str =
    "INSERT INTO refresh_tokens (hash, family_id, user_id, issued_at, expires_at) VALUES (?, ?, ?, ?, ?)";
const USE_TOKEN: &str = "UPDATE refresh_tokens SET used_at = ?, successor_hash = ? WHERE hash = ? AND used_at IS NULL";

/// Where a session comes from, cut to what its columns hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionClient<'c> {
    pub(crate) device: Option<&'c str>,
    pub(crate) ip: Option<&'c str>,
}

/// Writes a new session. Its family of refresh tokens has its id.
pub(crate) async fn insert(
    transaction: &mut Transaction,
    session: &Session,
    client: SessionClient<'_>,
) -> Result<(), DatabaseError> {
    let insert = transaction.query(INSERT).bind(session.id).bind(session.user_id).bind(session.id);
    let insert = insert.bind(client.device).bind(client.ip).bind(session.created_at).bind(session.created_at);
    insert.execute().await.map(drop)
}

/// The session, locked until the transaction ends.
pub(crate) async fn lock(transaction: &mut Transaction, id: SessionId) -> Result<Option<Session>, DatabaseError> {
    transaction.query(READ).bind(id).locking().fetch_optional().await?.as_ref().map(session).transpose()
}

/// The sessions of a user that can go on, latest used first.
pub(crate) async fn live(
    on: impl Executor<'_>,
    user: UserId,
    now: i64,
    count_max: i64,
) -> Result<Vec<LiveSession>, DatabaseError> {
    let rows = on.query(LIVE).bind(user).bind(now).bind(count_max).fetch_all().await?;
    let live = |row: &Row| {
        Ok(LiveSession {
            id: row.get("id")?,
            device: row.get("device")?,
            ip: row.get("ip")?,
            created_at: row.get("created_at")?,
            last_used_at: row.get("last_used_at")?,
        })
    };
    rows.iter().map(live).collect()
}

/// All sessions of a user that have not ended, locked until the transaction ends.
pub(crate) async fn lock_all(transaction: &mut Transaction, user: UserId) -> Result<Vec<Session>, DatabaseError> {
    transaction.query(LIVE_OF_USER).bind(user).locking().fetch_all().await?.iter().map(session).collect()
}

/// A token that a program of this name presents, with its session, which is locked first: whoever rotates a token of the
/// family waits here.
pub(crate) async fn present(
    transaction: &mut Transaction,
    hash: &[u8; 32],
    device: Option<&str>,
) -> Result<Option<Presented>, DatabaseError> {
    let Some(family) = transaction.query(FAMILY_OF).bind(hash).fetch_optional().await? else { return Ok(None) };
    let Some(session) = lock(transaction, family.get("family_id")?).await? else { return Ok(None) };
    let row = transaction.query(TOKEN).bind(hash).locking().fetch_one().await?;
    let token = StoredRefreshToken {
        expires_at: row.get("expires_at")?,
        used_at: row.get("used_at")?,
        successor_hash: row.get("successor_hash")?,
    };
    let is_successor_used = match &token.successor_hash {
        Some(successor) => {
            let row = transaction.query(SUCCESSOR_USED).bind(successor).locking().fetch_one().await?;
            row.get::<Option<i64>>("used_at")?.is_some()
        }
        None => false,
    };
    let began_with: Option<String> = transaction.query(DEVICE).bind(session.id).fetch_one().await?.get("device")?;
    let is_same_program = began_with.as_deref() == device;
    Ok(Some(Presented { session, token, is_successor_used, is_same_program }))
}

/// The sessions of a user that have not ended, the one first that was not used for longest.
pub(crate) async fn oldest(transaction: &mut Transaction, user: UserId) -> Result<Vec<Session>, DatabaseError> {
    transaction.query(OLDEST).bind(user).locking().fetch_all().await?.iter().map(session).collect()
}

/// Sessions that began before a moment, the oldest first.
pub(crate) async fn over(database: &Database, before: i64, count_max: i64) -> Result<Vec<SessionId>, DatabaseError> {
    let rows = database.query(OVER).bind(before).bind(count_max).fetch_all().await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Forgets sessions, and the tokens of each.
pub(crate) async fn forget(transaction: &mut Transaction, ids: &[SessionId]) -> Result<u64, DatabaseError> {
    transaction.query(FORGET_TOKENS).bind_list(ids.iter().copied()).execute().await?;
    Ok(transaction.query(FORGET).bind_list(ids.iter().copied()).execute().await?.rows)
}

/// Writes a new refresh token of the session.
pub(crate) async fn insert_token(
    transaction: &mut Transaction,
    hash: &[u8; 32],
    session: &Session,
    issued_at: i64,
    expires_at: i64,
) -> Result<(), DatabaseError> {
    let insert = transaction.query(INSERT_TOKEN).bind(hash).bind(session.id).bind(session.user_id);
    insert.bind(issued_at).bind(expires_at).execute().await.map(drop)
}

/// Marks a token as used, with its one successor, and its session as alive.
pub(crate) async fn use_token(
    transaction: &mut Transaction,
    hash: &[u8; 32],
    successor: &[u8; 32],
    session: SessionId,
    now: i64,
) -> Result<(), DatabaseError> {
    transaction.query(USE_TOKEN).bind(now).bind(successor).bind(hash).execute().await?;
    transaction.query(TOUCH).bind(now).bind(session).execute().await.map(drop)
}

/// Ends a session; false when it had ended before.
pub(crate) async fn revoke(
    transaction: &mut Transaction,
    id: SessionId,
    reason: &str,
    now: i64,
) -> Result<bool, DatabaseError> {
    Ok(transaction.query(REVOKE).bind(now).bind(reason).bind(id).execute().await?.rows == 1)
}

fn session(row: &Row) -> Result<Session, DatabaseError> {
    Ok(Session {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        created_at: row.get("created_at")?,
        revoked_at: row.get("revoked_at")?,
    })
}
