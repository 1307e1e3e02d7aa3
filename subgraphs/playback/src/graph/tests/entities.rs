//! Entities by their keys, read at once (P5, P9, P16).

use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::json;

use super::{Graph, admin, other, viewer};
use crate::service::stage::{lesson, numbered};

kit_testing::on_each_database! {
    /// P5, P9: in the order asked for, null for what is not there; what playback does not know costs itself only.
    async fn entities_come_by_key_in_order(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let first = graph.start(&viewer(), lesson()).await;
        let second = graph.start(&viewer(), numbered(5)).await;
        let keys = [&second, "pbs_00000000000000000000000000", &first].map(|id| json!({ "id": id }));
        let found = graph.subgraph.entities(&viewer(), "PlaybackSession", keys, "{ id playable { id } }").await;
        let expected = |id: &str, playable: String| json!({ "id": id, "playable": { "id": playable } });
        assert_eq!(found, [
            expected(&second, numbered(5).to_string()),
            json!(null),
            expected(&first, lesson().to_string()),
        ]);
        let unknown = ["clp_00000000000000000000000000", &lesson().to_string(), "mov_00000000000000000000000000"];
        let keys = unknown.map(|id| json!({ "id": id }));
        let selection = "{ id viewerProgress { percent } viewStats { views uniqueViewers watchedHours completionRate } }";
        let found = graph.subgraph.entities(&viewer(), "Playable", keys, selection).await;
        let nothing = json!({ "views": 0, "uniqueViewers": 0, "watchedHours": 0.0, "completionRate": 0.0 });
        let unwatched = |id: &str| json!({ "id": id, "viewerProgress": null, "viewStats": nothing });
        assert_eq!(found, [json!(null), unwatched(unknown[1]), unwatched(unknown[2])]);
        graph.subgraph.stop().await;
    }

    /// domain 2.5: the ids of two kinds that happen to have the same bytes are two things.
    async fn the_kind_belongs_to_the_id(place: TestDatabase) {
        let graph = Graph::on(place).await;
        graph.watch(&viewer(), lesson(), 40).await;
        let movie = lesson().to_string().replace("les_", "mov_");
        let keys = [json!({ "id": movie }), json!({ "id": lesson().to_string() })];
        let found = graph.subgraph.entities(&viewer(), "Playable", keys, "{ viewerProgress { watchedSeconds } viewStats { views } }").await;
        assert_eq!(found, [
            json!({ "viewerProgress": null, "viewStats": { "views": 0 } }),
            json!({ "viewerProgress": { "watchedSeconds": 40 }, "viewStats": { "views": 1 } }),
        ]);
        graph.subgraph.stop().await;
    }

    /// domain 2.5: from how many saw each part to how many left in it.
    async fn engagement_is_told_in_equal_parts(place: TestDatabase) {
        let graph = Graph::on(place).await;
        graph.tell_length(lesson(), 100).await;
        for (asking, seconds) in [(viewer(), 30), (other(), 60)] {
            let session = graph.watch(&asking, lesson(), seconds).await;
            graph.subgraph.change(&asking, "endPlayback", "session { id }", json!({ "sessionId": session })).await;
        }
        let key = || [json!({ "id": lesson().to_string() })];
        let selection = "{ engagement(buckets: 4) { fromPercent toPercent viewers dropOffs } }";
        let found = graph.subgraph.entities(&admin(), "Playable", key(), selection).await;
        let bucket = |from: f64, viewers: i64, left: i64| {
            json!({ "fromPercent": from, "toPercent": from + 25.0, "viewers": viewers, "dropOffs": left })
        };
        let expected = json!([bucket(0.0, 2, 0), bucket(25.0, 2, 1), bucket(50.0, 1, 1), bucket(75.0, 0, 0)]);
        assert_eq!(found[0]["engagement"], expected);
        let found = graph.subgraph.entities(&admin(), "Playable", key(), "{ engagement { viewers } }").await;
        assert_eq!(found[0]["engagement"].as_array().map(Vec::len), Some(20));
        for buckets in [0, 101, -1] {
            let selection = format!("{{ id engagement(buckets: {buckets}) {{ viewers }} }}");
            let found = graph.subgraph.entities(&admin(), "Playable", key(), &selection).await;
            assert!(found[0]["engagement"].is_null() && found[0]["id"].is_string(), "{buckets}: {}", found[0]);
        }
        graph.subgraph.stop().await;
    }

    /// P16: many playables, each with all that playback knows of it: each table once.
    async fn each_loader_reads_once(place: TestDatabase) {
        let graph = Graph::on(place).await;
        graph.tell_length(lesson(), 100).await;
        graph.watch(&admin(), lesson(), 50).await;
        let keys: Vec<_> = (1..30).map(|number| json!({ "id": numbered(number).to_string() })).collect();
        let selection = "{ viewerProgress { percent } viewStats { views } engagement(buckets: 1) { viewers } }";
        for table in ["watch_progress", "view_stats", "retention"] {
            let asking = admin();
            let ask = graph.subgraph.entities(&asking, "Playable", keys.clone(), selection);
            let (reads, found) = graph.subgraph.count_reads(table, ask).await;
            assert_eq!((reads, &found[2]["viewerProgress"]), (1, &json!({ "percent": 50.0 })), "{table}");
        }
        let sessions: Vec<_> = {
            let session = graph.start(&admin(), numbered(5)).await;
            let other = graph.start(&admin(), numbered(6)).await;
            vec![json!({ "id": session }), json!({ "id": other })]
        };
        let selection = "{ playable { viewStats { views } } events(first: 5) { totalCount edges { node { seq } } } }";
        for table in ["playback_sessions", "playback_events", "view_stats"] {
            let asking = admin();
            let ask = graph.subgraph.entities(&asking, "PlaybackSession", sessions.clone(), selection);
            let (reads, found) = graph.subgraph.count_reads(table, ask).await;
            assert_eq!((reads, found.len()), (1, 2), "{table}");
        }
        graph.subgraph.stop().await;
    }

    /// P4: what is the viewer's own is kept by nobody; how much something is watched is for everybody for a minute.
    async fn answers_say_who_may_keep_them(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let public = "{ topPlayables(window: ALL, first: 5) { edges { rank node { viewStats { views } } } } }";
        let reply = graph.subgraph.ask(&Viewer::anonymous(), public).await;
        assert_eq!(reply.header("cache-control"), "max-age=60, public", "{}", reply.body);
        let session = graph.start(&viewer(), lesson()).await;
        let private = format!("{{ playbackSession(id: \"{session}\") {{ device }} }}");
        assert_eq!(graph.subgraph.ask(&viewer(), &private).await.header("cache-control"), "no-store");
        graph.subgraph.stop().await;
    }
}
