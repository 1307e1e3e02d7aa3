//! Entities by their keys, each loader reading once (P5, P9, P16).

use kit_ids::LessonId;
use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::{Value, json};

use crate::house::{COURSE, House, LESSON, TEXT, admin, learner, other, sha256, user};

const MISSING: &str = "fil_00000000000000000000000000";

/// How often a table is read for entities, and these. Workers of the subgraph read, too, when their time comes: the fewest
/// reads of three are those of the entities alone.
async fn fewest_reads(
    house: &House,
    table: &str,
    (type_name, keys, selection): (&str, &[Value], &str),
) -> (usize, Vec<Value>) {
    let viewer = learner();
    let mut fewest = None::<(usize, Vec<Value>)>;
    for _ in 0..3 {
        let counted = house.count_reads(table, house.entities(&viewer, type_name, keys.to_vec(), selection)).await;
        fewest = Some(match fewest {
            Some(before) if before.0 <= counted.0 => before,
            _ => counted,
        });
    }
    fewest.expect("it was counted")
}

kit_testing::on_each_database! {
    /// P5, P9: in the order asked for, null for what is not there or not the viewer's.
    async fn entities_come_by_key_in_order(place: TestDatabase) {
        let house = House::open(place).await;
        let (first, second) = (house.keep(&learner(), TEXT).await, house.keep(&learner(), TEXT).await);
        let theirs = house.keep(&other(), TEXT).await;
        let keys = [&second, MISSING, &theirs, &first].map(|id| json!({ "id": id }));
        let selection = "{ id kind status fileName contentType byteSize sha256 durationSeconds createdAt owner { id } }";
        let found = house.entities(&learner(), "MediaFile", keys, selection).await;
        let expected = |id: &str| json!({
            "id": id, "kind": "ATTACHMENT", "status": "READY", "fileName": "digits.txt", "contentType": "text/plain",
            "byteSize": 10, "sha256": sha256(TEXT.bytes), "durationSeconds": null,
            "createdAt": "2026-06-01T00:00:00.000Z", "owner": null,
        });
        assert_eq!(found, [expected(&second), json!(null), json!(null), expected(&first)]);
        house.stop().await;
    }

    /// P5: a lesson is reached by its own type and through the interface; episodes and movies come with their subgraph.
    async fn what_can_be_played_is_reached_both_ways(place: TestDatabase) {
        let house = House::open(place).await;
        house.film_of(LESSON).await;
        let selection = "{ id mediaFiles(kind: VIDEO) { durationSeconds } }";
        let key = [json!({ "id": LESSON })];
        let expected = json!({ "id": LESSON, "mediaFiles": [{ "durationSeconds": 12 }] });
        for name in ["Lesson", "Playable"] {
            assert_eq!(house.entities(&learner(), name, key.clone(), selection).await[0], expected, "{name}");
        }
        let episode = [json!({ "id": "eps_00000000000000000000000000" })];
        assert_eq!(house.entities(&learner(), "Playable", episode, "{ id }").await, [json!(null)]);
        let none = house.entities(&learner(), "Lesson", key, "{ mediaFiles(kind: AUDIO) { id } }").await;
        assert_eq!(none[0]["mediaFiles"], json!([]));
        let reply = house.ask(&learner(), "{ playable(id: \"crs_00000000000000000000000000\") { id } }").await;
        assert_eq!(reply.codes(), ["BAD_USER_INPUT"], "{}", reply.body);
        house.stop().await;
    }

    /// P16: many lessons with their files and addresses: each table once.
    async fn each_loader_of_lessons_reads_once(place: TestDatabase) {
        let house = House::open(place).await;
        let keys = lessons(&house).await;
        let selection = "{ mediaFiles { id owner { id } } stream(protocol: HLS) { __typename ... on StreamTicket { url } } }";
        house.enroll(&learner(), "PURCHASE").await;
        for table in ["media_files", "playables", "course_places", "memberships", "segment_indexes"] {
            let (reads, found) = fewest_reads(&house, table, ("Lesson", &keys, selection)).await;
            assert!(found.iter().all(|lesson| lesson["stream"]["__typename"] == "StreamTicket"), "{found:?}");
            // What is asked for by a lesson and what a decision needs are two loaders.
            let reads_max = if table == "playables" { 2 } else { 1 };
            assert!((1..=reads_max).contains(&reads), "{reads} statements read {table}");
        }
        house.stop().await;
    }

    /// P16: many files of others, whose visibility depends on what the viewer may play: each table once.
    async fn each_loader_of_files_reads_once(place: TestDatabase) {
        let house = House::open(place).await;
        lessons(&house).await;
        house.enroll(&learner(), "PURCHASE").await;
        let rows = house.database().query("SELECT id FROM media_files").fetch_all().await.unwrap();
        let keys: Vec<Value> = rows.iter().map(|row| json!({ "id": row.get::<kit_ids::MediaFileId>("id").unwrap() })).collect();
        for table in ["media_files", "playables", "course_places", "memberships"] {
            let (reads, found) = fewest_reads(&house, table, ("MediaFile", &keys, "{ id }")).await;
            assert!(found.len() == 8 && found.iter().all(|file| !file.is_null()), "{found:?}");
            assert_eq!(reads, 1, "statements read {table}");
        }
        house.stop().await;
    }

    /// P4: what depends on the viewer is nobody else's to keep.
    async fn what_is_the_viewers_is_not_shared(place: TestDatabase) {
        let house = House::open(place).await;
        house.film_of(LESSON).await;
        let cached = async |viewer: &Viewer, query: &str| house.ask(viewer, query).await.header("cache-control").to_owned();
        let stream = cached(&learner(), &format!("{{ playable(id: \"{LESSON}\") {{ stream {{ __typename }} }} }}")).await;
        assert!(stream.contains("no-cache") || stream.contains("private") || stream.contains("no-store"), "{stream}");
        let uploads = format!(
            "{{ _entities(representations: [{{ __typename: \"User\", id: \"{}\" }}]) {{ ... on User {{ uploads(first: 1) {{ totalCount }} }} }} }}",
            user(&learner())
        );
        let uploads = cached(&learner(), &uploads).await;
        assert!(uploads.contains("no-cache") || uploads.contains("private") || uploads.contains("no-store"), "{uploads}");
        house.stop().await;
    }
}

/// Eight lessons of the open course, each with a film.
async fn lessons(house: &House) -> Vec<Value> {
    let film = house.film_of(LESSON).await;
    let database = house.database();
    let mut keys = vec![json!({ "id": LESSON })];
    for number in 100..107u8 {
        let lesson = LessonId::from_bytes([number; 16]);
        let insert = "INSERT INTO playables (id, kind, course_id, is_free_preview) VALUES (?, 'les', ?, 0)";
        database.query(insert).bind(lesson).bind(COURSE).execute().await.unwrap();
        let copy = "INSERT INTO media_files (id, owner_kind, owner_id, kind, status, file_name, content_type, byte_size, sha256,
            storage_key, object_key, duration_seconds, uploader_id, created_at, ready_at)
          SELECT ?, owner_kind, ?, kind, status, file_name, content_type, byte_size, sha256, ?, object_key, duration_seconds,
            uploader_id, created_at, ready_at FROM media_files WHERE id = ?";
        let id = kit_ids::MediaFileId::from_bytes([number; 16]);
        let original: kit_ids::MediaFileId = film.parse().unwrap();
        let copy = database.query(copy).bind(id).bind(lesson).bind(format!("copy/{number}")).bind(original);
        copy.execute().await.unwrap();
        let index =
            "INSERT INTO segment_indexes (file_id, segments) SELECT ?, segments FROM segment_indexes WHERE file_id = ?";
        database.query(index).bind(id).bind(original).execute().await.unwrap();
        keys.push(json!({ "id": lesson }));
    }
    assert_eq!(house.usage(&admin()).await.1, 1);
    keys
}
