//! F1, Learn (domain 3.12): from a course that is made to one that is completed, through the router alone, with the
//! operations that front ends use.

use std::time::{Duration, SystemTime};

use kit_testing::S3Server;
use reqwest::Method;
use serde_json::{Value, json};

use crate::product::{Client, FILM, Product, Reply, assert_shape, in_both_shapes};

const ENROLL: &str = include_str!("../docs/graph/operations/04-enroll.graphql");
const PLAY_LESSON: &str = include_str!("../docs/graph/operations/05-play-lesson.graphql");
const RECORD_PLAYBACK: &str = include_str!("../docs/graph/operations/06-record-playback.graphql");
const RESUME_ELSEWHERE: &str = include_str!("../docs/graph/operations/07-resume-elsewhere.graphql");
const LEARNER_DASHBOARD: &str = include_str!("../docs/graph/operations/03-learner-dashboard.graphql");

/// Asks again until the answer is as it should be: events take a moment (F1: at most one second, here with room for a
/// busy machine).
async fn until(
    what: &str,
    client: &Client,
    operation: &str,
    variables: Value,
    is_so: impl Fn(&Reply) -> bool,
) -> Reply {
    let mut last = None;
    for _ in 0..600 {
        let reply = client.operation(operation, variables.clone()).await;
        if is_so(&reply) {
            return reply;
        }
        last = Some(reply);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what} did not come about: {last:#?}");
}

/// A published course with one lesson that has a film, for nothing; the ids of both and the lesson's length.
async fn teach(admin: &Client, title: &str) -> (Value, Value, i64) {
    let found = admin.query("{ me { id } categories { id } }").await;
    let (me, category) = (&found.data()["me"]["id"], &found.data()["categories"][0]["id"]);
    let course = admin
        .change(
            "createCourse",
            "course { id }",
            json!({
                "title": title, "description": "From nothing to something.", "level": "BEGINNER", "language": "en",
                "categoryId": category, "instructorIds": [me], "listPrice": { "amountMinor": 0, "currency": "KRW" },
            }),
        )
        .await["course"]["id"]
        .clone();
    let lesson = admin.change("addLesson", "lesson { id }", json!({ "courseId": course, "title": "First" })).await["lesson"]["id"].clone();
    // Media knows a lesson by what learning tells.
    until("media's lesson", admin, "query($id: ID!) { playable(id: $id) { id } }", json!({ "id": lesson }), |reply| {
        reply.at("/data/playable/id") == &lesson
    })
    .await;
    admin.upload(Some(&lesson), FILM).await;
    let length = until(
        "the lesson's length",
        admin,
        "query($id: ID!) { lesson(id: $id) { durationSeconds } }",
        json!({ "id": lesson }),
        |reply| reply.at("/data/lesson/durationSeconds").as_i64().is_some_and(|length| length > 0),
    )
    .await
    .data()["lesson"]["durationSeconds"]
        .as_i64()
        .unwrap();
    admin.change("publishCourse", "course { status }", json!({ "courseId": course })).await;
    (course, lesson, length)
}

/// The address with one byte changed: in its path, in its end and in its signature, of media or of a bucket.
fn forged(address: &str) -> [String; 3] {
    let (path, _) = address.split_once('?').unwrap();
    // The end of the file's id, or of the object's key.
    let named = path.trim_end_matches("/content").len() - 1;
    let after = |names: [&str; 2]| names.iter().find_map(|name| Some(address.find(name)? + name.len())).unwrap();
    let changed = |at: usize| {
        let byte = if address.as_bytes()[at] == b'2' { "3" } else { "2" };
        format!("{}{byte}{}", &address[..at], &address[at + 1..])
    };
    [named, after(["&X-Amz-Expires=", "?exp="]), after(["&X-Amz-Signature=", "&sig="])].map(changed)
}

fn moment(before: Duration) -> String {
    let moment = SystemTime::now() - before;
    chrono::DateTime::<chrono::Utc>::from(moment).to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// The address of the film serves it whole and in ranges to whoever has it, and nothing under another signature.
async fn assert_plays(product: &Product, address: &str) {
    let range = product.client().follow_address(Method::GET, address, &[("range", "bytes=100-199")], Vec::new()).await;
    assert_eq!((range.status, &range.bytes[..]), (206, &FILM[100..200]));
    assert_eq!(range.headers["content-range"], format!("bytes 100-199/{}", FILM.len()));
    let whole = product.client().follow_address(Method::GET, address, &[], Vec::new()).await;
    assert_eq!((whole.status, whole.bytes == FILM), (200, true));
    let origin = product.bucket().map_or_else(|| product.url.clone(), S3Server::endpoint);
    assert!(address.starts_with(&format!("{origin}/")), "{address} is not below {origin}");
    for forged in forged(address) {
        let refused = product.client().follow_address(Method::GET, &forged, &[], Vec::new()).await;
        assert_eq!(refused.status, 403, "{forged}: {}", String::from_utf8_lossy(&refused.bytes));
    }
}

in_both_shapes! {
    /// Signature operation 03, of somebody who is in the middle of things.
    async fn a_learner_finds_what_was_begun(product: &Product) {
        let lee = product.signed_in("learner_lee").await;
        assert_shape("03-learner-dashboard", lee.operation(LEARNER_DASHBOARD, json!({})).await.data());
    }

    /// F1; S0-COURSE-1, S0-COURSE-3, S0-COURSE-4, S0-FILE-1, S0-ENR-1, S0-ENR-2, S0-PLAY-1, S0-PLAY-2, S0-LOG-1, S1-FLOW-4,
    /// S3-FILE-1; signature operations 03 to 07 as they are written.
    async fn a_course_is_made_found_watched_and_completed(product: &Product) {
        let admin = product.signed_in("admin").await;
        let (course, lesson, length) = teach(&admin, "A course of one lesson").await;

        // Somebody new may not watch it yet.
        let registered = product.client().post("/auth/v1/register", &json!({
            "name": "Learner", "email": "f1-learner@demo.invalid", "password": "a long enough secret"
        })).await;
        let learner = product.client().with_token(registered.at("/accessToken").as_str().unwrap());
        let denied = until("the price", &learner, PLAY_LESSON, json!({ "id": lesson }), |reply| {
            reply.at("/data/playable/stream/reason") == "NOT_ENROLLED"
        }).await;
        assert_eq!(denied.data()["playable"]["stream"]["__typename"], "AccessDenied");
        assert_eq!(denied.data()["playable"]["course"]["title"], "A course of one lesson");

        // Who enrols may, at the latest a second later.
        let price = until("the course's price", &learner, "query($id: ID!) { course(id: $id) { viewerPrice { reason } } }", json!({ "id": course }), |reply| {
            reply.at("/data/course/viewerPrice/reason") == "FREE"
        }).await;
        assert_eq!(price.data()["course"]["viewerPrice"]["reason"], "FREE");
        let enrolled = until("the enrolment", &learner, ENROLL, json!({ "in": { "courseId": course } }), |reply| {
            reply.at("/data/enrollInCourse/enrollment/source") == "FREE"
        }).await;
        let first = &enrolled.data()["enrollInCourse"]["enrollment"]["course"]["lessons"]["edges"][0]["node"];
        // Media asks enrollment what it has not heard yet, for 200 ms at most: a slow machine answers closed, and soon open.
        assert!(["StreamTicket", "AccessDenied"].contains(&first["stream"]["__typename"].as_str().unwrap()), "{first}");
        assert_shape("04-enroll", enrolled.data());
        let played = until("the lesson to be open", &learner, PLAY_LESSON, json!({ "id": lesson }), |reply| {
            reply.at("/data/playable/stream/__typename") == "StreamTicket"
        }).await;
        let stream = played.data()["playable"]["stream"].clone();
        assert_eq!((stream["contentType"].as_str(), stream["byteSize"].as_u64()), (Some("video/mp4"), Some(FILM.len() as u64)));

        assert_shape("05-play-lesson", played.data());
        assert_plays(product, stream["url"].as_str().unwrap()).await;

        // Watching on one device is seen on another.
        let mut elsewhere = learner.subscribe(RESUME_ELSEWHERE).await;
        let ticket = learner.operation(
            "query($id: ID!) { playable(id: $id) { stream { ... on StreamTicket { id } } } }", json!({ "id": lesson }),
        ).await.data()["playable"]["stream"]["id"].clone();
        let session = learner.change("startPlayback", "session { id }", json!({ "playableId": lesson, "ticketId": ticket, "device": "TV" })).await["session"]["id"].clone();
        let length_ago = Duration::from_secs(u64::try_from(length).unwrap());
        let batch = json!({ "in": { "sessionId": session, "events": [
            { "seq": 1, "kind": "PLAY", "positionSeconds": 0.0, "at": moment(length_ago) },
            { "seq": 2, "kind": "HEARTBEAT", "positionSeconds": length as f64, "at": moment(Duration::ZERO) },
        ] } });
        let recorded = learner.operation(RECORD_PLAYBACK, batch.clone()).await;
        assert_eq!(recorded.data()["recordPlaybackEvents"]["userErrors"], json!([]));
        assert_eq!(recorded.data()["recordPlaybackEvents"]["progress"], json!({ "percent": 100.0, "completed": true }));
        let seen = elsewhere.next().await;
        assert_eq!(seen, json!({ "data": { "progressChanged": {
            "playable": { "id": lesson, "title": "First" },
            "progress": { "positionSeconds": length, "percent": 100.0 },
        } } }));
        assert_shape("06-record-playback", recorded.data());
        assert_shape("07-resume-elsewhere", &seen["data"]);
        let again = learner.operation(RECORD_PLAYBACK, batch).await;
        assert_eq!(again.data()["recordPlaybackEvents"]["accepted"], 0, "a batch that comes twice counts once");
        learner.change("endPlayback", "session { endedAt }", json!({ "sessionId": session })).await;

        // The lesson is complete, and with it the course.
        let done = until(
            "the completion", &learner,
            "query($id: ID!) { course(id: $id) { viewerProgress { percent completedLessons nextLessonId } viewerEnrollment { completedAt } } }",
            json!({ "id": course }), |reply| reply.at("/data/course/viewerEnrollment/completedAt").is_string(),
        ).await;
        assert_eq!(done.data()["course"]["viewerProgress"], json!({ "percent": 100.0, "completedLessons": 1, "nextLessonId": null }));
        let dashboard = learner.operation(LEARNER_DASHBOARD, json!({})).await;
        let me = &dashboard.data()["me"];
        assert_eq!(me["enrollments"]["edges"], json!([]), "what is completed is not unfinished");
        assert_eq!(me["learningPattern"]["hourHistogram"].as_array().map(Vec::len), Some(24));
    }
}
