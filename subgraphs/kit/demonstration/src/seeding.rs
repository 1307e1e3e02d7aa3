//! Writing the world: once, fast, and provably the same everywhere.

mod checksum;
mod insert;
mod manifest;
mod table;

use async_trait::async_trait;
use kit_database::Database;

pub use self::{
    checksum::{Checksum, TableChecksum, checksum},
    insert::BulkInsert,
    manifest::{SeedingRecord, record},
    table::{Column, ColumnKind, Table, TableText},
};
use crate::{DemonstrationError, Progress, World};

/// A subgraph's share of the demonstration data.
#[async_trait]
pub trait Seeder: Send + Sync {
    /// The subgraph's name.
    fn name(&self) -> &'static str;

    /// The tables it fills, those referred to before those that refer.
    fn tables(&self) -> &'static [Table];

    /// Writes the rows of this world into the empty tables, usually with [`BulkInsert`].
    ///
    /// # Errors
    /// When the database refuses; what was written is removed at the next attempt.
    async fn seed(&self, world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError>;
}

/// What [`seed`] found or did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The rows were written now.
    Seeded(SeedingRecord),
    /// The same world was written before; nothing was touched.
    AlreadySeeded(SeedingRecord),
}

/// Writes a subgraph's share unless it is there already.
///
/// A seeding that was interrupted (the record says "begun") is removed from the seeder's tables and written again.
/// Two processes must not seed one database at the same time: the later one would take the earlier for interrupted.
///
/// # Errors
/// [`DemonstrationError::OtherWorld`] when another world is there, [`DemonstrationError::NotEmpty`] when the tables have
/// rows that seeding did not write, [`DemonstrationError::Database`] when a statement fails.
pub async fn seed(
    seeder: &dyn Seeder,
    world: &World,
    database: &Database,
    progress: &Progress,
) -> Result<Outcome, DemonstrationError> {
    match manifest::record(database, seeder.name()).await? {
        Some(earlier) if earlier.is_finished() && earlier.world == *world.key() => {
            return Ok(Outcome::AlreadySeeded(earlier));
        }
        Some(earlier) if earlier.is_finished() => {
            return Err(DemonstrationError::OtherWorld {
                seeder: seeder.name().to_owned(),
                existing: earlier.world.to_string(),
                requested: world.key().to_string(),
            });
        }
        Some(_) => {
            tracing::warn!(seeder = seeder.name(), "an interrupted seeding is removed and begun again");
            manifest::clear(database, seeder.tables()).await?;
        }
        None => manifest::ensure_empty(database, seeder).await?,
    }
    manifest::begin(database, seeder.name(), world.key()).await?;
    seeder.seed(world, database, progress).await?;
    let checksum = checksum(database, seeder.tables()).await?;
    let record = manifest::finish(database, seeder.name(), world.key(), &checksum).await?;
    tracing::info!(seeder = seeder.name(), world = %world.key(), rows = checksum.rows(), checksum = %checksum, "seeded");
    Ok(Outcome::Seeded(record))
}
