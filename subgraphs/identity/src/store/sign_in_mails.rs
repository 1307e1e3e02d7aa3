//! `sign_in_mails`.

use kit_database::{Database, DatabaseError, Row, Transaction};

use crate::domain::{SignInMail, SignInMailId};

const INSERT: &str = "INSERT INTO sign_in_mails (id, user_id, at, ip, user_agent, next_at) VALUES (?, ?, ?, ?, ?, ?)";
const DUE: &str = "SELECT id, user_id, at, ip, user_agent, attempts FROM sign_in_mails WHERE next_at <= ?
  ORDER BY next_at, id LIMIT ?";
const CLAIM: &str = "UPDATE sign_in_mails SET next_at = ? WHERE id = ? AND next_at <= ?";
const RETRY: &str = "UPDATE sign_in_mails SET attempts = attempts + 1, next_at = ? WHERE id = ?";
const REMOVE: &str = "DELETE FROM sign_in_mails WHERE id = ?";

/// Writes down what is to be told.
pub(crate) async fn insert(transaction: &mut Transaction, mail: &SignInMail) -> Result<(), DatabaseError> {
    let insert = transaction.query(INSERT).bind(mail.id).bind(mail.user_id).bind(mail.at).bind(mail.ip.clone());
    insert.bind(mail.user_agent.clone()).bind(mail.at).execute().await.map(drop)
}

/// What is to be sent by now, the longest waiting first.
pub(crate) async fn due(database: &Database, now: i64, count_max: i64) -> Result<Vec<SignInMail>, DatabaseError> {
    database.query(DUE).bind(now).bind(count_max).fetch_all().await?.iter().map(mail).collect()
}

/// Keeps others from sending it until then; false when somebody else was faster.
pub(crate) async fn claim(database: &Database, id: SignInMailId, now: i64, until: i64) -> Result<bool, DatabaseError> {
    Ok(database.query(CLAIM).bind(until).bind(id).bind(now).execute().await?.rows == 1)
}

/// Notes a failure.
pub(crate) async fn retry(database: &Database, id: SignInMailId, next_at: i64) -> Result<(), DatabaseError> {
    database.query(RETRY).bind(next_at).bind(id).execute().await.map(drop)
}

/// Forgets what was sent, or given up.
pub(crate) async fn remove(database: &Database, id: SignInMailId) -> Result<(), DatabaseError> {
    database.query(REMOVE).bind(id).execute().await.map(drop)
}

fn mail(row: &Row) -> Result<SignInMail, DatabaseError> {
    Ok(SignInMail {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        at: row.get("at")?,
        ip: row.get("ip")?,
        user_agent: row.get("user_agent")?,
        attempts: row.get("attempts")?,
    })
}
