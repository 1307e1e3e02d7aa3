//! media's share of the demonstration world.

use kit_demonstration::{Outcome, Profile, Progress, World, WorldKey};
use kit_ids::{LessonId, UserId};
use kit_testing::TestDatabase;
use kit_viewer::{SignedInUser, Viewer};
use sha2::{Digest, Sha256};

use crate::house::{House, sha256};

fn tiny() -> World {
    World::new(WorldKey { profile: Profile::Tiny, ..WorldKey::default() })
}

/// Seeds an empty house; the checksum of its tables.
async fn seeded(place: TestDatabase) -> (House, String) {
    let house = House::empty(place).await;
    let outcome = house.running().seed(&tiny(), &Progress::silent()).await.unwrap();
    let Some(Outcome::Seeded(record)) = outcome else { panic!("{outcome:?}") };
    (house, record.checksum.unwrap())
}

/// Every object by its path in the store, with the hash of its bytes.
fn objects(house: &House) -> Vec<(String, String)> {
    let root = house.files();
    let stored = house.stored().into_iter();
    let named = stored.map(|path| {
        let hash = sha256(&std::fs::read(&path).unwrap());
        (path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned(), hash)
    });
    named.collect()
}

kit_testing::on_each_database! {
    /// domain.md 5.1: the same rows and the same files on every engine; seeding again changes nothing.
    async fn the_world_and_its_files_are_the_same_everywhere(place: TestDatabase) {
        let (house, checksum) = seeded(place).await;
        let (other, expected) = seeded(TestDatabase::sqlite()).await;
        assert_eq!(checksum, expected);
        let kept = objects(&house);
        assert!(kept.len() > 10 && kept == objects(&other), "{kept:?}");
        let again = house.running().seed(&tiny(), &Progress::silent()).await.unwrap();
        assert!(!matches!(again, Some(Outcome::Seeded(_))), "{again:?}");
        assert_eq!(objects(&house), kept);
        house.stop().await;
        other.stop().await;
    }

    /// The picture of every course, whose address learning has, is there for everyone, a draft's as well.
    async fn the_pictures_of_courses_are_open(place: TestDatabase) {
        let (house, _) = seeded(place).await;
        let world = tiny();
        for course in world.courses() {
            let picture = world.thumbnail_of(course).unwrap();
            let reply = house.get(&format!("/media/v1/files/{picture}/content"), &[]).await;
            assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "image/svg+xml"), "{}", reply.body);
        }
        house.stop().await;
    }

    /// domain.md 5.1: every row is about bytes that are there and are what it says.
    async fn every_file_of_the_world_is_what_it_says(place: TestDatabase) {
        let (house, _) = seeded(place).await;
        let rows = house.database().query("SELECT object_key, byte_size, sha256, status FROM media_files").fetch_all().await.unwrap();
        assert!(!rows.is_empty());
        let mut read = std::collections::HashMap::new();
        for row in &rows {
            let (key, size): (String, i64) = (row.get("object_key").unwrap(), row.get("byte_size").unwrap());
            let hash: [u8; 32] = row.get("sha256").unwrap();
            let found = read.entry(key).or_insert_with_key(|key| {
                let bytes = std::fs::read(house.files().join(key)).unwrap();
                (bytes.len(), <[u8; 32]>::from(Sha256::digest(bytes)))
            });
            assert_eq!(*found, (usize::try_from(size).unwrap(), hash));
            assert_eq!(row.get::<String>("status").unwrap(), "READY");
        }
        house.stop().await;
    }

    /// S0-ENR-2: whoever has a place plays a lesson of their course, in one piece and in segments.
    async fn a_learner_of_the_world_plays_their_lesson(place: TestDatabase) {
        let (house, _) = seeded(place).await;
        let select = "SELECT p.id AS lesson, cp.user_id AS person FROM playables p
          JOIN course_places cp ON cp.course_id = p.course_id JOIN courses c ON c.id = p.course_id
          WHERE c.status = 'PUBLISHED' AND cp.source = 'PURCHASE' AND p.is_free_preview = 0 ORDER BY p.id LIMIT 1";
        let row = house.database().query(select).fetch_one().await.unwrap();
        let (lesson, person): (LessonId, UserId) = (row.get("lesson").unwrap(), row.get("person").unwrap());
        let viewer = Viewer::signed_in(SignedInUser::new(person));
        for protocol in ["PROGRESSIVE", "HLS"] {
            let url = house.playing(&viewer, lesson, protocol).await;
            let reply = house.get(&url, &[]).await;
            assert_eq!(reply.status, 200, "{}", reply.body);
        }
        house.stop().await;
    }
}
