//! Published advisories of other routers that are about streams, about what is kept of replies, and about pages (security.md's
//! group ADV). Those about headers stand in `header_rules` and `subgraph_trust`.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use crate::testkit::{Graph, GraphBuilder, reply};

const IDENTITY: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { me: User }
type Subscription { renamed: User }
type User @key(fields: "id") { id: ID! name: String }
"#;
const LEARNING: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { courses(first: Int!): [String!] }
type User @key(fields: "id") { id: ID! courses: [String!] }
"#;
const EVENTS: &str = "event: next\ndata: {\"data\":{\"renamed\":{\"__typename\":\"User\",\"id\":\"1\",\"name\":\"Lee\"}}}\n\n\
                      event: complete\ndata:\n\n";
const STREAMS: [&str; 2] = ["text/event-stream", "multipart/mixed;subscriptionSpec=1.0"];

fn streaming(builder: GraphBuilder) -> Graph {
    let graph = builder.schemas(IDENTITY, LEARNING).build();
    graph.identity.answer(|request| {
        if request.headers()["accept"].to_str().unwrap().starts_with("text/event-stream") {
            let stream = Response::builder().header("content-type", "text/event-stream");
            return Ok(stream.body(Bytes::from(EVENTS)).unwrap());
        }
        reply(200, &json!({ "data": { "me": { "name": "Lee" } } }))
    });
    graph
}

/// ADV-01 (CVE-2023-41317), ADV-02 (CVE-2023-45812): a subscription without a name, in every kind of stream, with rules that look
/// at each reply; whatever it asks for, the router answers the next request.
#[tokio::test]
async fn unnamed_subscriptions_do_no_harm() {
    let rules = json!({ "all": { "response": [{ "propagate": { "matching": ".*" } }] } });
    let headers = serde_json::from_value(rules).unwrap();
    let graph = streaming(Graph::builder().settings(|settings| settings.headers = headers));
    for accept in STREAMS {
        for (query, is_sound) in [
            ("subscription { renamed { name } }", true),
            ("subscription { renamed { name courses } }", true),
            ("subscription { ...F } fragment F on Subscription { renamed { name } }", true),
            ("subscription { __typename }", false),
            ("subscription { nothing }", false),
            ("subscription { a: renamed { name } b: renamed { name } }", false),
        ] {
            let sent = [("accept", accept), ("content-type", "application/json")];
            let told = graph.request("POST", "/graphql", &sent, &json!({ "query": query }).to_string()).await;
            let text = String::from_utf8(told.body.to_vec()).unwrap();
            assert!(text.contains("Lee") == is_sound, "{accept} {query}: {text}");
        }
    }
    assert_eq!(graph.query("{ me { name } }").await.json(), json!({ "data": { "me": { "name": "Lee" } } }));
}

/// ADV-46: what counts as a stream is what is one, not what a client says that it would read.
#[tokio::test]
async fn places_are_for_subscriptions_only() {
    let graph = streaming(Graph::builder().settings(|settings| settings.subscriptions.per_viewer_max = 1));
    graph.identity.stays_open();
    let sent = [("accept", STREAMS[0]), ("content-type", "application/json")];
    let ask = |query: &str| json!({ "query": query }).to_string();
    for _ in 0..5 {
        let told = graph.request("POST", "/graphql", &sent, &ask("{ me { name } }")).await;
        assert!(String::from_utf8_lossy(&told.body).contains("Lee"), "{told:?}");
    }
    // Whatever the header's other words, a subscription takes a place.
    let open = http::Request::post("/graphql")
        .header("accept", "text/html;q=0.1, text/event-stream;q=0.1, application/json")
        .header("content-type", "application/json")
        .body(axum::body::Body::from(ask("subscription { renamed { name } }")))
        .unwrap();
    let first = tower::ServiceExt::oneshot(graph.server.public_router(), open).await.unwrap();
    assert_eq!(first.status(), StatusCode::OK);
    let second = graph.request("POST", "/graphql", &sent, &ask("subscription { renamed { name } }")).await;
    assert!(String::from_utf8_lossy(&second.body).contains("RATE_LIMITED"), "{second:?}");
    drop(first);
}

/// ADV-25 (GHSA-8r69-3cvp-wxc3), ADV-48: what one subgraph says may be kept says nothing of the whole, which is kept as its
/// strictest part; lists of operations are refused unless configured, and `caching` says how they are kept then.
#[tokio::test]
async fn no_policy_of_a_part_is_one_of_the_whole() {
    let graph = Graph::new();
    let saying = |data: Value, policy: &'static str| {
        move |_: &http::Request<Bytes>| {
            let mut answer = reply(200, &json!({ "data": data }))?;
            answer.headers_mut().insert("cache-control", policy.parse().unwrap());
            Ok(answer)
        }
    };
    graph.identity.answer(saying(json!({ "me": { "name": "Lee" } }), "max-age=3600, public"));
    for (policy, whole) in [
        ("max-age=60, private", "private, max-age=60"),
        ("no-store", "no-store"),
        ("max-age=3600, public", "public, max-age=3600"),
    ] {
        graph.learning.answer(saying(json!({ "courses": ["Rust"] }), policy));
        let told = graph.query("{ me { name } courses(first: 1) }").await;
        assert_eq!(told.header("cache-control"), whole, "{policy}");
    }
    let batch = graph.post(&json!([{ "query": "{ me { name } }" }, { "query": "{ courses(first: 1) }" }]), &[]).await;
    assert_eq!(batch.status, StatusCode::BAD_REQUEST, "{batch:?}");
}

/// ADV-27 (CVE-2025-59845): the page listens to no other page, stands in none, and is not there unless configured.
#[tokio::test]
async fn the_page_listens_to_nobody() {
    let html = [("accept", "text/html")];
    let graph = Graph::builder().settings(|settings| settings.playground = Some(Default::default())).build();
    let page = graph.request("GET", "/graphql", &html, "").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("x-frame-options"), "DENY");
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"), "{page:?}");
    let text = String::from_utf8(page.body.to_vec()).unwrap();
    for listener in
        ["addEventListener('message'", "addEventListener(\"message\"", "onmessage", "window.opener", "window.parent"]
    {
        assert!(!text.contains(listener), "{listener}");
    }
    assert!(!String::from_utf8_lossy(&Graph::new().request("GET", "/graphql", &html, "").await.body).contains("<html"));
}
