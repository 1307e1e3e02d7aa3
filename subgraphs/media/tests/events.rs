//! What media hears of its sisters, and what it tells them (domain.md 3.4, P13).

use kit_events::Event;
use kit_ids::{EnrollmentId, MembershipId};
use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::{Value, json};

use crate::house::{COURSE, House, LESSON, POSTER, PREVIEW, TEXT, VIDEO, admin, event, learner, other, text, user};

const LESSONS: &str = "media.lessons";
const COURSES: &str = "media.courses";
const PLACES: &str = "media.places";
const MEMBERSHIPS: &str = "media.memberships";
const DEPARTURES: &str = "media.departures";
const PLACE: EnrollmentId = EnrollmentId::from_bytes([21; 16]);
const MEMBERSHIP: MembershipId = MembershipId::from_bytes([22; 16]);

fn course(status: &str, seq: i64) -> Event {
    let kind = if status == "PUBLISHED" { "learning.course.published.v1" } else { "learning.course.archived.v1" };
    event(kind, &COURSE, seq, json!({ "id": COURSE, "status": status }))
}

fn lesson(kind: &'static str, is_free_preview: bool, seq: i64) -> Event {
    event(kind, &LESSON, seq, json!({ "id": LESSON, "courseId": COURSE, "isFreePreview": is_free_preview }))
}

fn place(kind: &'static str, viewer: &Viewer, seq: i64) -> Event {
    let data =
        json!({ "id": PLACE, "userId": user(viewer), "courseId": COURSE, "source": "PURCHASE", "orderId": null });
    event(kind, &PLACE, seq, data)
}

fn membership(kind: &'static str, status: &str, access_end: &str, seq: i64) -> Event {
    let data = json!({
        "id": MEMBERSHIP, "userId": user(&learner()), "status": status, "accessEnd": access_end, "autoRenew": false,
    });
    event(kind, &MEMBERSHIP, seq, data)
}

/// A sister who grants nothing, so that only what was told counts.
fn grant_nothing(house: &House) {
    let answer = axum::Json(json!({ "data": { "entitlements": [] } }));
    let router = axum::Router::new().route("/graphql", axum::routing::post(async || answer));
    house.neighbours().add_in_process("enrollment", router);
}

kit_testing::on_each_database! {
    /// S0-ENR-2: a lesson is playable when its course is open; it closes when it is removed or its course was never open.
    async fn lessons_and_courses_come_and_go(place: TestDatabase) {
        let house = House::empty(place).await;
        grant_nothing(&house);
        let known = async || !house.ask(&learner(), &format!("{{ playable(id: \"{LESSON}\") {{ id }} }}")).await.data("/playable").is_null();
        assert!(!known().await);
        house.hear(LESSONS, &[lesson("learning.lesson.added.v1", true, 1)]).await;
        assert!(known().await);
        assert_eq!(house.denied(&learner(), LESSON).await, "NOT_PUBLISHED");
        house.hear(COURSES, &[course("PUBLISHED", 2)]).await;
        assert_eq!(house.denied(&learner(), LESSON).await, "NO_MEDIA");
        house.film_of(LESSON).await;
        assert_eq!(house.denied(&learner(), LESSON).await, "");
        house.hear(LESSONS, &[lesson("learning.lesson.updated.v1", false, 2)]).await;
        assert_eq!(house.denied(&learner(), LESSON).await, "NOT_ENROLLED");
        house.hear(LESSONS, &[lesson("learning.lesson.removed.v1", false, 3)]).await;
        assert!(!known().await);
        house.stop().await;
    }

    /// P13: what was told late, of an earlier state, changes nothing.
    async fn late_news_of_a_course_is_no_news(place: TestDatabase) {
        let house = House::open(place).await;
        grant_nothing(&house);
        house.film_of(PREVIEW).await;
        house.hear(COURSES, &[course("ARCHIVED", 9)]).await;
        assert_eq!(house.denied(&learner(), PREVIEW).await, "", "an archived course stays open to those in it");
        house.hear(COURSES, &[course("DRAFT", 8)]).await;
        assert_eq!(house.denied(&learner(), PREVIEW).await, "");
        house.hear(COURSES, &[course("DRAFT", 10)]).await;
        assert_eq!(house.denied(&learner(), PREVIEW).await, "NOT_PUBLISHED");
        house.stop().await;
    }

    /// S0-ENR-2: a place opens its course, until it is taken back; told twice it is one place.
    async fn a_place_comes_and_goes(place_of_test: TestDatabase) {
        let house = House::open(place_of_test).await;
        grant_nothing(&house);
        house.film_of(LESSON).await;
        assert_eq!(house.denied(&learner(), LESSON).await, "NOT_ENROLLED");
        house.hear(PLACES, &[place("enrollment.enrollment.created.v1", &learner(), 1)]).await;
        assert_eq!(house.denied(&learner(), LESSON).await, "");
        let url = house.playing(&learner(), LESSON, "PROGRESSIVE").await;
        house.hear(PLACES, &[place("enrollment.enrollment.revoked.v1", &learner(), 2)]).await;
        assert_eq!(house.denied(&learner(), LESSON).await, "NOT_ENROLLED");
        let reply = house.get(&url, &[]).await;
        assert_eq!((reply.status.as_u16(), &reply.body["code"]), (403, &json!("access-over")), "PS-17");
        house.hear(PLACES, &[place("enrollment.enrollment.created.v1", &learner(), 1)]).await;
        assert_eq!(house.denied(&learner(), LESSON).await, "NOT_ENROLLED", "an event of before");
        house.stop().await;
    }

    /// PS-17, AS-100: who has left has nothing of what they were given, to play, to fetch and to send, from the moment that
    /// it is told; others keep theirs.
    async fn addresses_end_with_the_account(place: TestDatabase) {
        let house = House::open(place).await;
        let film = house.film_of(LESSON).await;
        house.enroll(&learner(), "PURCHASE").await;
        house.enroll(&other(), "PURCHASE").await;
        let own = house.keep(&learner(), TEXT).await;
        let upload = house.announce(&learner(), TEXT).await;
        let mut theirs = vec![house.address(&learner(), &own).await, house.address(&admin(), &film).await];
        for protocol in ["PROGRESSIVE", "HLS"] {
            theirs.push(house.playing(&learner(), LESSON, protocol).await);
        }
        let others = house.playing(&other(), LESSON, "PROGRESSIVE").await;
        for url in theirs.iter().chain([&others]) {
            assert_eq!(house.get(url, &[]).await.status, 200, "{url}");
        }
        for viewer in [learner(), admin()] {
            let left = event("identity.user.deactivated.v1", &user(&viewer), 9, json!({ "id": user(&viewer) }));
            house.hear(DEPARTURES, &[left]).await;
        }
        for url in &theirs {
            let reply = house.get(url, &[("range", "bytes=0-1")]).await;
            assert_eq!((reply.status.as_u16(), &reply.body["code"]), (403, &json!("access-over")), "{url}");
        }
        let reply = house.put(text(&upload["url"]), TEXT.content_type, TEXT.bytes).await;
        assert_eq!((reply.status.as_u16(), &reply.body["code"]), (403, &json!("upload-ended")));
        assert_eq!(house.get(&others, &[]).await.status, 200);
        house.stop().await;
    }

    /// S0-SUB-1: a membership opens every course until its end, and no longer when it has expired.
    async fn a_membership_comes_and_goes(place: TestDatabase) {
        let house = House::open(place).await;
        grant_nothing(&house);
        house.film_of(LESSON).await;
        house.hear(MEMBERSHIPS, &[membership("enrollment.membership.started.v1", "ACTIVE", "2026-06-02T00:00:00.000000Z", 1)]).await;
        assert_eq!(house.denied(&learner(), LESSON).await, "");
        house.clock().advance(std::time::Duration::from_secs(24 * 60 * 60));
        assert_eq!(house.denied(&learner(), LESSON).await, "SUBSCRIPTION_EXPIRED", "its end has come, and nothing was told");
        house.hear(MEMBERSHIPS, &[membership("enrollment.membership.renewed.v1", "ACTIVE", "2026-07-02T00:00:00.000000Z", 2)]).await;
        assert_eq!(house.denied(&learner(), LESSON).await, "");
        house.hear(MEMBERSHIPS, &[membership("enrollment.membership.expired.v1", "EXPIRED", "2026-07-02T00:00:00.000000Z", 3)]).await;
        assert_eq!(house.denied(&learner(), LESSON).await, "SUBSCRIPTION_EXPIRED");
        house.stop().await;
    }

    /// P13: what cannot be read is put away, and others go on.
    async fn what_cannot_be_read_is_put_away(place_of_test: TestDatabase) {
        let house = House::open(place_of_test).await;
        grant_nothing(&house);
        house.film_of(LESSON).await;
        let broken = event("enrollment.enrollment.created.v1", &PLACE, 1, json!({ "userId": "nobody" }));
        house.hear(PLACES, &[broken, place("enrollment.enrollment.created.v1", &learner(), 2)]).await;
        let letters = house.database().query("SELECT COUNT(*) AS n FROM dead_letters").fetch_one().await.unwrap();
        assert_eq!(letters.get::<i64>("n").unwrap(), 1);
        assert_eq!(house.denied(&learner(), LESSON).await, "");
        house.stop().await;
    }

    /// domain.md 3.4: a file's life in events, in the same flow, without any address that opens it (PS-20).
    async fn the_life_of_a_file_is_told(place: TestDatabase) {
        let house = House::open(place).await;
        let film = house.film_of(LESSON).await;
        let ready = house.told("media.file.ready.v1").await;
        let expected = |owner: Value| json!({
            "id": film, "ownerId": owner, "kind": "VIDEO", "contentType": "video/mp4", "byteSize": VIDEO.bytes.len(),
            "durationSeconds": 12,
        });
        assert_eq!(ready, [expected(Value::Null), expected(json!(LESSON))]);
        house.address(&admin(), &film).await;
        let issued = house.told("media.stream.issued.v1").await;
        assert_eq!(issued, [json!({ "id": film, "userId": user(&admin()), "expiresAt": 1_780_272_600 })]);
        house.playing(&admin(), LESSON, "PROGRESSIVE").await;
        assert_eq!(house.told("media.stream.issued.v1").await.len(), 1, "playing is told by playback");
        house.delete(&admin(), &film).await;
        house.delete(&admin(), &film).await;
        assert_eq!(house.told("media.file.deleted.v1").await, [expected(json!(LESSON))]);
        let rows = house.database().query("SELECT data, subject FROM outbox").fetch_all().await.unwrap();
        for row in &rows {
            let data: String = row.get("data").unwrap();
            assert!(!data.contains("sig=") && !data.contains("/hls/"), "{data}");
        }
        house.stop().await;
    }

    /// domain.md 3.4, PS-15: what never comes fails, once, and its place is given back.
    async fn what_never_comes_is_told_of(place: TestDatabase) {
        let house = House::open(place).await;
        let upload = house.announce(&learner(), TEXT).await;
        assert_eq!(house.usage(&learner()).await, (10, 1));
        house.work().await;
        assert_eq!(house.usage(&learner()).await, (10, 1), "it still has time");
        house.clock().advance(std::time::Duration::from_secs(15 * 60));
        house.work().await;
        house.work().await;
        let failed = house.told("media.file.failed.v1").await;
        assert_eq!((failed.len(), &failed[0]["reason"]), (1, &json!("it did not come in time")));
        assert_eq!(house.usage(&learner()).await, (0, 0));
        let reply = house.delete(&learner(), text(&upload["file"]["id"])).await;
        assert_eq!(reply.data("/deleteMediaFile/file/status"), "DELETED", "{}", reply.body);
        assert_eq!(house.usage(&learner()).await, (0, 0), "its place was given back already");
        house.stop().await;
    }

    /// S0-USER-1: an avatar is told with an address that everyone may use, and so is that there is none any more.
    async fn avatars_are_told(place: TestDatabase) {
        let house = House::open(place).await;
        let set = async |file: &str| house.change(&learner(), "setAvatar", "user { id }", json!({ "fileId": file })).await;
        let first = house.keep(&learner(), POSTER).await;
        let second = house.keep(&learner(), POSTER).await;
        set(&first).await;
        set(&second).await;
        let told = house.told("media.avatar.changed.v1").await;
        let url = text(&told[1]["url"]).to_owned();
        assert!(url.ends_with(&format!("/media/v1/files/{second}/content")), "{url}");
        assert_eq!(house.get(&url, &[]).await.status, 200);
        assert_eq!(house.get(text(&told[0]["url"]), &[]).await.status, 403, "the one before it is closed");
        house.delete(&learner(), &first).await;
        assert_eq!(house.told("media.avatar.changed.v1").await.len(), 2, "it was no avatar any more");
        house.delete(&learner(), &second).await;
        let told = house.told("media.avatar.changed.v1").await;
        assert_eq!(told[2..], [json!({ "userId": user(&learner()), "url": null })]);
        house.stop().await;
    }
}
