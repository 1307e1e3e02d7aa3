//! How the subgraphs' schemas have changed.

use serde::{Deserialize, Serialize};
use sqlx::Row;

use super::Store;
use super::pack::{pack, unpack};

/// Changes of one subgraph that are remembered.
const CHANGES_MAX: i64 = 100;

/// A schema of a subgraph, and how it differs from the one before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaVersion {
    /// Since when the router has had it, in milliseconds since 1970.
    pub at_ms: u64,
    /// SHA-256 of the schema, in hexadecimal digits.
    pub hash: String,
    /// What it defines: coordinates, such as `Course.title`, each with its type.
    pub defined: Vec<(String, String)>,
    /// Coordinates that were not there before.
    pub added: Vec<String>,
    /// Coordinates that are no longer there.
    pub removed: Vec<String>,
    /// Coordinates whose type is another one.
    pub changed: Vec<String>,
    /// Whether it is the first one that is known.
    pub is_first: bool,
}

impl Store {
    /// The schemas of a subgraph, the current one first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn schemas(&self, subgraph: &str) -> Result<Vec<SchemaVersion>, sqlx::Error> {
        let statement = "SELECT body FROM subgraph_schema WHERE subgraph = ? ORDER BY at_ms DESC LIMIT ?";
        let rows = sqlx::query(statement).bind(subgraph).bind(CHANGES_MAX).fetch_all(&self.readers).await?;
        Ok(rows.iter().filter_map(|row| row.try_get(0).ok().and_then(unpack)).collect())
    }

    /// Keeps a schema of a subgraph.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn add_schema(&self, subgraph: &str, version: &SchemaVersion) -> Result<(), sqlx::Error> {
        let Some(body) = pack(version) else { return Ok(()) };
        let statement = "INSERT OR REPLACE INTO subgraph_schema (subgraph, at_ms, hash, body) VALUES (?, ?, ?, ?)";
        let query = sqlx::query(statement).bind(subgraph).bind(version.at_ms.cast_signed()).bind(&version.hash);
        query.bind(body).execute(&self.writer).await?;
        let statement = "DELETE FROM subgraph_schema WHERE subgraph = ? AND at_ms NOT IN \
                         (SELECT at_ms FROM subgraph_schema WHERE subgraph = ? ORDER BY at_ms DESC LIMIT ?)";
        let query = sqlx::query(statement).bind(subgraph).bind(subgraph).bind(CHANGES_MAX);
        query.execute(&self.writer).await.map(drop)
    }
}
