use kit_database::Database;
use kit_demonstration::{Checksum, Profile, Progress, Seeder, World, WorldKey, checksum, seed};
use kit_testing::{TestDatabase, on_each_database};

use super::EnrollmentSeeder;
use crate::MIGRATIONS;

async fn seeded(place: &TestDatabase) -> (Database, Checksum) {
    let database = place.migrated(&MIGRATIONS).await;
    let world = World::new(WorldKey { profile: Profile::Tiny, ..WorldKey::default() });
    seed(&EnrollmentSeeder, &world, &database, &Progress::silent()).await.unwrap();
    let sum = checksum(&database, EnrollmentSeeder.tables()).await.unwrap();
    (database, sum)
}

/// domain.md 5.1: one world is the same on both engines, to the byte.
#[test]
fn the_world_is_the_same_on_sqlite_and_on_mariadb() {
    kit_testing::run_on_mariadb(|place| async move {
        let (_, there) = seeded(&place).await;
        let (_, here) = seeded(&TestDatabase::sqlite()).await;
        assert_eq!(here, there);
    });
}

on_each_database! {
    /// domain 3.3: a purchase has its paid order, and the share of the world is not empty.
    async fn every_purchase_of_the_world_has_been_paid(place: TestDatabase) {
        let (database, _) = seeded(&place).await;
        let count = async |sql: &'static str| -> i64 {
            database.query(sql).fetch_one().await.unwrap().get("n").unwrap()
        };
        let purchases = "SELECT COUNT(*) AS n FROM enrollments WHERE source = 'PURCHASE'";
        let paid = "SELECT COUNT(*) AS n FROM enrollments JOIN orders ON orders.id = enrollments.order_id
          WHERE source = 'PURCHASE' AND orders.status = 'PAID'";
        assert!(count(purchases).await > 0);
        assert_eq!(count(purchases).await, count(paid).await);
    }
}
