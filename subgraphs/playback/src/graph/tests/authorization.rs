//! Who may see and do what (P10, P11).

use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::json;

use super::{Graph, admin, operator, other, viewer};
use crate::service::stage::lesson;

kit_testing::on_each_database! {
    /// P10: whoever is not signed in changes nothing.
    async fn mutations_need_somebody(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let session = graph.start(&viewer(), lesson()).await;
        let mutations = [
            ("startPlayback", "session { id }", json!({ "playableId": lesson().to_string() })),
            ("recordPlaybackEvents", "accepted", json!({ "sessionId": session, "events": [] })),
            ("endPlayback", "session { id }", json!({ "sessionId": session })),
        ];
        for (mutation, selection, input) in mutations {
            let told = graph.subgraph.published().await;
            let reply = graph.subgraph.change(&Viewer::anonymous(), mutation, selection, input.clone()).await;
            assert_eq!(reply.codes(), ["UNAUTHENTICATED"], "{mutation}: {}", reply.body);
            assert_eq!(graph.subgraph.published().await, told, "{mutation} refused and told of");
            for stranger in [other(), admin()] {
                // Anybody may begin a session of their own; another's is not there for them.
                let reply = graph.subgraph.change(&stranger, mutation, selection, input.clone()).await;
                let code = if mutation == "startPlayback" { "" } else { "NOT_FOUND" };
                assert_eq!(reply.user_error(mutation), code, "{mutation}: {}", reply.body);
            }
            let reply = graph.subgraph.change(&viewer(), mutation, selection, input).await;
            assert!(reply.codes().is_empty() && reply.user_error(mutation).is_empty(), "{mutation}: {}", reply.body);
        }
        graph.subgraph.stop().await;
    }

    /// P11: a session, and what a person watches and how, is for themselves alone; not for administrators either.
    async fn what_somebody_watches_is_theirs_alone(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let session = graph.watch(&viewer(), lesson(), 30).await;
        for (asking, sees) in [(Viewer::anonymous(), false), (other(), false), (admin(), false), (viewer(), true)] {
            let key = [json!({ "id": session })];
            let found = graph.subgraph.entities(&asking, "PlaybackSession", key, "{ device events(first: 1) { totalCount } }").await;
            assert_eq!(!found[0].is_null(), sees, "PlaybackSession for {asking:?}");
            let reply = graph.subgraph.ask(&asking, &format!("{{ playbackSession(id: \"{session}\") {{ device }} }}")).await;
            assert_eq!(!reply.data("/playbackSession").is_null(), sees, "playbackSession: {}", reply.body);
            let selection = "{ continueWatching(first: 9) { totalCount } learningPattern { streakDays } playbackSessions(first: 9) { totalCount } }";
            let user = graph.of_user(&asking, &viewer(), selection).await;
            for field in ["continueWatching", "learningPattern", "playbackSessions"] {
                assert_eq!(!user[field].is_null(), sees, "{field} for {asking:?}: {user}");
            }
        }
        let code = |asking: Viewer| {
            let user = viewer().user_id().unwrap();
            let graph = &graph;
            async move {
                let operation = format!("{{ _entities(representations: [{{ __typename: \"User\", id: \"{user}\" }}]) {{ ... on User {{ learningPattern {{ streakDays }} }} }} }}");
                graph.subgraph.ask(&asking, &operation).await.codes().join(" ")
            }
        };
        assert_eq!([code(Viewer::anonymous()).await, code(other()).await, code(admin()).await], ["UNAUTHENTICATED", "FORBIDDEN", "FORBIDDEN"]);
        graph.subgraph.stop().await;
    }

    /// P11: everybody may know how much something is watched, each viewer how far they are, operators where people leave.
    async fn each_field_of_a_playable_knows_who_may(place: TestDatabase) {
        let graph = Graph::on(place).await;
        graph.tell_length(lesson(), 60).await;
        graph.watch(&viewer(), lesson(), 30).await;
        let selection = "{ viewStats { views } viewerProgress { percent } engagement(buckets: 2) { viewers } }";
        let cases = [
            (Viewer::anonymous(), json!(null), false),
            (other(), json!(null), false),
            (viewer(), json!({ "percent": 50.0 }), false),
            (operator(), json!(null), true),
            (admin(), json!(null), true),
        ];
        for (asking, progress, sees_engagement) in cases {
            let key = [json!({ "id": lesson().to_string() })];
            let found = graph.subgraph.entities(&asking, "Playable", key, selection).await.remove(0);
            assert_eq!(found["viewStats"], json!({ "views": 1 }), "{asking:?}");
            assert_eq!(found["viewerProgress"], progress, "{asking:?}");
            let engagement = json!([{ "viewers": 1 }, { "viewers": 0 }]);
            assert_eq!(found["engagement"], if sees_engagement { engagement } else { json!(null) }, "{asking:?}");
        }
        graph.subgraph.stop().await;
    }
}
