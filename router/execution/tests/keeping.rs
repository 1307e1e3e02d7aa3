//! What a cache of fetches changes: who is asked what, and never what is answered.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use proptest::prelude::{ProptestConfig, prop, proptest};
use router_execution::{
    CachePolicy, CacheScope, FetchCache, FetchEnd, FetchKey, FetchObserver, FetchPlace, Flights, FreshAnswer,
    KeptAnswer,
};
use router_planning::plan::Fetch;
use serde_json::{Value, json};

use crate::graph::{Graph, Outcome, entities, kept_for, key, reply, root, status};
use crate::telemetry::Watcher;

const SDL: &str = "type Query { items: [Item] } type Item { id: ID name: String }";
const QUERY: &str = "{ items { id name } }";

/// Keeps everything, and tells of it.
#[derive(Debug, Default)]
struct Shelf {
    answers: Mutex<HashMap<FetchKey, KeptAnswer>>,
    flights: Option<(Flights, [u8; 32])>,
}

#[async_trait]
impl FetchCache for Shelf {
    async fn find(&self, _place: FetchPlace, keys: &[FetchKey]) -> Vec<Option<KeptAnswer>> {
        let answers = self.answers.lock().unwrap();
        keys.iter().map(|key| answers.get(key).cloned()).collect()
    }

    async fn keep(&self, _place: FetchPlace, policy: CachePolicy, answers: Vec<FreshAnswer>) {
        let answers =
            answers.into_iter().map(|fresh| (fresh.key, KeptAnswer { data: fresh.data, policy, age: Duration::ZERO }));
        self.answers.lock().unwrap().extend(answers);
    }

    fn flights(&self) -> Option<(&Flights, [u8; 32])> {
        self.flights.as_ref().map(|(flights, scope)| (flights, *scope))
    }
}

impl Shelf {
    /// Everything on it is too old.
    fn age(&self) {
        for kept in self.answers.lock().unwrap().values_mut() {
            kept.policy = CachePolicy::NOT_KEPT;
        }
    }
}

fn item(id: &Value) -> Value {
    json!({ "__typename": "Item", "id": id })
}

fn plan() -> Vec<Fetch> {
    vec![
        root(0, "{items{__typename id}}"),
        crate::graph::FetchExtension::after(entities(1, "items", "Item", vec![key("id")], "name"), &[0]),
    ]
}

/// Names each item after its id; `unknown` is nobody.
fn names(request: &Value) -> Value {
    let representations = request["variables"]["representations"].as_array().unwrap();
    let name = |one: &Value| match one["id"] == "unknown" {
        true => Value::Null,
        false => json!({ "name": format!("<{}>", one["id"]) }),
    };
    json!({ "data": { "_entities": representations.iter().map(name).collect::<Vec<_>>() } })
}

fn listing(ids: &[Value]) -> Value {
    json!({ "data": { "items": ids.iter().map(item).collect::<Vec<_>>() } })
}

/// A graph whose first subgraph lists these items and lets nobody keep the list.
fn graph(ids: &[Value], cache: &Arc<Shelf>, names: impl Fn(Value) -> Outcome + Send + Sync + 'static) -> Graph {
    let mut graph = Graph::new(SDL).answering("lists", listing(ids)).subgraph("names", names);
    graph.cache = Some(Arc::clone(cache) as Arc<dyn FetchCache>);
    graph
}

fn asked(graph: &Graph) -> Vec<Vec<Value>> {
    let representations = |request: &Value| request["variables"]["representations"].as_array().unwrap().clone();
    let ids = |list: Vec<Value>| list.iter().map(|one| one["id"].clone()).collect();
    graph.requests("names").iter().map(representations).map(ids).collect()
}

fn ids(ids: &[&str]) -> Vec<Value> {
    ids.iter().map(|id| json!(id)).collect()
}

fn named(ids: &[&str]) -> Value {
    let item = |id: &&str| json!({ "id": id, "name": if *id == "unknown" { Value::Null } else { json!(format!("<\"{id}\">")) } });
    json!({ "data": { "items": ids.iter().map(item).collect::<Vec<_>>() } })
}

/// CC-22: what is told of a fetch says how much of it was kept, and for how long.
#[tokio::test]
async fn it_is_told_of_each_fetch_how_much_of_it_was_kept() {
    let cache = Arc::new(Shelf::default());
    let observed = |ids: &[&'static str]| {
        let watcher = Arc::new(Watcher::default());
        let ids = ids.iter().map(|id| json!(id)).collect::<Vec<_>>();
        let mut graph = graph(&ids, &cache, |request| kept_for("max-age=60", &names(&request)));
        graph.observer = Some(Arc::clone(&watcher) as Arc<dyn FetchObserver>);
        async move {
            graph.run("{ items { id name } }", plan()).await;
            let ended = watcher.ended.lock().unwrap().clone();
            let of_names = ended.iter().find(|(fetch, _)| fetch.0 == 1).unwrap().1;
            (of_names.outcome, of_names.kept, of_names.age.is_some(), of_names.request_bytes > 0)
        }
    };
    assert_eq!(observed(&["a"]).await, (FetchEnd::Answered, 0, false, true));
    assert_eq!(observed(&["a", "b"]).await, (FetchEnd::Answered, 1, true, true));
    assert_eq!(observed(&["b", "a"]).await, (FetchEnd::Kept, 2, true, false));
    cache.age();
    assert_eq!(observed(&["a"]).await, (FetchEnd::Answered, 0, false, true));
}

/// CC-01, CC-02, CC-03, CC-05: the reply's policy is that of its strictest part.
#[tokio::test]
async fn a_reply_may_be_kept_as_its_strictest_part() {
    let names = |request| names(&request);
    for (lists, entities, expected) in [
        ("max-age=60", "max-age=30, private", CachePolicy { max_age: 30, scope: CacheScope::Private }),
        ("max-age=20", "max-age=30", CachePolicy { max_age: 20, scope: CacheScope::Public }),
        ("max-age=20", "public", CachePolicy::NOT_KEPT),
        ("no-store", "max-age=30", CachePolicy::NOT_KEPT),
    ] {
        let graph = Graph::new(SDL)
            .subgraph("lists", move |_| kept_for(lists, &listing(&ids(&["a"]))))
            .subgraph("names", move |request| kept_for(entities, &names(request)));
        assert_eq!(graph.execute(QUERY, json!({}), plan()).await.policy, expected, "{lists}; {entities}");
    }
    let failing = Graph::new(SDL)
        .subgraph("lists", |_| kept_for("max-age=60", &listing(&ids(&["a"]))))
        .subgraph("names", |_| status(503, ""));
    assert_eq!(failing.execute(QUERY, json!({}), plan()).await.policy, CachePolicy::NOT_KEPT);
    let complaining = Graph::new(SDL).subgraph("lists", |_| {
        kept_for("max-age=60", &json!({ "data": { "items": null }, "errors": [{ "message": "no" }] }))
    });
    assert_eq!(complaining.execute(QUERY, json!({}), plan()).await.policy, CachePolicy::NOT_KEPT);
}

/// Only what is missing is asked for, whatever else is asked at the same place.
#[tokio::test]
async fn entities_that_are_kept_are_not_asked_for_again() {
    let shelf = Arc::new(Shelf::default());
    let keeping = |request| kept_for("max-age=60", &names(&request));
    let first = graph(&ids(&["a", "b", "unknown"]), &shelf, keeping);
    assert_eq!(first.run(QUERY, plan()).await, named(&["a", "b", "unknown"]));
    let second = graph(&ids(&["c", "b", "unknown", "a", "b"]), &shelf, keeping);
    assert_eq!(second.run(QUERY, plan()).await, named(&["c", "b", "unknown", "a", "b"]));
    // Who is not there is asked for again.
    assert_eq!(asked(&second), [ids(&["c", "unknown"])]);
    let third = graph(&ids(&["a", "c"]), &shelf, keeping);
    assert_eq!(third.run(QUERY, plan()).await, named(&["a", "c"]));
    assert_eq!(asked(&third), [] as [Vec<Value>; 0]);
}

/// OW-12: what is kept stays, and what is outdated stands in, when the time for the operation is over.
#[tokio::test]
async fn what_is_kept_is_there_when_the_time_is_over() {
    let shelf = Arc::new(Shelf::default());
    let first = graph(&ids(&["a"]), &shelf, |request| kept_for("max-age=60", &names(&request)));
    first.run(QUERY, plan()).await;
    for is_outdated in [false, true] {
        if is_outdated {
            shelf.age();
        }
        let mut late = Graph::new(SDL)
            .answering("lists", listing(&ids(&["b", "a"])))
            .asynchronous("names", |_| Box::pin(std::future::pending()));
        late.cache = Some(Arc::clone(&shelf) as Arc<dyn FetchCache>);
        late.limits.time_max = Duration::from_millis(50);
        let told = late.run(QUERY, plan()).await;
        let expected = json!({ "items": [{ "id": "b", "name": null }, { "id": "a", "name": "<\"a\">" }] });
        assert_eq!(told["data"], expected, "{told}");
        assert_eq!(told["errors"].as_array().map(Vec::len), Some(1), "{told}");
        assert_eq!(told["errors"][0]["extensions"]["code"], "OPERATION_TIMEOUT", "{told}");
    }
}

/// CC-03, CC-05: nothing is kept of what came with an error or without leave.
#[tokio::test]
async fn what_may_not_be_kept_is_asked_for_again() {
    for cache_control in ["no-store", "private", "max-age=0", ""] {
        let shelf = Arc::new(Shelf::default());
        let graph = graph(&ids(&["a"]), &shelf, move |request| kept_for(cache_control, &names(&request)));
        graph.run(QUERY, plan()).await;
        graph.run(QUERY, plan()).await;
        assert_eq!(asked(&graph).len(), 2, "{cache_control}");
    }
    let shelf = Arc::new(Shelf::default());
    let graph = graph(&ids(&["a"]), &shelf, |request| {
        let mut body = names(&request);
        body["errors"] = json!([{ "message": "half of it is lost" }]);
        kept_for("max-age=60", &body)
    });
    graph.run(QUERY, plan()).await;
    assert!(shelf.answers.lock().unwrap().is_empty());
}

/// An error names the entity that it is about, although others were asked for.
#[tokio::test]
async fn errors_find_their_entities_among_those_that_were_kept() {
    let shelf = Arc::new(Shelf::default());
    graph(&ids(&["a", "b"]), &shelf, |request| kept_for("max-age=60", &names(&request))).run(QUERY, plan()).await;
    let complaining = graph(&ids(&["a", "x", "b", "y"]), &shelf, |_| {
        let errors = json!([{ "message": "y is shy", "path": ["_entities", 1, "name"] }]);
        reply(&json!({ "data": { "_entities": [{ "name": "X" }, { "name": null }] }, "errors": errors }))
    });
    let reply = complaining.run(QUERY, plan()).await;
    assert_eq!(reply["errors"].as_array().unwrap().len(), 1);
    assert_eq!(reply["errors"][0]["path"], json!(["items", 3, "name"]));
    let names: Vec<&Value> = reply["data"]["items"].as_array().unwrap().iter().map(|item| &item["name"]).collect();
    assert_eq!(names, [&json!("<\"a\">"), &json!("X"), &json!("<\"b\">"), &Value::Null]);
}

/// P9: a subgraph that fails costs only what is not kept.
#[tokio::test]
async fn a_failure_costs_only_what_is_not_kept() {
    let shelf = Arc::new(Shelf::default());
    graph(&ids(&["a", "b"]), &shelf, |request| kept_for("max-age=60", &names(&request))).run(QUERY, plan()).await;
    for broken in [status(503, ""), status(200, "{"), reply(&json!({ "data": { "_entities": [] } })), status(418, "")] {
        let broken = Mutex::new(Some(broken));
        let graph = graph(&ids(&["a", "x", "b", "y"]), &shelf, move |_| broken.lock().unwrap().take().unwrap());
        let reply = graph.run(QUERY, plan()).await;
        let names: Vec<&Value> = reply["data"]["items"].as_array().unwrap().iter().map(|item| &item["name"]).collect();
        assert_eq!(names, [&json!("<\"a\">"), &Value::Null, &json!("<\"b\">"), &Value::Null]);
        assert_eq!(reply["errors"].as_array().unwrap().len(), 1, "{reply}");
        assert_eq!(reply["errors"][0]["path"], json!(["items", 1, "name"]));
    }
}

/// What was kept too long is used while the subgraph cannot answer, and at no other time.
#[tokio::test]
async fn a_subgraph_in_trouble_is_stood_in_for_by_what_it_said_before() {
    let shelf = Arc::new(Shelf::default());
    let whole = graph(&ids(&["a", "b"]), &shelf, |request| kept_for("max-age=60", &names(&request)));
    whole.run(QUERY, plan()).await;
    shelf.age();
    let silent = graph(&ids(&["a", "x", "b"]), &shelf, |_| status(503, ""));
    let reply = silent.execute(QUERY, json!({}), plan()).await;
    assert_eq!(reply.policy, CachePolicy::NOT_KEPT);
    let reply: Value = serde_json::from_slice(&reply.to_bytes()).unwrap();
    let names: Vec<&Value> = reply["data"]["items"].as_array().unwrap().iter().map(|item| &item["name"]).collect();
    assert_eq!(names, [&json!("<\"a\">"), &Value::Null, &json!("<\"b\">")]);
    let refusing = graph(&ids(&["a"]), &shelf, |_| status(418, ""));
    assert_eq!(refusing.run(QUERY, plan()).await["data"]["items"][0]["name"], Value::Null);
    // A root fetch, too.
    let lists = |outcome: fn() -> Outcome| {
        let mut graph = Graph::new(SDL).subgraph("lists", move |_| outcome());
        graph.cache = Some(Arc::clone(&shelf) as Arc<dyn FetchCache>);
        graph
    };
    let query = "{ items { id } }";
    let plan = || vec![root(0, "{items{id}}")];
    let answer = lists(|| kept_for("max-age=9", &json!({ "data": { "items": [{ "id": "a" }] } })));
    let expected = answer.run(query, plan()).await;
    shelf.age();
    assert_eq!(lists(|| status(503, "")).run(query, plan()).await, expected);
}

/// A thousand who ask the same at once cause one exchange; of other scopes, one each; when whoever leads is gone, another
/// one leads.
#[tokio::test]
async fn equal_questions_at_the_same_time_are_asked_once() {
    let flights = Flights::default();
    let started = Arc::new(tokio::sync::Semaphore::new(0));
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let (start, open) = (Arc::clone(&started), Arc::clone(&gate));
    let graph = Graph::new(SDL).asynchronous("lists", move |_| {
        let (start, open) = (Arc::clone(&start), Arc::clone(&open));
        Box::pin(async move {
            start.add_permits(1);
            open.acquire().await.unwrap().forget();
            reply(&listing(&ids(&["a"])))
        })
    });
    let ask = async |scope: u8| {
        let shelf = Shelf { answers: Mutex::default(), flights: Some((flights.clone(), [scope; 32])) };
        let mut one = Graph::new(SDL);
        one.cache = Some(Arc::new(shelf));
        one.share_subgraphs_of(&graph);
        one.run("{ items { id } }", vec![root(0, "{items{id}}")]).await
    };
    {
        // It leads, and leaves.
        let leaving = ask(1);
        let arrived = async { started.acquire().await.unwrap().forget() };
        tokio::select! { _ = leaving => panic!("the gate is shut"), () = arrived => {} }
    }
    let everybody = futures_util::future::join_all((0..1_000).map(|_| ask(1)));
    let stranger = ask(2);
    let opener = async {
        // The second leader, and the stranger.
        started.acquire_many(2).await.unwrap().forget();
        gate.add_permits(2);
    };
    let (replies, other, ()) =
        tokio::time::timeout(Duration::from_secs(60), async { tokio::join!(everybody, stranger, opener) })
            .await
            .unwrap();
    assert!(replies.iter().all(|reply| *reply == other && other["data"]["items"][0]["id"] == "a"));
    assert_eq!(graph.requests("lists").len(), 3);
    assert_eq!(flights.count(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// CC-09: whatever has been kept before, the answer is the one that is given without a cache.
    #[test]
    fn a_cache_changes_no_answer(
        lists in prop::collection::vec(prop::collection::vec(0..6_usize, 0..8), 1..6)
    ) {
        // Values that a careless key takes for one another.
        let pool = [json!("1"), json!(1), json!("a\""), json!("a\\\""), json!("unknown"), json!("é")];
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let shelf = Arc::new(Shelf::default());
        for list in lists {
            let ids: Vec<Value> = list.iter().map(|index| pool[*index].clone()).collect();
            let keeping = |request| kept_for("max-age=60", &names(&request));
            let cached = graph(&ids, &shelf, keeping);
            let mut plain = graph(&ids, &shelf, keeping);
            plain.cache = None;
            let (cached, plain) = runtime.block_on(async { (cached.run(QUERY, plan()).await, plain.run(QUERY, plan()).await) });
            proptest::prop_assert_eq!(cached, plain);
        }
    }
}
