//! What clients and the caches on the way to them are told: `Cache-Control`, `Age`, `ETag`, `Vary`.

use std::time::Duration;

use serde_json::json;

use super::{ask, ask_as, bearer, cache_control, graph, graph_with};
use crate::testkit::{Graph, TestReply};

const COURSES: &str = "{ courses { title } }";

async fn get(graph: &Graph, headers: &[(&str, &str)]) -> TestReply {
    let own = [("accept", "application/graphql-response+json")];
    graph.request("GET", "/graphql?query=%7B%20courses%20%7B%20title%20%7D%20%7D", &[&own, headers].concat(), "").await
}

/// A reply that was kept says how old it is.
#[tokio::test(start_paused = true)]
async fn a_kept_reply_tells_its_age() {
    let (graph, _) = graph();
    let first = ask(&graph, COURSES).await;
    assert!(!first.headers.contains_key("age"));
    tokio::time::advance(Duration::from_secs(25)).await;
    let second = ask(&graph, COURSES).await;
    assert_eq!((cache_control(&second).as_str(), second.header("age")), ("public, max-age=60", "25"));
    assert_eq!(second.body, first.body);
    assert_eq!(graph.learning.requests("/graphql").len(), 1);
    tokio::time::advance(Duration::from_secs(36)).await;
    let third = ask(&graph, COURSES).await;
    assert!(!third.headers.contains_key("age"));
    // The subgraph allows more; the graph does not.
    assert_eq!((cache_control(&third).as_str(), graph.learning.requests("/graphql").len()), ("public, max-age=60", 2));
}

/// CC-13: whoever has the very reply is told so, and gets no other viewer's.
#[tokio::test]
async fn a_client_that_has_the_reply_is_told_so() {
    let (graph, _) = graph();
    let first = get(&graph, &[]).await;
    let tag = first.header("etag").to_owned();
    assert_eq!((first.status.as_u16(), cache_control(&first).as_str()), (200, "public, max-age=60"));
    let vary: Vec<_> = first.headers.get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
    assert!(vary.join(", ").contains("authorization"), "{vary:?}");
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let again = get(&graph, &[("if-none-match", &known)]).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{known}");
        assert_eq!((again.header("etag"), cache_control(&again).as_str()), (tag.as_str(), "public, max-age=60"));
        assert!(again.headers.contains_key("vary"));
    }
    assert_eq!(get(&graph, &[("if-none-match", "\"other\"")]).await.status, 200);
    // By POST nothing is conditional.
    let posted = graph.post(&json!({ "query": COURSES }), &[("if-none-match", &tag)]).await;
    assert_eq!((posted.status.as_u16(), posted.headers.contains_key("etag")), (200, false));
}

/// CC-04, PQ-12: what is sent to somebody with a token is for no shared cache, however public it is.
#[tokio::test]
async fn a_reply_to_a_viewer_is_for_no_shared_cache() {
    let (graph, _) = graph();
    assert_eq!(cache_control(&ask_as(&graph, "usr_1", COURSES).await), "private, max-age=60");
    let token = bearer(&graph, "usr_1");
    assert_eq!(cache_control(&get(&graph, &[("authorization", &token)]).await), "private, max-age=60");
}

/// CC-04: nothing of a mutation may be kept.
#[tokio::test]
async fn a_mutation_is_never_kept() {
    let (graph, _) = graph();
    let changed = ask(&graph, "mutation { rename(id: \"crs_1\", title: \"x\") { title } }").await;
    assert_eq!(cache_control(&changed), "no-store");
}

/// CC-06, ADV-25: of several operations in one request the strictest counts.
#[tokio::test]
async fn a_list_of_replies_is_kept_as_its_strictest() {
    let (graph, _) = graph_with("max-age=300", "max-age=300", |settings| settings.batching.enabled = true);
    let several = |queries: &[&str]| json!(queries.iter().map(|query| json!({ "query": query })).collect::<Vec<_>>());
    for (queries, expected) in [
        (&[COURSES, "{ course(id: 1) { views } }"][..], "public, max-age=5"),
        (&[COURSES, "{ today }"], "no-store"),
        (&[COURSES, "{ course(id: 1) { progress } }"], "private, max-age=20"),
        (&[COURSES, "{ nonsense }"], "no-store"),
    ] {
        let body = several(queries).to_string();
        let reply = graph.request("POST", "/graphql", &[("content-type", "application/json")], &body).await;
        assert_eq!(cache_control(&reply), expected, "{queries:?}: {reply:?}");
    }
}

/// RFC 5861: who may wait no longer gets the old reply once more, while it is renewed behind it.
#[tokio::test(start_paused = true)]
async fn an_old_reply_is_given_once_more_while_it_is_renewed() {
    let (graph, world) =
        graph_with("max-age=60", "max-age=60", |settings| settings.caching.stale_while_revalidate_seconds = 30);
    let first = ask(&graph, COURSES).await;
    assert_eq!(cache_control(&first), "public, max-age=60, stale-while-revalidate=30");
    world.version.store(1, std::sync::atomic::Ordering::SeqCst);
    tokio::time::advance(Duration::from_secs(70)).await;
    let old = ask(&graph, COURSES).await;
    assert_eq!((&old.body, old.header("age")), (&first.body, "70"));
    let renewed = async {
        while ask(&graph, COURSES).await.body == first.body {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), renewed).await.unwrap();
    assert_eq!(graph.learning.requests("/graphql").len(), 2);
    tokio::time::advance(Duration::from_secs(100)).await;
    assert!(!ask(&graph, COURSES).await.headers.contains_key("age"));
}

/// A subgraph that cannot be reached is stood in for by what it said before, for a while, and nobody may keep that.
#[tokio::test(start_paused = true)]
async fn an_old_answer_stands_in_for_a_subgraph_that_is_away() {
    let (graph, _) = graph();
    let query = "{ courses { title rating } }";
    let first = ask(&graph, query).await;
    for subgraph in [&graph.learning, &graph.identity] {
        subgraph.answer(|_| Err(router_execution::TransportError::Unavailable("gone".to_owned())));
    }
    tokio::time::advance(Duration::from_secs(310)).await;
    let bridged = ask(&graph, query).await;
    assert_eq!((&bridged.body, cache_control(&bridged).as_str()), (&first.body, "no-store"));
    tokio::time::advance(Duration::from_secs(300)).await;
    assert_eq!(ask(&graph, query).await.json()["errors"][0]["extensions"]["code"], "SUBGRAPH_UNAVAILABLE");
}
