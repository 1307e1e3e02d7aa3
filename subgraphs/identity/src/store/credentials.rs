//! `credentials`: password hashes, which leave this table only to be compared.

use kit_database::{DatabaseError, Executor, Transaction};
use kit_ids::UserId;

const READ: &str = "SELECT phc FROM credentials WHERE user_id = ?";
const REPLACE: &str = "UPDATE credentials SET phc = ? WHERE user_id = ?";
const INSERT: &str = "INSERT INTO credentials (user_id, phc) VALUES (?, ?)";

/// The user's hash, as a PHC string.
pub(crate) async fn phc(on: impl Executor<'_>, user_id: UserId) -> Result<Option<String>, DatabaseError> {
    on.query(READ).bind(user_id).fetch_optional().await?.map(|row| row.get("phc")).transpose()
}

/// Writes the first hash of a user.
pub(crate) async fn insert(transaction: &mut Transaction, user_id: UserId, phc: &str) -> Result<(), DatabaseError> {
    transaction.query(INSERT).bind(user_id).bind(phc).execute().await.map(drop)
}

/// Writes another hash of a user.
pub(crate) async fn replace(transaction: &mut Transaction, user_id: UserId, phc: &str) -> Result<(), DatabaseError> {
    transaction.query(REPLACE).bind(phc).bind(user_id).execute().await.map(drop)
}
