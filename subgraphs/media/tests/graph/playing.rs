//! Who may play what, and what enrollment is asked (S0-ENR-2, S0-SUB-1, domain.md 3.4).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::routing::post;
use axum::{Json, Router};
use kit_testing::{TestDatabase, person};
use kit_viewer::{Role, Viewer};
use serde_json::{Value, json};

use crate::house::{COURSE, FILM, HIDDEN, House, LESSON, PREVIEW, Sending, VIDEO, admin, learner, other, text, user};

/// Two seconds of silence: as much of WAVE as is needed.
const SOUND: &[u8] = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x04\0\0\0\x04\0\0\0\x01\0\x08\0data\x08\0\0\0\x80\x80\x80\x80\x80\x80\x80\x80";
const AUDIO: Sending<'static> = Sending { kind: "AUDIO", name: "a.wav", content_type: "audio/wav", bytes: SOUND };

/// What enrollment says when it is asked.
#[derive(Clone, Copy)]
enum Says {
    Granted(bool),
    Nothing,
    Broken,
}

/// A sister enrollment; counts what she is asked.
fn enrollment(house: &House, says: Says) -> Arc<AtomicUsize> {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let answer = async move |Json(question): Json<Value>| {
        count.fetch_add(1, Ordering::SeqCst);
        let courses = question["variables"]["resourceIds"].as_array().unwrap().iter();
        match says {
            Says::Granted(granted) => {
                let decisions: Vec<Value> = courses.map(|id| json!({ "resourceId": id, "granted": granted })).collect();
                Json(json!({ "data": { "entitlements": decisions } }))
            }
            Says::Nothing => std::future::pending().await,
            Says::Broken => Json(json!({ "errors": [{ "message": "out of order" }] })),
        }
    };
    house.neighbours().add_in_process("enrollment", Router::new().route("/graphql", post(answer)));
    asked
}

async fn subscribe(house: &House, viewer: &Viewer, access_end: i64) {
    let insert = "INSERT INTO memberships (id, user_id, access_end, is_over, seq) VALUES (?, ?, ?, 0, 1)";
    let insert = house.database().query(insert).bind(kit_ids::MembershipId::from_bytes([9; 16])).bind(user(viewer));
    insert.bind(access_end).execute().await.unwrap();
}

kit_testing::on_each_database! {
    /// S0-ENR-2: each decision, by what was told.
    async fn what_was_told_decides(place: TestDatabase) {
        let house = House::open(place).await;
        enrollment(&house, Says::Granted(false));
        for lesson in [LESSON, PREVIEW, HIDDEN] {
            house.film_of(lesson).await;
        }
        let (enrolled, member, ended) = (learner(), other(), person(4, Role::Mentee));
        house.enroll(&enrolled, "PURCHASE").await;
        subscribe(&house, &member, kit_testing::TEST_START_US + 1).await;
        house.enroll(&ended, "SUBSCRIPTION").await;
        let stranger = person(5, Role::Mentee);
        for (viewer, lesson, reason) in [
            (Viewer::anonymous(), LESSON, "SIGN_IN_REQUIRED"), (Viewer::anonymous(), PREVIEW, "SIGN_IN_REQUIRED"),
            (stranger.clone(), LESSON, "NOT_ENROLLED"), (stranger.clone(), PREVIEW, ""), (stranger, HIDDEN, "NOT_PUBLISHED"),
            (enrolled.clone(), LESSON, ""), (enrolled, HIDDEN, "NOT_PUBLISHED"), (member, LESSON, ""),
            (ended.clone(), LESSON, "SUBSCRIPTION_EXPIRED"), (ended, PREVIEW, ""), (admin(), LESSON, ""), (admin(), HIDDEN, ""),
        ] {
            assert_eq!(house.denied(&viewer, lesson).await, reason, "{viewer:?} {lesson}");
        }
        house.clock().advance(Duration::from_secs(1));
        assert_eq!(house.denied(&other(), LESSON).await, "SUBSCRIPTION_EXPIRED", "its end has come");
        house.stop().await;
    }

    /// domain.md 3.4: whoever has sent a file plays it, though nobody else may.
    async fn whoever_sent_it_plays_it(place: TestDatabase) {
        let house = House::open(place).await;
        let film = house.keep(&learner(), VIDEO).await;
        house.attach(&film, HIDDEN).await;
        assert_eq!(house.denied(&learner(), HIDDEN).await, "");
        assert_eq!(house.denied(&other(), HIDDEN).await, "NOT_PUBLISHED");
        let url = house.playing(&learner(), HIDDEN, "PROGRESSIVE").await;
        assert_eq!(&house.get(&url, &[]).await.bytes[..], FILM);
        house.stop().await;
    }

    /// domain.md 3.4: there is nothing to play, or not in segments; a recording serves where there is no film, and the
    /// newest film before older ones.
    async fn the_newest_film_serves(place: TestDatabase) {
        let house = House::open(place).await;
        house.enroll(&learner(), "FREE").await;
        assert_eq!(house.denied(&learner(), LESSON).await, "NO_MEDIA");
        let sound = house.keep(&admin(), AUDIO).await;
        house.attach(&sound, LESSON).await;
        let served = async |protocol| house.stream(&learner(), LESSON, protocol).await["file"]["id"].clone();
        assert_eq!(served("PROGRESSIVE").await, sound);
        let none = house.stream(&learner(), LESSON, "HLS").await;
        assert_eq!((text(&none["reason"]), text(&none["message"]).contains("PROGRESSIVE")), ("NO_MEDIA", true), "{none}");
        for _ in 0..2 {
            house.clock().advance(Duration::from_secs(1));
            let film = house.film_of(LESSON).await;
            assert_eq!((served("PROGRESSIVE").await, served("HLS").await), (json!(film), json!(film)));
        }
        house.stop().await;
    }

    /// P7: what a ticket says; without a protocol it is played by ranges.
    async fn a_ticket_says_how_to_play(place: TestDatabase) {
        let house = House::open(place).await;
        let film = house.film_of(PREVIEW).await;
        let query = format!("{{ playable(id: \"{PREVIEW}\") {{ stream {{ __typename ... on StreamTicket {{ protocol }} }} }} }}");
        let reply = house.ask(&learner(), &query).await;
        assert_eq!(*reply.data("/playable/stream"), json!({ "__typename": "StreamTicket", "protocol": "PROGRESSIVE" }));
        for (protocol, content_type) in [("PROGRESSIVE", "video/mp4"), ("HLS", "application/vnd.apple.mpegurl")] {
            let ticket = house.stream(&learner(), PREVIEW, protocol).await;
            let expected = json!({
                "id": ticket["id"], "url": ticket["url"], "expiresAt": "2026-06-01T00:10:00.000Z", "protocol": protocol,
                "contentType": content_type, "byteSize": FILM.len(), "file": { "id": film },
            });
            assert_eq!(ticket, expected);
        }
        house.stop().await;
    }

    /// domain.md 3.4: what was not told yet is asked, and the answer counts, for the bytes as well.
    async fn enrollment_is_asked_for_what_was_not_told(place: TestDatabase) {
        let house = House::open(place).await;
        house.film_of(LESSON).await;
        let asked = enrollment(&house, Says::Granted(true));
        let url = house.playing(&learner(), LESSON, "PROGRESSIVE").await;
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        assert_eq!(house.get(&url, &[]).await.status, 200);
        assert_eq!(house.denied(&learner(), HIDDEN).await, "NOT_PUBLISHED");
        assert_eq!(house.denied(&Viewer::anonymous(), LESSON).await, "SIGN_IN_REQUIRED");
        assert_eq!(house.denied(&admin(), LESSON).await, "");
        assert_eq!(asked.load(Ordering::SeqCst), 2, "nobody is asked about what is known");
        enrollment(&house, Says::Granted(false));
        assert_eq!(house.denied(&learner(), LESSON).await, "NOT_ENROLLED");
        assert_eq!(house.get(&url, &[]).await.status, 403);
        house.stop().await;
    }

    /// domain.md 3.4, AS-165: silence is no yes. The message says to try again, and soon nobody waits any more.
    async fn silence_is_a_refusal_that_may_be_tried_again(place: TestDatabase) {
        let house = House::open(place).await;
        house.film_of(LESSON).await;
        let retryable = async || {
            let answer = house.stream(&learner(), LESSON, "PROGRESSIVE").await;
            text(&answer["reason"]) == "NOT_ENROLLED" && text(&answer["message"]).contains("try again")
        };
        assert!(retryable().await, "there is no enrollment at all");
        for says in [Says::Nothing, Says::Broken] {
            enrollment(&house, says);
            assert!(retryable().await);
        }
        let asked = enrollment(&house, Says::Nothing);
        for _ in 0..20 {
            assert!(retryable().await);
        }
        assert_eq!(asked.load(Ordering::SeqCst), 5, "the breaker opens");
        house.stop().await;
    }

    /// P16: about many lessons enrollment is asked once.
    async fn one_question_for_many_lessons(place: TestDatabase) {
        let house = House::open(place).await;
        let asked = enrollment(&house, Says::Granted(true));
        for number in 100..110u8 {
            let insert = "INSERT INTO playables (id, kind, course_id, is_free_preview) VALUES (?, 'les', ?, 0)";
            let lesson = kit_ids::LessonId::from_bytes([number; 16]);
            house.database().query(insert).bind(lesson).bind(COURSE).execute().await.unwrap();
        }
        let keys = (100..110u8).map(|number| json!({ "id": kit_ids::LessonId::from_bytes([number; 16]) }));
        let found = house.entities(&learner(), "Lesson", keys, "{ stream { ... on AccessDenied { reason } } }").await;
        assert!(found.iter().all(|lesson| lesson["stream"]["reason"] == "NO_MEDIA"), "{found:?}");
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        house.stop().await;
    }
}
