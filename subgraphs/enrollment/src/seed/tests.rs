use kit_database::Database;
use kit_demonstration::{Checksum, Outcome, Persona, Profile, Progress, Seeder, World, WorldKey, checksum, seed};
use kit_testing::{TestDatabase, on_each_database};

use super::EnrollmentSeeder;
use crate::MIGRATIONS;

fn tiny() -> World {
    World::new(WorldKey { profile: Profile::Tiny, ..WorldKey::default() })
}

async fn seeded(place: &TestDatabase) -> (Database, Checksum) {
    let database = place.migrated(&MIGRATIONS).await;
    seed(&EnrollmentSeeder, &tiny(), &database, &Progress::silent()).await.unwrap();
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
        assert!(here.tables.iter().all(|table| table.rows > 0), "{here:?}");
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

    /// domain 5.1: as much as the table says; domain 3.3: progress is the sum of what was completed, and nothing else.
    async fn enrollments_are_as_many_as_the_table_says_and_add_up(place: TestDatabase) {
        let (database, _) = seeded(&place).await;
        for (sql, expected) in [
            ("SELECT COUNT(*) AS n FROM enrollments", 90),
            ("SELECT COUNT(*) AS n FROM memberships", 12),
            ("SELECT COUNT(*) AS n FROM course_lessons", 70),
            ("SELECT COUNT(*) AS n FROM course_prices", 12),
            ("SELECT COUNT(*) AS n FROM course_progress p WHERE completed_lessons = 0 OR completed_lessons <>
                (SELECT COUNT(*) FROM completed_lessons l WHERE l.user_id = p.user_id AND l.course_id = p.course_id)", 0),
            ("SELECT COUNT(*) AS n FROM course_progress p WHERE last_activity_at <> (SELECT MAX(completed_at)
                FROM completed_lessons l WHERE l.user_id = p.user_id AND l.course_id = p.course_id)", 0),
            ("SELECT (SELECT SUM(completed_lessons) FROM course_progress) - (SELECT COUNT(*) FROM completed_lessons)
                AS n", 0),
        ] {
            let found: i64 = database.query(sql).fetch_one().await.unwrap().get("n").unwrap();
            assert_eq!(found, expected, "{sql}");
        }
    }

    /// domain 5.1: learner_lee is at 88 per cent of the flagship, and member_park has two days left.
    async fn personas_stand_where_their_stories_say(place: TestDatabase) {
        let (database, _) = seeded(&place).await;
        let world = tiny();
        let of = async |sql: &'static str, persona: Persona| -> i64 {
            database.query(sql).bind(world.persona(persona).id).fetch_one().await.unwrap().get("n").unwrap()
        };
        let share = "SELECT COUNT(*) AS n FROM course_progress p WHERE user_id = ? AND completed_lessons * 100 = 88 *
          (SELECT COUNT(*) FROM course_lessons l WHERE l.course_id = p.course_id)";
        assert_eq!(of(share, Persona::LearnerLee).await, 1);
        let end = "SELECT current_period_end AS n FROM memberships WHERE user_id = ? AND status = 'ACTIVE'";
        assert_eq!(of(end, Persona::MemberPark).await - world.key().anchor.micros(), 2 * 24 * 60 * 60 * 1_000_000);
        let nothing = "SELECT COUNT(*) AS n FROM enrollments WHERE user_id = ?";
        assert_eq!(of(nothing, Persona::NewUser).await, 0);
    }

    /// domain 5.1: seeding twice changes nothing; a seeding that broke off is done again, with the same result.
    async fn seeding_again_changes_nothing(place: TestDatabase) {
        let (database, before) = seeded(&place).await;
        let again = seed(&EnrollmentSeeder, &tiny(), &database, &Progress::silent()).await.unwrap();
        assert!(matches!(again, Outcome::AlreadySeeded(_)));
        database.query("UPDATE seed_manifest SET checksum = NULL").execute().await.unwrap();
        database.query("DELETE FROM completed_lessons").execute().await.unwrap();
        let again = seed(&EnrollmentSeeder, &tiny(), &database, &Progress::silent()).await.unwrap();
        assert!(matches!(again, Outcome::Seeded(_)));
        assert_eq!(checksum(&database, EnrollmentSeeder.tables()).await.unwrap(), before);
    }
}
