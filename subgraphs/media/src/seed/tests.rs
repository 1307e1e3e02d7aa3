use http::Request;
use kit_demonstration::{Checksum, Outcome, Persona, Profile, WorldKey, checksum};
use kit_testing::{TestDatabase, TestSubgraph, on_each_database};
use serde_json::json;

use super::*;
use crate::domain::is_content;

fn tiny() -> World {
    World::new(WorldKey { profile: Profile::Tiny, ..WorldKey::default() })
}

async fn seeded(place: TestDatabase) -> (TestSubgraph, Checksum) {
    let options =
        |folder: &std::path::Path| json!({ "folder": folder.join("media"), "publicUrl": "http://localhost:4000" });
    let media = TestSubgraph::start_with(&crate::SUBGRAPH, place, options).await;
    media.running().seed(&tiny(), &Progress::silent()).await.unwrap();
    let sum = checksum(media.database(), TABLES).await.unwrap();
    (media, sum)
}

async fn count(media: &TestSubgraph, sql: &'static str) -> i64 {
    media.database().query(sql).fetch_one().await.unwrap().get("n").unwrap()
}

/// domain.md 5.1: one world is the same on both engines, table by table, to the byte.
#[test]
fn the_world_is_the_same_on_sqlite_and_on_mariadb() {
    kit_testing::run_on_mariadb(|place| async move {
        let (there, of_mariadb) = seeded(place).await;
        let (here, of_sqlite) = seeded(TestDatabase::sqlite()).await;
        assert_eq!(of_sqlite, of_mariadb);
        assert!(of_sqlite.tables.iter().all(|table| table.rows > 0), "{of_sqlite:?}");
        there.stop().await;
        here.stop().await;
    });
}

on_each_database! {
    /// domain 5.1: every lesson has a film, a tone and a picture, and people have pictures; all of them lie where the rows
    /// say, with the bytes that they say, and are what they say.
    async fn every_file_is_there_and_is_what_it_says(place: TestDatabase) {
        let (media, _) = seeded(place).await;
        for kind in ["VIDEO", "AUDIO", "THUMBNAIL"] {
            let sql = "SELECT COUNT(DISTINCT owner_id) AS n FROM media_files WHERE owner_kind = 'les' AND kind = ?";
            let lessons: i64 = media.database().query(sql).bind(kind).fetch_one().await.unwrap().get("n").unwrap();
            assert_eq!(lessons, 70, "{kind}");
        }
        let files = "SELECT DISTINCT object_key, content_type, byte_size, sha256 FROM media_files";
        for row in media.database().query(files).fetch_all().await.unwrap() {
            let key: String = row.get("object_key").unwrap();
            let bytes = std::fs::read(media.folder().join("media").join(&key)).unwrap();
            let content_type: String = row.get("content_type").unwrap();
            assert!(is_content(&content_type, &bytes), "{key}");
            assert_eq!(row.get::<i64>("byte_size").unwrap(), bytes.len() as i64);
            assert_eq!(row.get::<Vec<u8>>("sha256").unwrap(), Sha256::digest(&bytes).to_vec());
        }
        let kept = "SELECT (SELECT SUM(byte_size) FROM media_files) - (SELECT SUM(bytes) FROM upload_usage) AS n";
        assert_eq!(count(&media, kept).await, 0);
        media.stop().await;
    }

    /// domain 5.1: pictures of people are files that everyone may see; identity is told where, without a notice to anybody.
    async fn pictures_of_people_are_open_to_everyone(place: TestDatabase) {
        let (media, _) = seeded(place).await;
        let told = media.database().query("SELECT subject, data FROM outbox WHERE type = 'media.avatar.changed.v1'
          AND replay = 1").fetch_all().await.unwrap();
        assert!((40..60).contains(&told.len()), "{}", told.len());
        let lee = tiny().persona(Persona::LearnerLee).id.to_string();
        let of_lee = told.iter().find(|row| row.get::<String>("subject").unwrap() == lee).unwrap();
        let data: serde_json::Value = serde_json::from_str(&of_lee.get::<String>("data").unwrap()).unwrap();
        let url = data["url"].as_str().unwrap();
        let path = url.strip_prefix("http://localhost:4000").unwrap();
        let request = Request::get(path).header("host", "lyceum.example").body(axum::body::Body::empty()).unwrap();
        let reply = media.send(request).await;
        assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "image/svg+xml"));
        let newcomer = tiny().persona(Persona::NewUser).id.to_string();
        assert!(told.iter().all(|row| row.get::<String>("subject").unwrap() != newcomer));
        media.stop().await;
    }

    /// domain 5.1: seeding twice changes nothing; a seeding that broke off is done again, with the same result.
    async fn seeding_again_changes_nothing(place: TestDatabase) {
        let (media, before) = seeded(place).await;
        let again = media.running().seed(&tiny(), &Progress::silent()).await.unwrap();
        assert!(matches!(again, Some(Outcome::AlreadySeeded(_))));
        media.database().query("UPDATE seed_manifest SET checksum = NULL").execute().await.unwrap();
        media.database().query("DELETE FROM course_places").execute().await.unwrap();
        let again = media.running().seed(&tiny(), &Progress::silent()).await.unwrap();
        assert!(matches!(again, Some(Outcome::Seeded(_))));
        assert_eq!(checksum(media.database(), TABLES).await.unwrap(), before);
        media.stop().await;
    }
}

/// domain 5.1: the demonstration's contents are what they say.
#[test]
fn films_tones_and_pictures_are_real() {
    assert!(is_content("video/mp4", FILM));
    let index = film_index();
    assert_eq!((index.segments.len(), index.duration_seconds()), (6, Some(12)));
    assert!(index.range(5).unwrap().end <= FILM.len() as u64);
    for number in [0, tone::COUNT - 1] {
        let wave = tone::wave(number);
        assert!(is_content("audio/wav", &wave));
        assert_eq!(wav::duration_seconds(&wave, wave.len() as u64), Some(2));
    }
    let picture = picture::svg(3, "Fish & <Chips>: the very long title of a course that goes on");
    assert!(is_content("image/svg+xml", picture.as_bytes()));
    assert!(is_content("image/svg+xml", avatars::svg(3, '<').as_bytes()));
    assert!(picture.contains("Fish &amp; &lt;Chips&gt;") && !picture.contains("<script"));
}
