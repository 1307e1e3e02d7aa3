//! The demonstration data.

use kit_demonstration::{Anchor, Outcome, Profile, Progress, Seed, World, WorldKey};
use kit_testing::{TestDatabase, TestSubgraph};

/// Of the tiny world; another one after a change of the world or of the tables.
const CHECKSUM: &str = "d1b1ec31cba1f4e0415f5640d3693b02cb002c6ab5538c7c6cd278c8c61d85ec";

kit_testing::on_each_database! {
    /// Domain 5.1: the same checksum on each engine; positions are dense and counts equal the lessons (3.2).
    async fn the_tiny_world_is_the_same_on_each_engine(place: TestDatabase) {
        let learning = TestSubgraph::start(&learning::SUBGRAPH, place).await;
        let world = World::new(WorldKey { profile: Profile::Tiny, seed: Seed(1), anchor: Anchor::default() });
        let seeded = learning.running().seed(&world, &Progress::silent()).await.unwrap();
        let Some(Outcome::Seeded(record)) = seeded else {
            panic!("an empty database is seeded")
        };
        assert_eq!(record.checksum.as_deref(), Some(CHECKSUM));
        let wrong = learning.database().query(
            "SELECT c.id FROM courses c LEFT JOIN lessons l ON l.course_id = c.id GROUP BY c.id, c.lesson_count,
               c.total_duration HAVING c.lesson_count <> COUNT(l.id) OR c.lesson_count <> COALESCE(MAX(l.position), 0)
               OR c.total_duration <> COALESCE(SUM(l.duration_seconds), 0)",
        );
        assert!(wrong.fetch_all().await.unwrap().is_empty());
    }

    /// Every course with lessons has a picture, at an address of media's that needs no ticket.
    async fn every_course_has_a_picture(place: TestDatabase) {
        let options = serde_json::json!({ "mediaUrl": "https://lyceum.example/" });
        let learning = TestSubgraph::start_with(&learning::SUBGRAPH, place, |_| options).await;
        let world = World::new(WorldKey { profile: Profile::Tiny, ..WorldKey::default() });
        learning.running().seed(&world, &Progress::silent()).await.unwrap();
        let select = "SELECT thumbnail_url FROM courses WHERE lesson_count > 0 ORDER BY id";
        let rows = learning.database().query(select).fetch_all().await.unwrap();
        let urls: std::collections::BTreeSet<String> = rows.iter().map(|row| row.get("thumbnail_url").unwrap()).collect();
        assert!(urls.len() == rows.len() && rows.len() > 10, "{urls:?}");
        let picture = world.thumbnail_of(&world.courses()[0]).unwrap();
        assert!(urls.contains(&format!("https://lyceum.example/media/v1/files/{picture}/content")), "{urls:?}");
    }

    /// Domain 5.1: as much as the table says; seeding twice changes nothing, and one that broke off is done again.
    async fn the_catalogue_is_as_large_as_the_table_says_however_often_it_is_seeded(place: TestDatabase) {
        let learning = TestSubgraph::start(&learning::SUBGRAPH, place).await;
        let world = World::new(WorldKey { profile: Profile::Tiny, ..WorldKey::default() });
        let seed = async || learning.running().seed(&world, &Progress::silent()).await.unwrap().unwrap();
        let Outcome::Seeded(first) = seed().await else { panic!("an empty database is seeded") };
        assert_eq!(seed().await, Outcome::AlreadySeeded(first.clone()));
        let do_now = async |sql: &'static str| learning.database().query(sql).execute().await.unwrap();
        do_now("UPDATE seed_manifest SET checksum = NULL").await;
        do_now("DELETE FROM lessons").await;
        assert_eq!(seed().await, Outcome::Seeded(first));
        for (sql, expected) in [
            ("SELECT COUNT(*) AS n FROM categories", 8),
            ("SELECT COUNT(*) AS n FROM courses", 12),
            ("SELECT COUNT(*) AS n FROM lessons", 70),
            ("SELECT COUNT(DISTINCT title) AS n FROM courses", 12),
        ] {
            let found: i64 = learning.database().query(sql).fetch_one().await.unwrap().get("n").unwrap();
            assert_eq!(found, expected, "{sql}");
        }
    }
}
