//! Each mutation's payload: what it holds, each refusal as data, and a request that comes twice (P7, P8, domain 3.5).

use kit_testing::{TestDatabase, TestSubgraph};
use serde_json::json;

use super::{Graph, moment, other, viewer};
use crate::service::stage::{TICKET, forbidden, lesson, numbered};

const SESSION: &str = "session { id playable { id } user { id } startedAt endedAt lastPositionSeconds device }";

kit_testing::on_each_database! {
    /// P7, S0-PLAY-1, S0-LOG-1: a session from its beginning to its end.
    async fn a_session_is_begun_followed_and_ended(place: TestDatabase) {
        let graph = Graph::on(place).await;
        graph.tell_length(lesson(), 100).await;
        let input = json!({ "playableId": lesson().to_string(), "device": "TV", "clientMutationId": "mine" });
        let begun = graph.subgraph.change(&viewer(), "startPlayback", SESSION, input).await;
        let id = begun.text_at("/startPlayback/session/id");
        assert!(id.starts_with("pbs_"), "P5: {id}");
        let session = json!({
            "id": id, "playable": { "id": lesson().to_string() }, "user": { "id": viewer().user_id() },
            "startedAt": "2026-06-01T00:00:00.000Z", "endedAt": null, "lastPositionSeconds": 0, "device": "TV",
        });
        let payload = json!({ "session": session, "userErrors": [], "clientMutationId": "mine" });
        assert_eq!(*begun.data("/startPlayback"), payload);

        let first = graph.event(1, "PLAY", 0.0);
        graph.subgraph.clock().advance(std::time::Duration::from_secs(95));
        let recorded = graph.record(&viewer(), &id, json!([first, graph.event(3, "HEARTBEAT", 95.0)])).await;
        assert_eq!((&recorded["gaps"], &recorded["progress"]["watchedSeconds"]), (&json!(1), &json!(0)));
        let late = json!([{ "seq": 2, "kind": "RATE_CHANGE", "positionSeconds": 0.25, "at": first["at"], "detail": "1.5" }]);
        let recorded = graph.record(&viewer(), &id, late).await;
        let progress = json!({ "positionSeconds": 95, "watchedSeconds": 95, "percent": 95.0, "completed": true });
        let payload = json!({
            "accepted": 1, "lastSeq": 3, "gaps": 0, "progress": progress, "userErrors": [], "clientMutationId": null,
        });
        assert_eq!(recorded, payload);

        let events = "session { endedAt lastPositionSeconds events(first: 9) { totalCount edges { node { seq kind positionSeconds at detail } } } }";
        let input = json!({ "sessionId": id, "positionSeconds": 96.5 });
        let ended = graph.subgraph.change(&viewer(), "endPlayback", events, input).await;
        let at = "2026-06-01T00:01:35.000Z";
        assert_eq!((ended.text_at("/endPlayback/session/endedAt"), ended.data("/endPlayback/session/lastPositionSeconds")), (at.to_owned(), &json!(96)));
        let event = |seq: i64, kind: &str, position: f64, at: &str, detail: Option<&str>| {
            json!({ "node": { "seq": seq, "kind": kind, "positionSeconds": position, "at": at, "detail": detail } })
        };
        let expected = json!({ "totalCount": 4, "edges": [
            event(1, "PLAY", 0.0, "2026-06-01T00:00:00.000Z", None),
            event(2, "RATE_CHANGE", 0.25, "2026-06-01T00:00:00.000Z", Some("1.5")),
            event(3, "HEARTBEAT", 95.0, at, None),
            event(4, "STOP", 96.5, at, None),
        ] });
        assert_eq!(*ended.data("/endPlayback/session/events"), expected, "{}", ended.body);
        let told = ["session.started", "view.counted", "playable.completed", "session.ended"];
        assert_eq!(graph.subgraph.published().await, told.map(|kind| format!("playback.{kind}.v1")));
        graph.subgraph.stop().await;
    }

    /// domain 3.5, 7.1: each user error; nothing is written and nothing is told.
    async fn each_refusal_is_data_and_changes_nothing(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let displaced = graph.start(&viewer(), lesson()).await;
        for number in 10..13 {
            graph.subgraph.clock().advance(std::time::Duration::from_secs(1));
            graph.start(&viewer(), numbered(number)).await;
        }
        let others = graph.start(&other(), lesson()).await;
        let over = graph.start(&other(), lesson()).await;
        graph.subgraph.change(&other(), "endPlayback", "session { id }", json!({ "sessionId": over })).await;
        let told = graph.subgraph.published().await;
        let event = |seq| graph.event(seq, "PLAY", 0.0);
        let many: Vec<_> = (1..=101).map(event).collect();
        let missing = "pbs_00000000000000000000000000";
        let cases = [
            (viewer(), "startPlayback", json!({ "playableId": forbidden().to_string() }), "NOT_ENTITLED"),
            (viewer(), "recordPlaybackEvents", json!({ "sessionId": displaced, "events": [event(1)] }), "DISPLACED"),
            (other(), "recordPlaybackEvents", json!({ "sessionId": over, "events": [event(1)] }), "SESSION_ENDED"),
            (other(), "recordPlaybackEvents", json!({ "sessionId": others, "events": many }), "BATCH_TOO_LARGE"),
            (other(), "recordPlaybackEvents", json!({ "sessionId": others, "events": [event(2), event(1)] }), "SEQ_INVALID"),
            (other(), "recordPlaybackEvents", json!({ "sessionId": others, "events": [event(0)] }), "SEQ_INVALID"),
            (viewer(), "recordPlaybackEvents", json!({ "sessionId": others, "events": [event(1)] }), "NOT_FOUND"),
            (viewer(), "recordPlaybackEvents", json!({ "sessionId": missing, "events": [event(1)] }), "NOT_FOUND"),
            (viewer(), "endPlayback", json!({ "sessionId": others }), "NOT_FOUND"),
            (viewer(), "endPlayback", json!({ "sessionId": missing }), "NOT_FOUND"),
        ];
        for (viewer, mutation, input, code) in cases {
            let entity = if mutation == "recordPlaybackEvents" { "progress" } else { "session" };
            let selection = if entity == "progress" { "progress { percent }" } else { "session { id }" };
            let reply = graph.subgraph.change(&viewer, mutation, selection, input.clone()).await;
            assert_eq!(reply.user_error(mutation), code, "{mutation} {input}: {}", reply.body);
            assert!(reply.data(&format!("/{mutation}/{entity}")).is_null(), "{mutation} {input}");
        }
        assert_eq!(graph.subgraph.published().await, told);
        graph.subgraph.stop().await;
    }

    /// P7, domain 3.5: each mutation sent twice acts once and answers alike.
    async fn repeated_requests_act_once(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let mut input = json!({ "playableId": forbidden().to_string(), "ticketId": TICKET, "idempotencyKey": "k1" });
        let start = async |input| graph.subgraph.change(&viewer(), "startPlayback", SESSION, input).await.body;
        let first = start(input.clone()).await;
        let id = first["data"]["startPlayback"]["session"]["id"].as_str().unwrap().to_owned();
        assert_eq!(start(input.clone()).await, first);
        input["device"] = json!("another");
        assert_eq!(start(input).await["data"]["startPlayback"]["userErrors"][0]["code"], "IDEMPOTENCY_CONFLICT");

        let batch = json!([graph.event(1, "PLAY", 3.0), graph.event(2, "STOP", 4.0)]);
        let mut recorded = graph.record(&viewer(), &id, batch.clone()).await;
        let again = graph.record(&viewer(), &id, batch).await;
        assert_eq!((&recorded["accepted"], &again["accepted"]), (&json!(2), &json!(0)));
        recorded["accepted"] = json!(0);
        assert_eq!(again, recorded);

        let end = async || graph.subgraph.change(&viewer(), "endPlayback", SESSION, json!({ "sessionId": id })).await.body;
        let ended = end().await;
        assert_eq!(ended["data"]["endPlayback"]["session"]["endedAt"], moment(kit_testing::TEST_START_US));
        assert_eq!(end().await, ended);
        assert_eq!(graph.subgraph.published().await.len(), 2);
        graph.subgraph.stop().await;
    }

    /// P5, P8: what is not the id of something that can be played is bad input, and so are other values out of range.
    async fn bad_input_is_told_as_such(place: TestDatabase) {
        let graph = Graph::on(place).await;
        for playable in ["crs_01arz3ndektsv4rrffq69g5fav", "les_01ARZ3NDEKTSV4RRFFQ69G5FAV", "lesson", ""] {
            let reply = graph.subgraph.change(&viewer(), "startPlayback", SESSION, json!({ "playableId": playable })).await;
            assert_eq!(reply.codes(), ["BAD_USER_INPUT"], "{playable}: {}", reply.body);
        }
        let input = json!({ "playableId": lesson().to_string(), "idempotencyKey": "" });
        let reply = graph.subgraph.change(&viewer(), "startPlayback", SESSION, input).await;
        assert_eq!(reply.codes(), ["BAD_USER_INPUT"], "{}", reply.body);
        for selection in ["learningPattern(days: 0) { streakDays }", "learningPattern(days: 366) { streakDays }", "continueWatching { totalCount }"] {
            let user = viewer().user_id().unwrap();
            let operation = format!("{{ _entities(representations: [{{ __typename: \"User\", id: \"{user}\" }}]) {{ ... on User {{ {selection} }} }} }}");
            assert_eq!(graph.subgraph.ask(&viewer(), &operation).await.codes(), ["BAD_USER_INPUT"], "{selection}");
        }
        graph.subgraph.stop().await;
    }

    /// domain 3.5: as it runs, playback lets nobody play before somebody says who may.
    async fn nobody_plays_while_nobody_knows_who_may(place: TestDatabase) {
        let subgraph = TestSubgraph::start(&crate::SUBGRAPH, place).await;
        let input = json!({ "playableId": lesson().to_string() });
        let reply = subgraph.change(&viewer(), "startPlayback", SESSION, input).await;
        assert_eq!(reply.codes(), ["SUBGRAPH_UNAVAILABLE"], "{}", reply.body);
        subgraph.stop().await;
    }
}
