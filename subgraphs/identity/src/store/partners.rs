//! `partners`.

use std::collections::BTreeSet;

use kit_database::{Database, DatabaseError, Executor};
use kit_viewer::Scope;

use super::unexpected;
use crate::domain::{ClientId, Partner};

const READ: &str = "SELECT secret_hash, scopes FROM partners WHERE client_id = ?";
const INSERT: &str = "INSERT INTO partners (client_id, secret_hash, scopes, created_at) VALUES (?, ?, ?, ?)";

/// The partner of this client id, and the hash of its secret as a PHC string.
pub(crate) async fn read(
    on: impl Executor<'_>,
    client_id: &ClientId,
) -> Result<Option<(Partner, String)>, DatabaseError> {
    let Some(row) = on.query(READ).bind(client_id.as_str()).fetch_optional().await? else { return Ok(None) };
    let text: String = row.get("scopes")?;
    let scopes: Result<BTreeSet<Scope>, _> = text.split_whitespace().map(str::parse).collect();
    let scopes = scopes.map_err(|_| unexpected("scopes", "names of scopes", &text))?;
    Ok(Some((Partner { client_id: client_id.clone(), scopes }, row.get("secret_hash")?)))
}

/// Writes a new partner.
pub(crate) async fn insert(
    database: &Database,
    partner: &Partner,
    secret_hash: &str,
    now: i64,
) -> Result<(), DatabaseError> {
    let scopes: Vec<&str> = partner.scopes.iter().map(|scope| scope.name()).collect();
    let insert = database.query(INSERT).bind(partner.client_id.as_str()).bind(secret_hash);
    insert.bind(scopes.join(" ")).bind(now).execute().await.map(drop)
}
