//! Text that is not meant well, and ids of what belongs to others.

use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::json;

use super::{Graph, admin, other, viewer};
use crate::service::stage::lesson;

kit_testing::on_each_database! {
    /// OW-02: whatever takes text takes it as text.
    async fn no_text_becomes_part_of_a_statement(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let session = graph.start(&viewer(), lesson()).await;
        let known = [("sessionId", json!(session)), ("playableId", json!(lesson().to_string()))];
        let places =
            kit_testing::assert_text_stays_text(&graph.subgraph, &crate::graph::sdl(), &viewer(), &known).await;
        assert!(places > 15, "{places}");
        graph.subgraph.stop().await;
    }

    /// FED-05, FED-06, FED-28, FED-29, ADV-80, OW-16, OW-18: a session of someone else's looks as one that is not there, by whichever way
    /// it is asked for, whatever is claimed beside its id, and for administrators, too.
    async fn ids_of_others_are_those_of_nothing(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let session = graph.watch(&viewer(), lesson(), 30).await;
        let missing = "pbs_00000000000000000000000000".to_owned();
        let malformed = [String::new(), "1".to_owned(), lesson().to_string(), session[4..].to_owned(), format!("{session}0")];
        let typed = "query($id: ID!) { playbackSession(id: $id) { id } }";
        let end = "mutation($id: ID!) { endPlayback(input: { sessionId: $id }) { session { id } userErrors { code } } }";
        let record = "mutation($id: ID!) { recordPlaybackEvents(input: { sessionId: $id, events: [] }) { accepted userErrors { code } } }";
        let entity = "query($all: [_Any!]!) { _entities(representations: $all) { ... on PlaybackSession { id } } }";
        for asking in [Viewer::anonymous(), other(), admin()] {
            let claims = |id: &str| {
                let user = json!({ "__typename": "User", "id": asking.user_id() });
                json!({ "id": id, "all": [{ "__typename": "PlaybackSession", "id": id, "user": user, "userId": asking.user_id() }] })
            };
            for operation in [typed, end, record, entity] {
                let ask = async |id: &str| {
                    let reply = graph.subgraph.ask_with(&asking, operation, claims(id)).await;
                    (reply.body["data"].clone(), reply.codes().join(" "))
                };
                assert_eq!(ask(&session).await, ask(&missing).await, "{operation} for {asking:?}");
                for id in &malformed {
                    let (data, codes) = ask(id).await;
                    assert!(!data.to_string().contains(&session) && codes != "INTERNAL", "{id}: {data} {codes}");
                }
            }
        }
        let own = graph.subgraph.ask_with(&viewer(), typed, json!({ "id": session })).await;
        assert_eq!(own.text_at("/playbackSession/id"), session);
        let ended = graph.subgraph.ask_with(&viewer(), end, json!({ "id": session })).await;
        assert_eq!(ended.text_at("/endPlayback/session/id"), session, "nobody else has ended it");
        graph.subgraph.stop().await;
    }
}
