//! Each path is answered, and each question that cannot be read is refused.

use http::Method;
use serde_json::{Value, json};

use super::{ask, assert_problem, remembering, told};
use crate::testkit::Graph;

/// A graph that was asked for courses thrice, and once with a failure.
async fn asked() -> Graph {
    let graph = remembering(|_| {}).await;
    for _ in 0..3 {
        assert_eq!(graph.query("query Courses { me { id courses } }").await.status, 200);
    }
    graph.learning.answer(|_| crate::testkit::reply(503, &json!({})));
    graph.query("query Broken { courses(first: 2) }").await;
    graph
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

/// S1-GOAL-1
#[tokio::test]
async fn requests_are_counted_listed_and_explained() {
    let graph = asked().await;
    let overview = told(&graph, "/ops/overview?window=5m").await;
    assert_eq!((&overview["requests"], &overview["errors"], &overview["window"]), (&json!(4), &json!(1), &json!("5m")));
    assert_eq!(overview["store"]["traces"], 4);

    let operations = told(&graph, "/ops/operations?sort=name").await;
    assert_eq!(names(&operations["operations"]), ["Broken", "Courses"]);
    let hash = operations["operations"][1]["hash"].as_str().unwrap();
    let operation = told(&graph, &format!("/ops/operations/{hash}?window=1h")).await;
    assert_eq!((&operation["requests"], &operation["kind"]), (&json!(3), &json!("query")));
    let fetches = operation["plan"]["fetches"].as_array().unwrap();
    assert_eq!(names(&operation["plan"]["fetches"]), ["Query.me", "User.courses"]);
    assert_eq!((&fetches[1]["subgraph"], &fetches[1]["dependsOn"]), (&json!("learning"), &json!([0])));
    assert_eq!(operation["fields"][0]["coordinate"], "Query.me");

    let traces = told(&graph, &format!("/ops/traces?operation={hash}&subgraph=learning&status=ok&sort=slowest")).await;
    assert_eq!(traces["total"], 3);
    let id = traces["traces"][0]["traceId"].as_str().unwrap();
    let trace = told(&graph, &format!("/ops/traces/{id}")).await;
    assert_eq!((&trace["summary"]["traceId"], &trace["summary"]["complete"]), (&json!(id), &json!(true)));
    assert!(trace["explanation"]["sentence"].as_str().unwrap().ends_with('.'), "{}", trace["explanation"]);
    assert_eq!(trace["request"]["fetches"].as_array().unwrap().len(), 2);
    let services: Vec<_> = trace["spans"].as_array().unwrap().iter().map(|span| &span["service"]).collect();
    assert!(services.len() > 4 && services.iter().all(|service| **service == "router"), "{services:?}");
    let at = traces["traces"][0]["beginAt"].as_str().unwrap();
    for (part, expected) in [("beginAt", true), ("endAt", false)] {
        let some = told(&graph, &format!("/ops/traces?{part}={at}")).await;
        let listed = some["traces"].as_array().unwrap().iter().any(|one| one["traceId"] == id);
        assert_eq!(listed, expected, "{part} is from a moment on, and until before it");
    }
    let failed = told(&graph, "/ops/traces?status=error").await;
    assert_eq!((&failed["total"], &failed["traces"][0]["operation"]["name"]), (&json!(1), &json!("Broken")));
    assert_eq!(failed["traces"][0]["keptFor"], "error", "that says more than that all are kept here");
}

#[tokio::test]
async fn the_graph_and_its_subgraphs_are_told() {
    let graph = asked().await;
    let subgraphs = told(&graph, "/ops/subgraphs").await;
    assert_eq!(names(&subgraphs["subgraphs"]), ["identity", "learning"]);
    let learning = &subgraphs["subgraphs"][1];
    assert_eq!((&learning["requests"], &learning["errors"], &learning["inFlight"]), (&json!(4), &json!(1), &json!(0)));
    let learning = told(&graph, "/ops/subgraphs/learning?window=24h").await;
    assert!(learning["sdl"].as_str().unwrap().contains("type User @key(fields: \"id\") {"), "{}", learning["sdl"]);
    let shown = told(&graph, "/ops/graph").await;
    assert_eq!(shown["edges"], json!([{ "from": "identity", "to": "learning", "entity": "User", "requests": 3 }]));
    assert_eq!(shown["entities"][0]["type"], "User");
    let unused: Vec<_> =
        shown["unused"].as_array().unwrap().iter().map(|field| field["coordinate"].as_str().unwrap()).collect();
    assert!(unused.contains(&"Mutation.rename") && !unused.contains(&"User.courses"), "{unused:?}");
    let bottlenecks = told(&graph, "/ops/bottlenecks?window=15m").await;
    assert_eq!(bottlenecks["requests"], 4);
    assert_eq!(bottlenecks["budget"]["p95BudgetMs"], 100.0);
    let session = told(&graph, "/ops/session").await;
    assert_eq!((&session["identity"], &session["scopes"]), (&json!("token"), &json!(["ops:read"])));
    assert_eq!((&session["production"], &session["faults"]), (&json!(false), &json!(false)));
    assert_eq!(session["budgetMs"], 100.0);
}

#[tokio::test]
async fn a_question_that_cannot_be_read_is_refused_with_what_it_may_be() {
    let graph = remembering(|_| {}).await;
    for (target, says) in [
        ("/ops/overview?window=2h", "5m, 15m, 1h, 6h, 24h, 7d"),
        ("/ops/overview?windw=5m", "known are: window"),
        ("/ops/overview?window=5m&window=1h", "twice"),
        ("/ops/session?x=1", "known are: none"),
        ("/ops/operations?sort=best", "errorRate"),
        ("/ops/operations?order=up", "asc or desc"),
        ("/ops/operations?kind=view", "mutation"),
        ("/ops/operations?limit=0", "1 to 500"),
        ("/ops/operations?limit=501", "1 to 500"),
        ("/ops/operations?after=x", "`next`"),
        ("/ops/traces?status=fine", "ok or error"),
        ("/ops/traces?cache=maybe", "uncacheable"),
        ("/ops/traces?beginAt=yesterday", "a moment like"),
        ("/ops/traces?endAt=1790000000", "a moment like"),
        ("/ops/traces?minMs=-1", "not negative"),
        ("/ops/traces?maxMs=NaN", "not negative"),
        ("/ops/traces?after=x", "`next`"),
        ("/ops/traces/xyz", "32 hexadecimal digits"),
        ("/ops/traces/00000000000000000000000000000000", "32 hexadecimal digits"),
    ] {
        let detail = assert_problem(&ask(&graph, Method::GET, target, "ops:read", None).await, 400);
        assert!(detail.contains(says), "{target}: {detail}");
    }
    let long = format!("/ops/traces?search={}", "x".repeat(300));
    assert!(assert_problem(&ask(&graph, Method::GET, &long, "ops:read", None).await, 400).contains("longer"));
    for (target, says) in [
        ("/ops/traces/4bf92f3577b34da6a3ce929d0e0e4736", "168 hours"),
        ("/ops/traces/4bf92f3577b34da6a3ce929d0e0e4736/otlp", "not kept"),
        ("/ops/operations/abc", "longer window"),
        ("/ops/subgraphs/nobody", "no such subgraph"),
    ] {
        let detail = assert_problem(&ask(&graph, Method::GET, target, "ops:read", None).await, 404);
        assert!(detail.contains(says), "{target}: {detail}");
    }
    assert_eq!(ask(&graph, Method::POST, "/ops/overview", "ops:read", None).await.status, 405);
}

/// Without a studio there is nothing to look at; with one switched off neither.
#[tokio::test]
async fn a_router_without_a_studio_has_none_of_its_paths() {
    let off = remembering(|settings| settings.enabled = false).await;
    for graph in [Graph::new(), off] {
        assert_eq!(ask(&graph, Method::GET, "/ops/overview", "ops:read", None).await.status, 404);
    }
}

#[test]
fn settings_that_cannot_be_right_are_refused() {
    use router_server::RouterSettings;
    use router_server::configuration::StudioSettings;
    for (studio, key) in [
        (StudioSettings { bytes_max: 1, ..StudioSettings::default() }, "studio.bytes_max"),
        (StudioSettings { age_max_seconds: 0, ..StudioSettings::default() }, "studio.age_max_seconds"),
        (StudioSettings { budget_ms: 0, ..StudioSettings::default() }, "studio.budget_ms"),
    ] {
        let refused = RouterSettings { studio, ..RouterSettings::default() }.validate().unwrap_err();
        assert_eq!(refused.key, key);
    }
}
