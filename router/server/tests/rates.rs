//! How much may be asked over time.

use router_server::configuration::{Rate, RateLimit, RateSettings};
use serde_json::json;

use crate::testkit::{Graph, TestReply, reply};

const ASK: &str = "{ me { name } }";

/// `operations` a second, ten at once; ten is also as wide as an operation may be.
fn limit(per_second: u64) -> RateLimit {
    RateLimit { operations: Some(Rate { per_second, burst: 10 }), cost: None }
}

fn graph(rates: RateSettings) -> Graph {
    Graph::builder().settings(|settings| settings.rates = rates).build()
}

fn assert_limited(reply: &TestReply, wait_ms: u64) {
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (429, "RATE_LIMITED"), "{reply:?}");
    assert_eq!(reply.json()["errors"][0]["extensions"]["retryAfterMs"], wait_ms);
    assert_eq!(reply.header("retry-after"), wait_ms.div_ceil(1000).to_string());
    assert!(reply.json().get("data").is_none());
}

async fn ask_as(graph: &Graph, subject: &str, query: &str) -> TestReply {
    let mut claims = crate::testkit::Issuer::claims(graph.clock.seconds());
    claims["sub"] = json!(subject);
    let token = graph.issuer.sign(&graph.issuer.header(), &claims);
    graph.post(&json!({ "query": query }), &[("authorization", &format!("Bearer {token}"))]).await
}

/// OW-13
#[tokio::test]
async fn each_viewer_has_a_bucket() {
    let graph = graph(RateSettings { viewer: Some(limit(1)), ..RateSettings::default() });
    for left in (0..10).rev() {
        let answer = ask_as(&graph, "usr_1", ASK).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("ratelimit-policy"), "\"operations\";q=10;w=10");
        assert_eq!(answer.header("ratelimit"), format!("\"operations\";r={left};t={}", 10 - left));
    }
    let refused = ask_as(&graph, "usr_1", ASK).await;
    assert_limited(&refused, 1000);
    assert_eq!(refused.header("ratelimit"), "\"operations\";r=0;t=10");
    let executed = graph.executed();
    assert_limited(&ask_as(&graph, "usr_1", ASK).await, 1000);
    assert_eq!(graph.executed(), executed, "and no subgraph is asked");
    // Others have theirs; without a token nobody has one here.
    assert_eq!(ask_as(&graph, "usr_2", ASK).await.status, 200);
    assert_eq!(graph.query(ASK).await.status, 200);
    graph.clock.advance(1);
    assert_eq!(ask_as(&graph, "usr_1", ASK).await.status, 200);
    assert_limited(&ask_as(&graph, "usr_1", ASK).await, 1000);
}

/// OW-13, HS-15: by the address that the nearest trusted proxy saw; networks of IPv6 count as one.
#[tokio::test]
async fn each_address_without_a_token_has_a_bucket() {
    let rates = RateSettings { address: Some(limit(2)), ..RateSettings::default() };
    let graph = Graph::builder()
        .settings(|settings| {
            settings.rates = rates;
            settings.listeners.trusted_proxies = 1;
        })
        .build();
    let ask = async |address: &str| graph.post(&json!({ "query": ASK }), &[("x-forwarded-for", address)]).await;
    for number in 0..10 {
        assert_eq!(
            ask(&format!("203.0.113.{number}, 192.0.2.1")).await.status,
            200,
            "what a client claims changes nothing"
        );
        assert_eq!(ask(&format!("2001:db8::{number}")).await.status, 200);
    }
    assert_limited(&ask("192.0.2.1").await, 500);
    assert_limited(&ask("::ffff:192.0.2.1").await, 500);
    assert_limited(&ask("2001:db8::ffff:1").await, 500);
    assert_eq!(ask("2001:db8:0:1::1").await.status, 200);
    assert_eq!(ask_as(&graph, "usr_1", ASK).await.status, 200);
}

/// OW-14: a guess under an alias is a guess.
#[tokio::test]
async fn each_field_of_a_mutation_counts() {
    let graph = graph(RateSettings { address: Some(limit(1)), ..RateSettings::default() });
    graph.identity.answer(|_| reply(200, &json!({ "data": { "rename": null } })));
    let guesses = |from: usize, to: usize| {
        let fields = (from..to)
            .fold(String::new(), |text, index| format!("{text} g{index}: rename(name: \"{index}\") {{ id }}"));
        format!("mutation {{ {fields} }}")
    };
    assert_eq!(graph.query(&guesses(0, 6)).await.header("ratelimit"), "\"operations\";r=4;t=6");
    let executed = graph.executed();
    // One for having been asked is gone, and three are left of the six that it needs.
    assert_limited(&graph.query(&guesses(0, 6)).await, 2000);
    let in_fragment =
        "mutation { ...G ...G } fragment G on Mutation { a: rename(name: \"a\") { id } b: rename(name: \"b\") { id }
        c: rename(name: \"c\") { id } d: rename(name: \"d\") { id } }";
    graph.clock.advance(1);
    assert_eq!(graph.query(in_fragment).await.header("ratelimit"), "\"operations\";r=0;t=10");
    assert_eq!(graph.executed(), executed + 1, "all four in one request");
}

/// OW-13: what cannot be read has been asked as well.
#[tokio::test]
async fn refused_operations_count() {
    let graph = graph(RateSettings { address: Some(limit(1)), ..RateSettings::default() });
    for _ in 0..10 {
        assert_eq!(graph.query("{ nonsense }").await.status, 400);
    }
    assert_limited(&graph.query("{ nonsense }").await, 1000);
}

/// An endpoint's bucket is everybody's, and nobody is told what others have left of it.
#[tokio::test]
async fn an_endpoint_has_a_bucket_for_all() {
    let graph = graph(RateSettings { endpoint: Some(limit(5)), ..RateSettings::default() });
    for number in 0..10 {
        let answer = ask_as(&graph, &format!("usr_{number}"), ASK).await;
        assert_eq!((answer.status.as_u16(), answer.header("ratelimit")), (200, ""));
    }
    assert_limited(&ask_as(&graph, "usr_10", ASK).await, 200);
    assert_limited(&graph.query(ASK).await, 200);
}

/// Domain section 4.4: costs have a bucket of their own, and those who ask see it.
#[tokio::test]
async fn costs_have_a_bucket() {
    let cost = Some(Rate { per_second: 100, burst: 2_000 });
    let rates = RateSettings { address: Some(RateLimit { operations: None, cost }), ..RateSettings::default() };
    let settings = |rates: RateSettings| {
        Graph::builder().settings(|settings| settings.rates = rates).schemas(
            "type Query { people(first: Int): [Person!] } type Person { name: String }",
            "type Query { unused: Int }",
        )
    };
    let graph = settings(rates).build();
    graph.identity.answer(|_| reply(200, &json!({ "data": { "people": [{ "name": "Lee" }] } })));
    let ask = async |first: u32| {
        graph.post(&json!({ "query": format!("{{ people(first: {first}) {{ name }} }}") }), &[("x-cost", "1")]).await
    };
    let told = ask(1_400).await;
    let throttle = json!({ "maximumAvailable": 2000, "currentlyAvailable": 600, "restoreRate": 100 });
    let expected = json!({ "requested": 1400, "actual": 1, "throttleStatus": throttle });
    assert_eq!(told.json()["extensions"]["cost"], expected);
    assert_eq!(told.header("ratelimit-policy"), "\"cost\";q=2000;w=20");
    assert_limited(&ask(1_001).await, 4010);
    assert_eq!(ask(600).await.status, 200);
    graph.clock.advance(3);
    assert_limited(&ask(301).await, 10);
    assert_eq!(ask(300).await.status, 200);
}

/// What could never be asked is found before the router starts.
#[test]
fn rates_that_cannot_be_right_are_refused() {
    let with = |rates: RateSettings| {
        router_server::RouterSettings { rates, ..Default::default() }.validate().unwrap_err().to_string()
    };
    let rate = |per_second, burst| Some(Rate { per_second, burst });
    let viewer =
        |operations, cost| RateSettings { viewer: Some(RateLimit { operations, cost }), ..RateSettings::default() };
    assert!(with(viewer(rate(0, 10), None)).starts_with("rates.viewer.operations.per_second: "));
    assert!(with(viewer(rate(1, 9), None)).contains("one operation may need 10, by operations.limits.root_fields_max"));
    assert!(with(viewer(None, rate(1, 1_999))).contains("one operation may need 2000"));
    assert!(with(RateSettings { entries_max: 0, ..RateSettings::default() }).starts_with("rates.entries_max: "));
}
