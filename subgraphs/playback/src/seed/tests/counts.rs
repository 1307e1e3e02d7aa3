//! What is written: as much as the table says, the same everywhere, once.

use std::collections::HashMap;

use kit_database::Database;
use kit_demonstration::{Outcome, Persona, Progress, Seeder, seed};
use kit_testing::{TestDatabase, on_each_database};

use super::{PlaybackSeeder, checksum, seeded, tiny};
use crate::domain::{Habits, PATTERN_DAYS_MAX, Pattern, Span, first_hour};
use crate::store::{progress, rankings, stats, watch_time};

async fn count(database: &Database, sql: &'static str) -> i64 {
    database.query(sql).fetch_one().await.unwrap().get("n").unwrap()
}

/// domain.md 5.1: one world is the same on both engines, table by table, to the byte.
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
    /// domain 5.1: 200 sessions with 2,000 events; domain 3.5: all of them have ended, and their sums agree.
    async fn sessions_are_as_many_as_the_table_says_and_add_up(place: TestDatabase) {
        let (database, _) = seeded(&place).await;
        for (sql, expected) in [
            ("SELECT COUNT(*) AS n FROM playback_sessions", 200),
            ("SELECT COUNT(*) AS n FROM playback_events", 2_000),
            ("SELECT COUNT(*) AS n FROM playable_meta", 70),
            ("SELECT COUNT(*) AS n FROM playback_sessions WHERE ended_at IS NULL OR last_seq <> event_count", 0),
            ("SELECT SUM(sessions) AS n FROM watchers", 200),
            ("SELECT COUNT(*) AS n FROM playback_sessions s WHERE event_count <>
                (SELECT COUNT(*) FROM playback_events e WHERE e.session_id = s.id)", 0),
            // Day 0 stands for all time.
            ("SELECT (SELECT SUM(views) FROM view_stats WHERE day = 0) - (SELECT SUM(views) FROM view_stats WHERE day > 0)
                AS n", 0),
            ("SELECT (SELECT SUM(begun) FROM view_stats WHERE day = 0) - (SELECT COUNT(*) FROM watch_progress) AS n", 0),
            ("SELECT (SELECT SUM(completions) FROM view_stats WHERE day = 0)
                - (SELECT COUNT(completed_at) FROM watch_progress) AS n", 0),
            ("SELECT (SELECT SUM(drop_offs) FROM retention) - (SELECT COUNT(*) FROM watch_progress) AS n", 0),
            ("SELECT (SELECT SUM(watched_ms) FROM view_stats WHERE day = 0) - (SELECT SUM(watched_ms) FROM watch_time)
                AS n", 0),
        ] {
            assert_eq!(count(&database, sql).await, expected, "{sql}");
        }
    }

    /// domain 3.3, 3.5: what is completed here is what enrollment has heard of, at that instant and with those seconds.
    async fn completions_are_the_ones_that_enrollment_has(place: TestDatabase) {
        let (database, _) = seeded(&place).await;
        let rows = database.query("SELECT user_id, playable_id, completed_at, watched_seconds FROM watch_progress
          WHERE completed_at IS NOT NULL").fetch_all().await.unwrap();
        let here: HashMap<(Vec<u8>, Vec<u8>), (i64, i64)> = rows.iter().map(|row| {
            let key = (row.get("user_id").unwrap(), row.get("playable_id").unwrap());
            (key, (row.get("completed_at").unwrap(), row.get("watched_seconds").unwrap()))
        }).collect();
        let world = tiny();
        let told = world.enrollments().iter().flat_map(|place| {
            let user = place.user_id.to_bytes().to_vec();
            world.completed_lessons(place).iter().map(move |done| {
                ((user.clone(), done.lesson_id.to_bytes().to_vec()), (done.completed_at, done.watched_seconds))
            })
        });
        assert_eq!(here, told.collect());
    }

    /// domain 5.1: learner_lee can go on watching, and has a pattern with a streak; something is viewed most.
    async fn what_personas_ask_for_is_there(place: TestDatabase) {
        let (database, _) = seeded(&place).await;
        let world = tiny();
        let (lee, now) = (world.persona(Persona::LearnerLee).id, world.key().anchor.micros());
        let open = progress::open_counts(&database, &[lee]).await.unwrap();
        assert!(open[0].1 >= 2, "{open:?}");
        let hours = watch_time::of_user(&database, lee, first_hour(now, PATTERN_DAYS_MAX)).await.unwrap();
        let pattern = Pattern::of(&hours, Habits::default(), now, 30);
        assert!(pattern.streak_days >= 22 && pattern.hours.iter().sum::<i64>() > 60, "{pattern:?}");
        assert!(rankings::count(&database, Span::All, now).await.unwrap() >= 10);
        assert!(rankings::count(&database, Span::Week, now).await.unwrap() >= 5);
        let flagship = world.lessons()[0].id.into();
        let stats = stats::of_playables(&database, &[flagship]).await.unwrap();
        assert!(stats[0].1.views > 0 && stats[0].1.unique_viewers > 0 && stats[0].1.completions > 0);
    }

    /// domain 5.1: seeding twice changes nothing; a seeding that broke off is done again, with the same result.
    async fn seeding_again_changes_nothing(place: TestDatabase) {
        let (database, before) = seeded(&place).await;
        let again = seed(&PlaybackSeeder, &tiny(), &database, &Progress::silent()).await.unwrap();
        assert!(matches!(again, Outcome::AlreadySeeded(_)));
        database.query("UPDATE seed_manifest SET checksum = NULL").execute().await.unwrap();
        database.query("DELETE FROM retention").execute().await.unwrap();
        let again = seed(&PlaybackSeeder, &tiny(), &database, &Progress::silent()).await.unwrap();
        assert!(matches!(again, Outcome::Seeded(_)));
        assert_eq!(checksum(&database, PlaybackSeeder.tables()).await.unwrap(), before);
    }
}
