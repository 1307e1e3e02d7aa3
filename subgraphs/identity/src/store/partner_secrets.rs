//! `partner_secrets`.

use kit_database::{DatabaseError, Executor, Row, Transaction};

use super::unexpected;
use crate::domain::{ClientId, PartnerSecretId, SecretHash, StoredSecret};

const OF_CLIENTS: &str = "SELECT id, client_id, hash, created_at, expires_at, last_used_at FROM partner_secrets
  WHERE client_id IN (..) ORDER BY created_at, id";
const INSERT: &str = "INSERT INTO partner_secrets (id, client_id, hash, created_at) VALUES (?, ?, ?, ?)";
const END: &str = "UPDATE partner_secrets SET expires_at = ? WHERE id = ?";
const USED: &str = "UPDATE partner_secrets SET last_used_at = ? WHERE id = ?";
const FORGET: &str = "DELETE FROM partner_secrets WHERE client_id = ? AND expires_at < ?";

/// The secrets of these clients, each with its client id, oldest first.
pub(crate) async fn of_clients(
    on: impl Executor<'_>,
    client_ids: &[String],
) -> Result<Vec<(String, StoredSecret)>, DatabaseError> {
    let rows = on.query(OF_CLIENTS).bind_list(client_ids).fetch_all().await?;
    rows.iter()
        .map(|row| Ok((row.get("client_id")?, secret(row, "id", ["created_at", "expires_at", "last_used_at"])?)))
        .collect()
}

/// The secrets of a client, oldest first. Lock the partner before, in order to write.
pub(crate) async fn of_client(on: impl Executor<'_>, client_id: &ClientId) -> Result<Vec<StoredSecret>, DatabaseError> {
    let found = of_clients(on, &[client_id.as_str().to_owned()]).await?;
    Ok(found.into_iter().map(|(_, secret)| secret).collect())
}

/// Writes a new secret.
pub(crate) async fn insert(
    transaction: &mut Transaction,
    client_id: &ClientId,
    (id, hash): (PartnerSecretId, &SecretHash),
    now: i64,
) -> Result<(), DatabaseError> {
    let insert = transaction.query(INSERT).bind(id).bind(client_id.as_str()).bind(hash.text());
    insert.bind(now).execute().await.map(drop)
}

/// Writes when a secret ends.
pub(crate) async fn end(transaction: &mut Transaction, id: PartnerSecretId, at: i64) -> Result<(), DatabaseError> {
    transaction.query(END).bind(at).bind(id).execute().await.map(drop)
}

/// Notes that a secret got a token.
pub(crate) async fn used(transaction: &mut Transaction, id: PartnerSecretId, now: i64) -> Result<(), DatabaseError> {
    transaction.query(USED).bind(now).bind(id).execute().await.map(drop)
}

/// Forgets a client's secrets that have ended before a moment.
pub(crate) async fn forget(
    transaction: &mut Transaction,
    client_id: &ClientId,
    before: i64,
) -> Result<(), DatabaseError> {
    transaction.query(FORGET).bind(client_id.as_str()).bind(before).execute().await.map(drop)
}

/// The secret in a row of a partner with its secrets; nothing when it has none.
pub(super) fn joined(row: &Row) -> Result<Option<StoredSecret>, DatabaseError> {
    let id: Option<PartnerSecretId> = row.get("secret_id")?;
    let columns = ["secret_created_at", "secret_expires_at", "secret_last_used_at"];
    id.map(|_| secret(row, "secret_id", columns)).transpose()
}

fn secret(
    row: &Row,
    id: &'static str,
    [created_at, expires_at, last_used_at]: [&'static str; 3],
) -> Result<StoredSecret, DatabaseError> {
    let hash: String = row.get("hash")?;
    Ok(StoredSecret {
        id: row.get(id)?,
        hash: SecretHash::parse(&hash).ok_or_else(|| unexpected("hash", "the hash of a secret", &hash))?,
        created_at: row.get(created_at)?,
        expires_at: row.get(expires_at)?,
        last_used_at: row.get(last_used_at)?,
    })
}
