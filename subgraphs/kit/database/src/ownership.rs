//! Whose data this is. The first subgraph that opens a database is recorded in it; any other one is refused (P2).

use crate::{Database, DatabaseError};

const CREATE: &str = "CREATE TABLE IF NOT EXISTS database_owner (
  id       INTEGER     NOT NULL PRIMARY KEY CHECK (id = 1),
  subgraph VARCHAR(64) NOT NULL
)";
const READ: &str = "SELECT subgraph FROM database_owner WHERE id = 1";
const RECORD: &str = "INSERT INTO database_owner (id, subgraph) VALUES (1, ?)";

/// Records the subgraph as owner, or compares it with the one on record.
///
/// # Errors
/// [`DatabaseError::OtherOwner`] when the data is another subgraph's.
pub(crate) async fn claim(database: &Database) -> Result<(), DatabaseError> {
    let expected = database.subgraph();
    database.query(CREATE).execute().await?;
    match database.query(RECORD).bind(expected).execute().await {
        Ok(_) => return Ok(()),
        Err(DatabaseError::Unique { .. }) => {}
        Err(error) => return Err(error),
    }
    let found: String = database.query(READ).fetch_one().await?.get("subgraph")?;
    if found == expected {
        return Ok(());
    }
    Err(DatabaseError::OtherOwner { expected: expected.to_owned(), found })
}
