//! The record of what was seeded: it makes seeding idempotent and tells a later start which world is there.

use kit_database::{Database, DatabaseError};
use serde::Serialize;

use super::{Checksum, Seeder, Table};
use crate::{Anchor, DemonstrationError, Seed, WorldKey};

/// The table belongs to seeding, not to the subgraph, so seeding creates it: a production database never has it.
/// A row without checksum was begun and not finished.
const CREATE: &str = "CREATE TABLE IF NOT EXISTS seed_manifest (
  seeder VARCHAR(64) NOT NULL PRIMARY KEY,
  profile VARCHAR(16) NOT NULL,
  seed VARCHAR(20) NOT NULL,
  anchor BIGINT NOT NULL,
  checksum VARCHAR(64)
)";
const SELECT: &str = "SELECT profile, seed, anchor, checksum FROM seed_manifest WHERE seeder = ?";
const DELETE: &str = "DELETE FROM seed_manifest WHERE seeder = ?";
const INSERT: &str = "INSERT INTO seed_manifest (seeder, profile, seed, anchor) VALUES (?, ?, ?, ?)";
const FINISH: &str = "UPDATE seed_manifest SET checksum = ? WHERE seeder = ?";

/// What a database says about an earlier seeding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SeedingRecord {
    /// The world that was, or was being, written.
    pub world: WorldKey,
    /// The checksum at the end of seeding; none while it is under way or after an interruption.
    pub checksum: Option<String>,
}

impl SeedingRecord {
    /// Whether all rows were written.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        self.checksum.is_some()
    }
}

/// The record of a seeder in this database. With the anchor `now`, a later start asks here first, so that all
/// subgraphs keep to the world of the first.
///
/// # Errors
/// [`DemonstrationError::Database`] when it cannot be read, [`DemonstrationError::Manifest`] when it makes no sense.
pub async fn record(database: &Database, seeder: &str) -> Result<Option<SeedingRecord>, DemonstrationError> {
    let refused = || DemonstrationError::refused("read seed_manifest");
    database.query(CREATE).execute().await.map_err(DemonstrationError::refused("create seed_manifest"))?;
    let row = database.query(SELECT).bind(seeder).fetch_optional().await.map_err(refused())?;
    let Some(row) = row else { return Ok(None) };
    let read = || -> Result<(String, String, i64, Option<String>), DatabaseError> {
        Ok((row.get("profile")?, row.get("seed")?, row.get("anchor")?, row.get("checksum")?))
    };
    let (profile, seed, anchor, checksum) = read().map_err(refused())?;
    let unreadable = |reason: String| DemonstrationError::Manifest { seeder: seeder.to_owned(), reason };
    let world = WorldKey {
        profile: profile.parse().map_err(|error: DemonstrationError| unreadable(error.to_string()))?,
        seed: seed.parse::<Seed>().map_err(|error| unreadable(format!("seed {seed}: {error}")))?,
        anchor: Anchor::at(anchor).map_err(|error| unreadable(error.to_string()))?,
    };
    Ok(Some(SeedingRecord { world, checksum }))
}

/// Notes that seeding begins; replaces the note of an interrupted one.
pub(super) async fn begin(database: &Database, seeder: &str, world: &WorldKey) -> Result<(), DemonstrationError> {
    let refused = || DemonstrationError::refused("write seed_manifest");
    database.query(DELETE).bind(seeder).execute().await.map_err(refused())?;
    let insert = database.query(INSERT).bind(seeder).bind(world.profile.name());
    insert.bind(world.seed.to_string()).bind(world.anchor.micros()).execute().await.map_err(refused())?;
    Ok(())
}

/// Notes that all rows are there.
pub(super) async fn finish(
    database: &Database,
    seeder: &str,
    world: &WorldKey,
    checksum: &Checksum,
) -> Result<SeedingRecord, DemonstrationError> {
    let checksum = checksum.to_string();
    database
        .query(FINISH)
        .bind(&checksum)
        .bind(seeder)
        .execute()
        .await
        .map_err(DemonstrationError::refused("write seed_manifest"))?;
    Ok(SeedingRecord { world: *world, checksum: Some(checksum) })
}

/// Removes the rows of an interrupted seeding, those that refer before those referred to.
pub(super) async fn clear(database: &Database, tables: &[Table]) -> Result<(), DemonstrationError> {
    for Table(table) in tables.iter().rev() {
        for statement in table.unlink.into_iter().chain([table.delete]) {
            let refused = DemonstrationError::refused(format!("empty {}", table.name));
            database.query(statement).execute().await.map_err(refused)?;
        }
    }
    Ok(())
}

/// Refuses to mix demonstration data into somebody's own.
pub(super) async fn ensure_empty(database: &Database, seeder: &dyn Seeder) -> Result<(), DemonstrationError> {
    for Table(table) in seeder.tables() {
        let refused = DemonstrationError::refused(format!("look into {}", table.name));
        if database.query(table.any).fetch_optional().await.map_err(refused)?.is_some() {
            let (seeder, table) = (seeder.name().to_owned(), table.name.to_owned());
            return Err(DemonstrationError::NotEmpty { seeder, table });
        }
    }
    Ok(())
}
