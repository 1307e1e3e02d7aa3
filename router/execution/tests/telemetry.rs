//! What an operator sees of a fetch.

use std::sync::{Arc, Mutex};

use router_execution::{BegunFetch, EndedFetch, FetchEnd, FetchObserver, code};
use router_planning::plan::FetchId;
use serde_json::json;
use telemetry::SpanId;

use crate::graph::{Graph, entities, key, reply, root, status};

/// Remembers what it was told.
#[derive(Debug, Default)]
pub(crate) struct Watcher {
    begun: Mutex<Vec<(FetchId, String, usize)>>,
    pub(crate) ended: Mutex<Vec<(FetchId, EndedFetch)>>,
}

impl FetchObserver for Watcher {
    fn begun(&self, begun: BegunFetch<'_>) -> Option<SpanId> {
        self.begun.lock().unwrap().push((begun.fetch, begun.subgraph.to_owned(), begun.entities));
        SpanId::new([7; 8])
    }

    fn ended(&self, fetch: FetchId, ended: EndedFetch) {
        self.ended.lock().unwrap().push((fetch, ended));
    }
}

#[tokio::test]
async fn of_each_fetch_it_is_told_when_it_begins_and_what_becomes_of_it() {
    let watcher = Arc::new(Watcher::default());
    let mut graph = Graph::new("type Query { a: [A] b: Int c: Int } type A { id: ID name: String }")
        .answering("one", json!({"data": {"a": [{"__typename": "A", "id": 1}, {"__typename": "A", "id": 2}]}}))
        .subgraph("two", |_| status(503, "private page"))
        .subgraph("three", |_| reply(&json!({"data": {"c": null}, "errors": [{"message": "no"}]})))
        .answering("four", json!({"data": {"_entities": [{"name": "x"}, {"name": "y"}]}}));
    graph.observer = Some(Arc::clone(&watcher) as Arc<dyn FetchObserver>);
    let after = crate::graph::FetchExtension::after(entities(3, "a", "A", vec![key("id")], "name"), &[0]);
    let fetches = vec![root(0, "{a{__typename id}}"), root(1, "{b}"), root(2, "{c}"), after];
    graph.run("{ a { id name } b c }", fetches).await;

    let mut begun = watcher.begun.lock().unwrap().clone();
    begun.sort();
    let told = |fetch: usize, subgraph: &str, entities| (FetchId(fetch), subgraph.to_owned(), entities);
    assert_eq!(begun, [told(0, "one", 0), told(1, "two", 0), told(2, "three", 0), told(3, "four", 2)]);
    let mut ended = watcher.ended.lock().unwrap().clone();
    ended.sort_by_key(|(fetch, _)| *fetch);
    let outcomes: Vec<_> = ended.iter().map(|(_, ended)| (ended.outcome, ended.status)).collect();
    let failed = FetchEnd::Failed(code::SUBGRAPH_UNAVAILABLE);
    let (answered, errors) = (FetchEnd::Answered, FetchEnd::Errors);
    assert_eq!(outcomes, [(answered, Some(200)), (failed, Some(503)), (errors, Some(200)), (answered, Some(200))]);
    assert!(ended.iter().all(|(_, ended)| ended.request_bytes > 0 && ended.reply_bytes > 0 && ended.kept == 0));
}
