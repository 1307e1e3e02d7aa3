//! The demonstration data of playback.

mod counts;
mod live;

use kit_database::Database;
use kit_demonstration::{Checksum, Profile, Progress, Seeder, World, WorldKey, checksum, seed};
use kit_testing::TestDatabase;

use super::PlaybackSeeder;
use crate::MIGRATIONS;

fn tiny() -> World {
    World::new(WorldKey { profile: Profile::Tiny, ..WorldKey::default() })
}

async fn seeded(place: &TestDatabase) -> (Database, Checksum) {
    let database = place.migrated(&MIGRATIONS).await;
    seed(&PlaybackSeeder, &tiny(), &database, &Progress::silent()).await.unwrap();
    let sum = checksum(&database, PlaybackSeeder.tables()).await.unwrap();
    (database, sum)
}
