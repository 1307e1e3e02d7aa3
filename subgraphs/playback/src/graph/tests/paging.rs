//! Pages (P6).

use std::time::Duration;

use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::{Value, json};

use super::{Graph, other, viewer};
use crate::service::stage::{lesson, numbered};

/// The entries of a page below a pointer, in order.
fn entries(page: &Value, pointer: &str) -> Vec<Value> {
    let edges = page["edges"].as_array().unwrap_or_else(|| panic!("no edges in {page}"));
    edges.iter().map(|edge| edge.pointer(pointer).unwrap().clone()).collect()
}

/// Walks a list forward and backward by two, and returns it as a whole.
async fn walk(ask: impl AsyncFn(String) -> Value, pointer: &str) -> Vec<Value> {
    let all = entries(&ask("first: 50".to_owned()).await, pointer);
    let (mut forward, mut after) = (Vec::new(), String::new());
    loop {
        let page = ask(format!("first: 2{after}")).await;
        assert_eq!(page["totalCount"], json!(all.len()), "{page}");
        forward.extend(entries(&page, pointer));
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        after = format!(", after: {}", page["pageInfo"]["endCursor"]);
    }
    assert_eq!(forward, all);
    let last = ask("last: 2".to_owned()).await;
    let before = ask(format!("last: 2, before: {}", last["pageInfo"]["startCursor"])).await;
    let tail = [entries(&before, pointer), entries(&last, pointer)].concat();
    assert_eq!(tail, all[all.len() - tail.len()..]);
    all
}

const PAGE: &str = "totalCount pageInfo { hasNextPage startCursor endCursor }";

kit_testing::on_each_database! {
    /// P6, domain 2.5: what was begun and not completed, latest first.
    async fn what_was_begun_comes_latest_first(place: TestDatabase) {
        let graph = Graph::on(place).await;
        graph.tell_length(numbered(12), 40).await;
        for number in 10..16 {
            graph.watch(&viewer(), numbered(number), 40).await;
        }
        graph.watch(&viewer(), numbered(11), 20).await;
        let gone = "INSERT INTO playable_meta (playable_id, playable_kind, is_removed, seq) VALUES (?, 'les', 1, 1)";
        graph.subgraph.database().query(gone).bind(numbered(14).to_bytes()).execute().await.unwrap();
        let ask = async |arguments: String| {
            let selection = format!("{{ continueWatching({arguments}) {{ {PAGE} edges {{ positionSeconds percent node {{ id }} }} }} }}");
            graph.of_user(&viewer(), &viewer(), &selection).await["continueWatching"].clone()
        };
        let expected: Vec<Value> = [11, 15, 13, 10].map(|number| json!(numbered(number).to_string())).to_vec();
        assert_eq!(walk(ask, "/node/id").await, expected, "12 is completed, 14 is gone");
        assert_eq!(entries(&ask("first: 2".to_owned()).await, "/positionSeconds"), [20, 40]);
        graph.subgraph.stop().await;
    }

    /// P6: a person's sessions, newest first, with the events of each in order.
    async fn sessions_come_newest_first(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let mut sessions = Vec::new();
        for number in 10..15 {
            graph.subgraph.clock().advance(Duration::from_secs(1));
            sessions.insert(0, json!(graph.start(&viewer(), numbered(number)).await));
        }
        graph.start(&other(), lesson()).await;
        let ask = async |arguments: String| {
            let selection = format!("{{ playbackSessions({arguments}) {{ {PAGE} edges {{ node {{ id }} }} }} }}");
            graph.of_user(&viewer(), &viewer(), &selection).await["playbackSessions"].clone()
        };
        assert_eq!(walk(ask, "/node/id").await, sessions);
        graph.subgraph.stop().await;
    }

    /// P6, S0-LOG-1: what happened in a session, in order.
    async fn events_come_in_order(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let session = graph.start(&viewer(), lesson()).await;
        let batch: Vec<Value> = [2, 3, 5, 8, 13].map(|seq| graph.event(seq, "HEARTBEAT", 1.0)).to_vec();
        graph.record(&viewer(), &session, json!(batch)).await;
        let ask = async |arguments: String| {
            let operation = format!("{{ playbackSession(id: \"{session}\") {{ events({arguments}) {{ {PAGE} edges {{ node {{ seq }} }} }} }} }}");
            graph.subgraph.ask(&viewer(), &operation).await.data("/playbackSession/events").clone()
        };
        assert_eq!(walk(ask, "/node/seq").await, [2, 3, 5, 8, 13]);
        graph.subgraph.stop().await;
    }

    /// P6, domain 2.5: the most watched first; the place is that in the whole order, on every page and backwards, too.
    async fn ranks_are_places_in_the_whole_order(place: TestDatabase) {
        let graph = Graph::on(place).await;
        for (playable, views) in [(10, 5), (11, 9), (12, 5), (13, 1), (14, 7), (15, 0)] {
            let insert = "INSERT INTO view_stats (playable_id, day, playable_kind, views, begun, completions, watched_ms)
              VALUES (?, 0, 'les', ?, 0, 0, 0)";
            graph.subgraph.database().query(insert).bind(numbered(playable).to_bytes()).bind(views).execute().await.unwrap();
        }
        let ask = async |arguments: String| {
            let operation = format!("{{ topPlayables(window: ALL, {arguments}) {{ {PAGE} edges {{ rank views node {{ id }} }} }} }}");
            graph.subgraph.ask(&Viewer::anonymous(), &operation).await.data("/topPlayables").clone()
        };
        assert_eq!(walk(ask, "/rank").await, [1, 2, 3, 4, 5]);
        assert_eq!(walk(ask, "/views").await, [9, 7, 5, 5, 1]);
        let first = ask("first: 1".to_owned()).await;
        let cursor = &first["pageInfo"]["endCursor"];
        let operation = format!("{{ topPlayables(window: WEEK, first: 1, after: {cursor}) {{ totalCount }} }}");
        let reply = graph.subgraph.ask(&viewer(), &operation).await;
        assert_eq!(reply.codes(), ["INVALID_CURSOR"], "a cursor is of one window: {}", reply.body);
        graph.subgraph.stop().await;
    }
}
