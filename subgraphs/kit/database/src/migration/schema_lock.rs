//! One process at a time migrates a schema of a server.

use sqlx::MySqlConnection;

use crate::{Database, DatabaseError};

/// Longest wait for another process that migrates the same schema.
const SCHEMA_LOCK_SECONDS: i64 = 60;

/// Takes the server's named lock for the schema; the server releases it when the connection ends.
pub(super) async fn take(connection: &mut MySqlConnection, database: &Database) -> Result<(), DatabaseError> {
    let taken: Option<i64> = sqlx::query_scalar("SELECT CAST(GET_LOCK(CONCAT('migrate.', DATABASE()), ?) AS SIGNED)")
        .bind(SCHEMA_LOCK_SECONDS)
        .fetch_one(connection)
        .await
        .map_err(|error| super::unavailable(error, database))?;
    if taken == Some(1) {
        return Ok(());
    }
    Err(DatabaseError::Migration {
        set: "all".to_owned(),
        subgraph: database.subgraph().to_owned(),
        reason: format!(
            "another process has been migrating the same schema for {SCHEMA_LOCK_SECONDS} s; look what it does"
        ),
    })
}

/// Gives the lock back. A failure is no matter: the lock ends with the connection.
pub(super) async fn release(connection: &mut MySqlConnection, database: &Database) {
    let released = sqlx::query("DO RELEASE_LOCK(CONCAT('migrate.', DATABASE()))").execute(connection).await;
    if let Err(error) = released {
        tracing::debug!(%error, subgraph = database.subgraph(), "the migration lock was not given back");
    }
}
