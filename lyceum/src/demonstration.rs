//! Which demonstration world an empty platform is given.

use kit_database::Database;
use kit_demonstration::{Anchor, DemonstrationError, Profile, Progress, World, WorldKey};
use kit_ids::{Clock, SystemClock};
use kit_service::RunningSubgraph;

use crate::arguments::SeedProfile;

/// Fills the subgraphs that are empty; nothing when no profile is asked for.
///
/// The world is anchored at the current hour, so that what is "today" has data. What was begun on an earlier start
/// keeps its own world, and the subgraphs that were empty until now join it.
///
/// # Errors
/// When a database holds other rows, or fails.
pub async fn seed(subgraphs: &[RunningSubgraph], profile: SeedProfile) -> Result<(), DemonstrationError> {
    let Some(profile) = wanted(profile) else { return Ok(()) };
    let mut key = None;
    for subgraph in subgraphs {
        if key.is_none() {
            key = earlier(&subgraph.context().database, subgraph.name()).await?;
        }
    }
    let key = match key {
        Some(key) => key,
        None => WorldKey { profile, anchor: Anchor::at(SystemClock.now())?, ..WorldKey::default() },
    };
    let world = World::new(key);
    let progress = Progress::for_console();
    for subgraph in subgraphs {
        subgraph.seed(&world, &progress).await?;
    }
    Ok(())
}

async fn earlier(database: &Database, seeder: &str) -> Result<Option<WorldKey>, DemonstrationError> {
    Ok(kit_demonstration::record(database, seeder).await?.map(|record| record.world))
}

const fn wanted(profile: SeedProfile) -> Option<Profile> {
    match profile {
        SeedProfile::None => None,
        SeedProfile::Tiny => Some(Profile::Tiny),
        SeedProfile::Demo => Some(Profile::Demo),
        SeedProfile::Bench => Some(Profile::Bench),
    }
}
