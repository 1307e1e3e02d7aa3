//! How much may be asked over time.

use std::sync::{Arc, Mutex};

use router_server::configuration::{Rate, RateLimit, RateSettings, RateStore};
use router_server::{SharedBucket, SharedBuckets, SharedBucketsUnavailable, SharedLevels};
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

/// Buckets that do what a test says, and remember what they were asked.
#[derive(Debug, Default)]
struct Together {
    /// What is left of every bucket; nothing while nobody answers.
    left: Mutex<Option<u64>>,
    asked: Mutex<Vec<SharedBucket>>,
}

#[async_trait::async_trait]
impl SharedBuckets for Together {
    async fn take(&self, buckets: &[SharedBucket]) -> Result<SharedLevels, SharedBucketsUnavailable> {
        self.asked.lock().unwrap().extend_from_slice(buckets);
        let mut left = self.left.lock().unwrap();
        let left = left.as_mut().ok_or(SharedBucketsUnavailable)?;
        let needed = buckets.iter().map(|bucket| bucket.points).max().unwrap();
        let taken = *left >= needed;
        *left -= if taken { needed } else { 0 };
        Ok(SharedLevels { taken, parts: vec![*left * 60_000; buckets.len()] })
    }
}

impl Together {
    fn graph(self: &Arc<Self>, rates: RateSettings) -> Graph {
        let rates = RateSettings { store: RateStore::Redis, redis: Some("redis://host".to_owned()), ..rates };
        let shared = Arc::clone(self) as Arc<dyn SharedBuckets>;
        Graph::builder().shared_rates(shared).settings(|settings| settings.rates = rates).build()
    }

    fn asked(&self) -> Vec<(String, u64)> {
        let asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.into_iter().map(|bucket| (bucket.key, bucket.points)).collect()
    }
}

/// OW-13: two routers that share a bucket give no more than one, ask it once for an operation, and not at all for a caller
/// who is known to have nothing left.
#[tokio::test]
async fn routers_share_buckets() {
    let together = Arc::new(Together { left: Mutex::new(Some(10)), ..Together::default() });
    let graphs = [(); 2].map(|()| together.graph(RateSettings { viewer: Some(limit(1)), ..RateSettings::default() }));
    for number in 0..10_usize {
        let answer = ask_as(&graphs[number % 2], "usr_1", ASK).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("ratelimit"), format!("\"operations\";r={};t={}", 9 - number, number + 1));
        let [(key, points)] = together.asked().try_into().unwrap();
        assert!(key.starts_with("viewer:") && key.ends_with(":operations") && !key.contains("usr_1"), "{key}");
        assert_eq!(points, 1);
    }
    for _ in 0..3 {
        assert_limited(&ask_as(&graphs[0], "usr_1", ASK).await, 1000);
        assert_limited(&ask_as(&graphs[1], "usr_1", ASK).await, 1000);
    }
    // The first router did not know; after that both do.
    assert_eq!(together.asked().len(), 1);
    graphs[0].clock.advance(1);
    *together.left.lock().unwrap() = Some(1);
    assert_eq!(ask_as(&graphs[0], "usr_1", ASK).await.status, 200);
}

/// What is refused before it is reckoned is told beside; each field of a mutation counts; costs and endpoints are shared
/// as well, all in one question.
#[tokio::test]
async fn everything_that_counts_is_shared() {
    let together = Arc::new(Together { left: Mutex::new(Some(100_000)), ..Together::default() });
    let rates = RateSettings {
        address: Some(RateLimit {
            operations: Some(Rate { per_second: 1, burst: 100 }),
            cost: Some(Rate { per_second: 1, burst: 5_000 }),
        }),
        endpoint: Some(limit(5)),
        ..RateSettings::default()
    };
    let graph = together.graph(rates);
    assert_eq!(graph.query("{ nonsense }").await.status, 400);
    let told = async {
        while together.asked.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), told).await.unwrap();
    let points = |asked: Vec<(String, u64)>| asked.into_iter().map(|(_, points)| points).collect::<Vec<_>>();
    assert_eq!(points(together.asked()), [1, 0, 1]);
    graph.identity.answer(|_| reply(200, &json!({ "data": { "a": null, "b": null } })));
    let mutation = "mutation { a: rename(name: \"a\") { id } b: rename(name: \"b\") { id } }";
    assert_eq!(graph.query(mutation).await.status, 200);
    let asked = together.asked();
    assert!(asked[0].0.starts_with("address:unknown:") && asked[2].0.starts_with("endpoint:"), "{asked:?}");
    assert_eq!(points(asked), [2, 20, 2]);
}

/// Nobody is refused because the shared buckets do not answer: each router counts by itself, from what was left.
#[tokio::test]
async fn without_an_answer_each_router_counts_by_itself() {
    let together = Arc::new(Together { left: Mutex::new(Some(10)), ..Together::default() });
    let graph = together.graph(RateSettings { viewer: Some(limit(1)), ..RateSettings::default() });
    for _ in 0..4 {
        assert_eq!(ask_as(&graph, "usr_1", ASK).await.status, 200);
    }
    *together.left.lock().unwrap() = None;
    for _ in 0..6 {
        assert_eq!(ask_as(&graph, "usr_1", ASK).await.status, 200);
    }
    assert_limited(&ask_as(&graph, "usr_1", ASK).await, 1000);
    graph.clock.advance(2);
    assert_eq!(ask_as(&graph, "usr_1", ASK).await.status, 200);
    *together.left.lock().unwrap() = Some(7);
    assert_eq!(ask_as(&graph, "usr_1", ASK).await.header("ratelimit"), "\"operations\";r=6;t=4");
}

/// What cannot be right of the shared store is found before the router starts; no address is repeated.
#[test]
fn shared_rates_that_cannot_be_right_are_refused() {
    let with = |store, redis: Option<&str>, prefix: &str, redis_timeout_ms| {
        let (redis, redis_key_prefix) = (redis.map(str::to_owned), prefix.to_owned());
        let rates = RateSettings { store, redis, redis_key_prefix, redis_timeout_ms, ..RateSettings::default() };
        router_server::RouterSettings { rates, ..Default::default() }.validate().map_err(|error| error.to_string())
    };
    let url = Some("redis://user:secret@host");
    assert_eq!(with(RateStore::Redis, url, "lyceum", 50), Ok(()));
    for (refused, begin) in [
        (with(RateStore::Redis, None, "lyceum", 50), "rates.redis: the store is redis"),
        (with(RateStore::Memory, url, "lyceum", 50), "rates.redis: a server is named"),
        (with(RateStore::Redis, Some("http://user:secret@host"), "lyceum", 50), "rates.redis: it begins neither"),
        (with(RateStore::Redis, url, "", 50), "rates.redis_key_prefix: "),
        (with(RateStore::Redis, url, "a}b", 50), "rates.redis_key_prefix: "),
        (with(RateStore::Redis, url, "lyceum", 0), "rates.redis_timeout_ms: "),
        (with(RateStore::Redis, url, "lyceum", 60_000), "rates.redis_timeout_ms: "),
    ] {
        let refused = refused.unwrap_err();
        assert!(refused.starts_with(begin) && !refused.contains("secret"), "{refused}");
    }
}

/// AMP-22, JWT-16: an address that sends bad tokens is refused before the next one is looked at, and nobody else is.
#[tokio::test]
async fn bad_tokens_are_counted_by_address() {
    let rates = RateSettings { refused_tokens: Some(Rate { per_second: 1, burst: 4 }), ..RateSettings::default() };
    let graph = Graph::builder()
        .settings(|settings| {
            settings.rates = rates;
            settings.listeners.trusted_proxies = 1;
        })
        .build();
    let ask = async |token: &str, address: &str| {
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", authorization.as_str()), ("x-forwarded-for", address)];
        graph.post(&json!({ "query": ASK }), &headers).await
    };
    let good = graph.token();
    let mut forged = good.clone();
    forged.replace_range(
        good.len() - 20..good.len() - 19,
        if good.as_bytes()[good.len() - 20] == b'A' { "B" } else { "A" },
    );
    let mut unknown_key = graph.issuer.header();
    unknown_key["kid"] = json!("made-up");
    let unknown_key = graph.issuer.sign(&unknown_key, &crate::testkit::Issuer::claims(graph.clock.seconds()));
    let expired =
        graph.issuer.sign(&graph.issuer.header(), &crate::testkit::Issuer::claims(graph.clock.seconds() - 7200));
    for (bad, words) in [
        (&forged, "signature is wrong"),
        (&unknown_key, "unknown key"),
        (&expired, "has expired"),
        (&"a.b.c".to_owned(), "malformed"),
    ] {
        // Good ones take nothing.
        assert_eq!(ask(&good, "192.0.2.1").await.status, 200);
        let refused = ask(bad, "192.0.2.1").await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (401, "UNAUTHENTICATED"), "{refused:?}");
        assert!(refused.message().contains(words), "{refused:?}");
    }
    let fetched = graph.identity.requests("/.well-known/jwks.json").len();
    for token in [&forged, &unknown_key, &expired, &good] {
        assert_limited(&ask(token, "192.0.2.1").await, 1000);
    }
    assert_eq!(graph.identity.requests("/.well-known/jwks.json").len(), fetched);
    let without = graph.post(&json!({ "query": ASK }), &[("x-forwarded-for", "192.0.2.1")]).await;
    assert_eq!(without.status, 200, "who sends no token guesses none");
    assert_eq!(ask(&good, "192.0.2.2").await.status, 200);
    assert_eq!(ask(&forged, "192.0.2.2").await.status, 401);
    graph.clock.advance(1);
    assert_eq!(ask(&good, "192.0.2.1").await.status, 200);
    assert_eq!(ask(&forged, "192.0.2.1").await.status, 401);
    assert_limited(&ask(&good, "192.0.2.1").await, 1000);
    // Of IPv6, a network is one address.
    for number in 0..4 {
        assert_eq!(ask(&forged, &format!("2001:db8::{number}")).await.status, 401);
    }
    assert_limited(&ask(&good, "2001:db8::9").await, 1000);
}

/// What is not the client's fault takes nothing: while there are no keys, a good token is no guess.
#[tokio::test]
async fn tokens_that_cannot_be_judged_are_not_counted() {
    let rates = RateSettings { refused_tokens: Some(Rate { per_second: 1, burst: 1 }), ..RateSettings::default() };
    let graph = Graph::builder()
        .settings(|settings| {
            settings.rates = rates;
            settings.listeners.trusted_proxies = 1;
        })
        .build();
    graph.identity.answer(|_| Err(router_execution::TransportError::Unavailable("gone".to_owned())));
    let authorization = format!("Bearer {}", graph.token());
    for _ in 0..3 {
        let headers = [("authorization", authorization.as_str()), ("x-forwarded-for", "192.0.2.1")];
        assert_eq!(graph.post(&json!({ "query": ASK }), &headers).await.status, 503);
    }
}

#[test]
fn limits_of_bad_tokens_that_cannot_be_right_are_refused() {
    for (rate, key) in [
        (Rate { per_second: 0, burst: 5 }, "rates.refused_tokens.per_second: "),
        (Rate { per_second: 5, burst: 0 }, "rates.refused_tokens.burst: "),
    ] {
        let rates = RateSettings { refused_tokens: Some(rate), ..RateSettings::default() };
        let error = router_server::RouterSettings { rates, ..Default::default() }.validate().unwrap_err().to_string();
        assert!(error.starts_with(key), "{error}");
    }
}
