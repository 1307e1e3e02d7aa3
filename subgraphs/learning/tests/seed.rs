//! The demonstration data.

use kit_demonstration::{Anchor, Outcome, Profile, Progress, Seed, World, WorldKey};
use kit_testing::{TestDatabase, TestSubgraph};

/// Of the tiny world; another one after a change of the world or of the tables.
const CHECKSUM: &str = "f32cd89fc1c72f0999577eb9926a69ab52220362ca1306bacd7f009eb4961772";

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
}
