//! What operators see of a subgraph's events, and do about them (domain.md 4.4, P13, P14).

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::{Request, StatusCode};
use kit_database::{Database, Durability, in_transaction};
use kit_events::{EmbeddedEventLog, Event, NewEvent, Origin, outbox};
use kit_ids::{MessageId, UserId};
use kit_service::{ReplayOutcome, ServiceSettings, open_for_operations};
use kit_testing::TestDatabase;
use kit_viewer::{KeyRing, RequestSigner, Role, SignedInUser, Viewer};
use serde_json::json;

use crate::sample::SUBGRAPH;
use crate::stage::{Answer, NOW, Stage, alice, key};

/// Long enough for any machine; only a failing test waits that long.
const PATIENCE: Duration = Duration::from_secs(60);

fn holder_of(role: Role) -> Viewer {
    Viewer::signed_in(SignedInUser::new(UserId::from_bytes([2; 16])).with_role(role))
}

async fn operate(stage: &Stage, viewer: &Viewer, method: &str, path: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    RequestSigner::new(key()).sign(viewer, "notes", method, path, b"", NOW).add_to(request.headers_mut());
    stage.send(request).await
}

/// Says that a note was written which is not there: the consumer gives the event up.
async fn tell_of_a_missing_note(database: &Database) -> Event {
    let note = MessageId::from_bytes([9; 16]).to_string();
    let event = NewEvent { kind: "notes.note.written.v1", subject: note, time: NOW, data: json!({}) };
    let written: Result<Event, kit_database::DatabaseError> = in_transaction!(database, |transaction| {
        outbox::append(transaction, &Origin::new("flow-9", None), event.clone()).await
    });
    written.unwrap()
}

/// Waits until the subgraph has given up so many events.
async fn wait_for_dead_letters(stage: &Stage, count: i64) -> Answer {
    let given_up = async {
        loop {
            let answer = operate(stage, &holder_of(Role::Ops), "GET", "/ops/dead-letters").await;
            if answer.body["total"] == json!(count) {
                return answer;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, given_up).await.expect("the event is given up")
}

async fn write_the_missing_note(database: &Database) {
    let insert = database.query("INSERT INTO notes (id, body, heard) VALUES (?, ?, ?)");
    insert.bind(MessageId::from_bytes([9; 16])).bind("late").bind(0_i64).execute().await.unwrap();
}

async fn heard(database: &Database) -> i64 {
    database.query("SELECT heard FROM notes").fetch_one().await.unwrap().get("heard").unwrap()
}

kit_testing::on_each_database! {
    /// P13, EB-14: an event that was given up is listed with its reason, and replayed by an administrator once it can work;
    /// a second replay does nothing.
    async fn an_administrator_replays_what_was_given_up(place: TestDatabase) {
        let stage = Stage::new(&place).await;
        let database = stage.running.context().database.clone();
        let event = tell_of_a_missing_note(&database).await;
        let listed = wait_for_dead_letters(&stage, 1).await;
        let letter = &listed.body["letters"][0];
        assert_eq!((&letter["id"], &letter["consumer"]), (&json!(event.id.to_string()), &json!("notes")));
        assert_eq!((&letter["attempts"], &letter["reason"]), (&json!(1), &json!("rejected: there is no such note")));
        assert_eq!((&letter["event"]["type"], &letter["event"]["correlationid"]), (&json!(event.kind), &json!("flow-9")));
        assert!(letter["ageSeconds"].is_i64());

        let path = format!("/ops/dead-letters/{}/replay", event.id);
        let again = operate(&stage, &holder_of(Role::Admin), "POST", &path).await;
        assert_eq!(again.body["replays"][0]["outcome"], "failed", "{}", again.body);
        write_the_missing_note(&database).await;
        let mut outcomes = Vec::new();
        for path in [path.as_str(), path.as_str(), "/ops/dead-letters/replay"] {
            let answer = operate(&stage, &holder_of(Role::Admin), "POST", path).await;
            outcomes.push((answer.status.as_u16(), answer.body["replays"][0]["outcome"].clone()));
        }
        assert_eq!(outcomes, [(200, json!("done")), (200, json!("settled")), (200, json!(null))]);
        assert_eq!(heard(&database).await, 1);
        assert_eq!(wait_for_dead_letters(&stage, 0).await.body["letters"], json!([]));
        stage.running.stop().await;
    }

    /// P13: everything at once, whoever runs beside; two that do it at once do it once.
    async fn two_replays_at_once_take_effect_once(place: TestDatabase) {
        let stage = Stage::new(&place).await;
        let database = stage.running.context().database.clone();
        tell_of_a_missing_note(&database).await;
        wait_for_dead_letters(&stage, 1).await;
        write_the_missing_note(&database).await;
        let folder = tempfile::tempdir().unwrap();
        let log = EmbeddedEventLog::open(folder.path(), Durability::ProcessDeath).await.unwrap();
        let settings = ServiceSettings::new(place.settings("notes"), Arc::new(log), KeyRing::new(vec![key()]).unwrap());
        let beside = open_for_operations(&SUBGRAPH, settings).await.unwrap();
        let admin = holder_of(Role::Admin);
        let (here, there) = tokio::join!(
            operate(&stage, &admin, "POST", "/ops/dead-letters/replay"),
            beside.replay_all()
        );
        let there = there.unwrap();
        let done = usize::from(here.body["replays"][0]["outcome"] == "done")
            + there.iter().filter(|replay| replay.outcome == ReplayOutcome::Done).count();
        assert_eq!((done, heard(&database).await), (1, 1), "{} {there:?}", here.body);
        beside.close().await;
        stage.running.stop().await;
    }

    /// Section 4.4: what waits, and how far each consumer is behind.
    async fn what_waits_is_counted(place: TestDatabase) {
        let stage = Stage::new(&place).await;
        stage.write("one").await;
        let caught_up = async {
            loop {
                let answer = operate(&stage, &holder_of(Role::Ops), "GET", "/ops/outbox").await;
                if answer.body["unpublished"] == json!(0) && answer.body["consumers"][0]["events"] == json!(0) {
                    return answer;
                }
                tokio::task::yield_now().await;
            }
        };
        let answer = tokio::time::timeout(PATIENCE, caught_up).await.unwrap();
        let expected = json!({
            "unpublished": 0, "oldestAgeSeconds": null, "deadLetters": 0, "consumers": [{ "consumer": "notes", "events": 0 }],
        });
        assert_eq!(answer.body, expected);
        stage.running.stop().await;
    }
}

/// Section 4.4, P10, P13: reading needs `ops:read`, replaying `admin`, and nobody gets by without a signature.
#[tokio::test]
async fn operators_need_their_scopes() {
    let place = TestDatabase::sqlite();
    let stage = Stage::new(&place).await;
    let replay = "/ops/dead-letters/01jbqz8v4x0000000000000000/replay";
    let paths = [
        ("GET", "/ops/outbox"),
        ("GET", "/ops/dead-letters"),
        ("GET", "/ops/flow/flow-1"),
        ("POST", "/ops/dead-letters/replay"),
        ("POST", replay),
    ];
    for (method, path) in paths {
        let unsigned = stage.send(Request::builder().method(method).uri(path).body(Body::empty()).unwrap()).await;
        assert_eq!(unsigned.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(operate(&stage, &alice(), method, path).await.status, StatusCode::FORBIDDEN, "{path}");
        let by_operator = operate(&stage, &holder_of(Role::Ops), method, path).await.status;
        assert_eq!(by_operator == StatusCode::FORBIDDEN, method == "POST", "{path}: {by_operator}");
    }
    let admin = holder_of(Role::Admin);
    let unknown = operate(&stage, &admin, "POST", replay).await;
    assert_eq!((unknown.status, unknown.body["code"].as_str()), (StatusCode::NOT_FOUND, Some("NOT_FOUND")));
    let nonsense = operate(&stage, &admin, "POST", "/ops/dead-letters/nonsense/replay").await;
    assert_eq!((nonsense.status, nonsense.body["code"].as_str()), (StatusCode::BAD_REQUEST, Some("BAD_USER_INPUT")));
    stage.running.stop().await;
}

/// P14: what a flow has caused, found by its correlation id.
#[tokio::test]
async fn operators_follow_a_flow() {
    let place = TestDatabase::sqlite();
    let stage = Stage::new(&place).await;
    let event = tell_of_a_missing_note(&stage.running.context().database).await;
    let flow = operate(&stage, &holder_of(Role::Ops), "GET", "/ops/flow/flow-9").await;
    assert_eq!(flow.body, json!({ "events": [event] }));
    assert_eq!(operate(&stage, &holder_of(Role::Ops), "GET", "/ops/flow/none").await.body, json!({ "events": [] }));
    stage.running.stop().await;
}
