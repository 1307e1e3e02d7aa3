//! Rules for headers (docs/headers.md): from clients to subgraphs and back, at the HTTP boundary.

mod replies;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use router_execution::TransportError;
use router_server::configuration::{HeaderSettings, RouterSettings};
use serde_json::{Value, json};

use crate::testkit::{Graph, GraphBuilder, Issuer};

fn graph(rules: &Value) -> GraphBuilder {
    let rules: HeaderSettings = serde_json::from_value(rules.clone()).unwrap();
    Graph::builder().settings(|settings| settings.headers = rules)
}

/// A reply with these headers.
fn with_headers(body: &Value, headers: &[(&str, &str)]) -> Result<Response<Bytes>, TransportError> {
    let mut reply = Response::builder().header("content-type", "application/json");
    for (name, value) in headers {
        reply = reply.header(*name, *value);
    }
    Ok(reply.body(Bytes::from(body.to_string())).unwrap())
}

fn me() -> Value {
    json!({ "data": { "me": { "__typename": "User", "id": "usr_1", "name": "Lee" } } })
}

fn courses() -> Value {
    json!({ "data": { "courses": ["Rust"] } })
}

/// What a subgraph was sent beside what every request has.
fn received(request: &Request<Bytes>) -> Vec<(String, String)> {
    const ALWAYS: [&str; 6] = ["accept", "content-type", "traceparent", "x-correlation-id", "x-viewer", "x-viewer-sig"];
    let others = request.headers().iter().filter(|(name, _)| !ALWAYS.contains(&name.as_str()));
    let mut others: Vec<_> =
        others.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    others.sort();
    others
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn values(headers: &HeaderMap, name: &str) -> Vec<String> {
    headers.get_all(name).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

/// Rules are followed in their order, those for all before those of one subgraph.
#[tokio::test]
async fn requests_get_the_headers_that_rules_say() {
    let graph = graph(&json!({
        "all": { "request": [
            { "propagate": { "name": "accept-language", "default": "en" } },
            { "propagate": { "name": "x-app", "rename": "x-client-app" } },
            { "propagate": { "prefix": "x-feature-" } },
            { "propagate": { "matching": "x-(tenant|region)-id" } },
            { "insert": { "name": "x-gateway", "value": "lyceum" } },
            { "remove": { "name": "x-feature-secret" } },
        ] },
        "subgraphs": { "learning": { "request": [
            { "rename": { "name": "x-gateway", "to": "x-served-by" } },
            { "remove": { "prefix": "x-feature-" } },
        ] } },
    }))
    .build();
    let sent = [
        ("x-app", "shop"),
        ("x-feature-new-player", "on"),
        ("x-feature-secret", "no"),
        ("x-tenant-id", "t1"),
        ("x-tenant-id", "t2"),
        ("x-region-id", "eu"),
        ("x-region-identity", "no"),
        ("x-other", "no"),
    ];
    graph.post(&json!({ "query": "{ me { name } courses(first: 1) }" }), &sent).await;
    let everywhere = [("x-client-app", "shop"), ("x-region-id", "eu"), ("x-tenant-id", "t1"), ("x-tenant-id", "t2")];
    let identity = [("accept-language", "en"), ("x-feature-new-player", "on"), ("x-gateway", "lyceum")];
    let mut identity = pairs(&[&identity[..], &everywhere].concat());
    identity.sort();
    assert_eq!(received(&graph.identity.requests("/graphql")[0]), identity);
    let mut learning = pairs(&[&[("accept-language", "en"), ("x-served-by", "lyceum")][..], &everywhere].concat());
    learning.sort();
    assert_eq!(received(&graph.learning.requests("/graphql")[0]), learning);
}

/// The closed list of what else can stand in a header, at an endpoint, with a token and without.
#[tokio::test]
async fn inserted_headers_say_who_asks_what() {
    let graph = graph(&json!({ "all": { "request": [
        { "insert": { "name": "x-tenant", "claim": "/tenant/id" } },
        { "insert": { "name": "x-level", "claim": "/level" } },
        { "insert": { "name": "x-list", "claim": "/list" } },
        { "insert": { "name": "x-crlf", "claim": "/crlf" } },
        { "insert": { "name": "x-operation", "from": "operation_name" } },
        { "insert": { "name": "x-kind", "from": "operation_kind" } },
        { "insert": { "name": "x-endpoint", "from": "endpoint" } },
        { "insert": { "name": "x-asked", "from": "subgraph" } },
        { "insert": { "name": "x-address", "from": "client_address" } },
    ] } }))
    .settings(|settings| settings.listeners.trusted_proxies = 1)
    .build();
    let mut claims = Issuer::claims(graph.clock.seconds());
    claims["tenant"] = json!({ "id": "t-7" });
    claims["level"] = json!(3);
    claims["list"] = json!(["a"]);
    claims["crlf"] = json!("a\r\nx-viewer: forged");
    let token = format!("Bearer {}", graph.issuer.sign(&graph.issuer.header(), &claims));
    let query = json!({ "query": "query Courses { courses(first: 1) }" });
    graph.post(&query, &[("authorization", &token), ("x-forwarded-for", "203.0.113.7")]).await;
    graph.post(&json!({ "query": "{ courses(first: 1) }" }), &[]).await;
    let requests = graph.learning.requests("/graphql");
    let always = [("x-asked", "learning"), ("x-endpoint", "/graphql"), ("x-kind", "query")];
    assert_eq!(received(&requests[1]), pairs(&always));
    let mut expected = always.to_vec();
    expected.extend([("x-address", "203.0.113.7"), ("x-level", "3"), ("x-operation", "Courses"), ("x-tenant", "t-7")]);
    expected.sort_unstable();
    assert_eq!(received(&requests[0]), pairs(&expected));
}

/// FED-07, FED-08, FED-12, ADV-56: what belongs to one message, to one connection or to the router is found by no pattern, and
/// credentials only by their very names.
#[tokio::test]
async fn patterns_never_find_what_is_not_for_subgraphs() {
    let everything = graph(&json!({ "all": { "request": [{ "propagate": { "matching": ".*" } }] } })).build();
    let hostile = [
        ("host", "evil.example"),
        ("x-viewer", "forged"),
        ("x-viewer-sig", "forged"),
        ("X-Viewer-Roles", "ADMIN"),
        ("te", "trailers"),
        ("trailer", "x"),
        ("upgrade", "h2c"),
        ("keep-alive", "1"),
        ("proxy-authorization", "Basic x"),
        ("content-language", "de"),
        ("content-encoding", "identity"),
        ("accept-encoding", "gzip"),
        ("if-none-match", "\"1\""),
        ("range", "bytes=0-1"),
        ("expect", "100-continue"),
        ("cookie", "session=1"),
        ("traceparent", "00-00000000000000000000000000000000-0000000000000000-00"),
        ("connection", "keep-alive, X-Hop"),
        ("x-hop", "ends here"),
        ("x-fine", "1"),
    ];
    everything.post(&json!({ "query": "{ me { name } }" }), &hostile).await;
    let request = everything.identity.requests("/graphql").remove(0);
    assert_eq!(received(&request), pairs(&[("x-fine", "1")]));
    assert_eq!(request.headers()["x-viewer"], "eyJhY3QiOiJyb3V0ZXIifQ");
    assert_eq!(values(request.headers(), "x-viewer-sig").len(), 1);
    assert_eq!(request.headers()["accept"], "application/graphql-response+json, application/json;q=0.9");

    let named = graph(&json!({ "all": { "request": [
        { "propagate": { "name": "cookie" } }, { "propagate": { "name": "authorization" } },
        { "propagate": { "name": "x-hop" } },
    ] } }));
    let named = named.settings(|settings| settings.authentication = None).build();
    let sent = [("cookie", "session=1"), ("connection", "x-hop"), ("x-hop", "ends here")];
    named.post(&json!({ "query": "{ me { name } }" }), &sent).await;
    assert_eq!(received(&named.identity.requests("/graphql")[0]), pairs(&[("cookie", "session=1")]));
}

/// FED-08: to name the router's own header in `connection` takes nothing away.
#[tokio::test]
async fn a_connection_header_does_not_take_away_who_asks() {
    let graph = graph(&json!({ "all": { "request": [
        { "propagate": { "matching": ".*" } }, { "insert": { "name": "x-user-id", "claim": "/sub" } },
    ] } }))
    .build();
    let token = format!("Bearer {}", graph.token());
    let sent = [
        ("authorization", token.as_str()),
        ("connection", "close, x-user-id, x-viewer, x-viewer-sig, traceparent"),
        ("x-user-id", "usr_admin"),
    ];
    graph.post(&json!({ "query": "{ me { name } }" }), &sent).await;
    let request = graph.identity.requests("/graphql").remove(0);
    assert_eq!(received(&request), pairs(&[("x-user-id", "usr_1")]));
    assert!(request.headers().contains_key("x-viewer-sig") && request.headers().contains_key("traceparent"));
}

/// FED-10, OW-06: bytes that are no text stay here, and nobody falls over them.
#[tokio::test]
async fn values_that_are_no_text_are_not_sent_on() {
    let graph = graph(&json!({ "all": { "request": [{ "propagate": { "prefix": "x-" } }] } })).build();
    let request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("x-odd", http::HeaderValue::from_bytes(b"caf\xc3\xa9\xff").unwrap())
        .header("x-fine", "cafe")
        .body(Body::from("{\"query\":\"{ me { name } }\"}"));
    assert_eq!(graph.send(request.unwrap()).await.status, 200);
    assert_eq!(received(&graph.identity.requests("/graphql")[0]), pairs(&[("x-fine", "cafe")]));
}

/// FED-11: who asks is said once, or not at all.
#[tokio::test]
async fn a_doubled_authorization_reaches_no_subgraph() {
    let rules = json!({ "all": { "request": [{ "propagate": { "name": "authorization" } }] } });
    let graph = graph(&rules).settings(|settings| settings.authentication = None).build();
    let query = json!({ "query": "{ me { name } }" });
    let refused = graph.post(&query, &[("authorization", "Basic a"), ("authorization", "Basic b")]).await;
    assert!(refused.status.is_client_error(), "{refused:?}");
    assert_eq!(graph.executed(), 0);
    let with_tokens = Graph::builder().settings(|settings: &mut RouterSettings| {
        settings.headers = serde_json::from_value(rules.clone()).unwrap();
    });
    let with_tokens = with_tokens.build();
    let token = format!("Bearer {}", with_tokens.token());
    with_tokens.post(&query, &[("authorization", &token)]).await;
    let sent = with_tokens.identity.requests("/graphql").remove(0);
    assert_eq!(values(sent.headers(), "authorization"), [token]);
}

/// ADV-45, HX-20: what no subgraph would read is refused before any is asked, and named.
#[tokio::test]
async fn more_than_subgraphs_read_is_refused() {
    let graph = graph(&json!({ "all": { "request": [{ "propagate": { "prefix": "x-" } }] } })).build();
    let long = "a".repeat(8 * 1024);
    let refused = graph.post(&json!({ "query": "{ me { name } }" }), &[("x-long", &long)]).await;
    assert_eq!(refused.status.as_u16(), 431);
    assert!(refused.message().contains("8198 bytes; at most 8192"), "{}", refused.message());
    assert_eq!(graph.executed(), 0);
    // What no rule sends on is not counted.
    assert_eq!(graph.post(&json!({ "query": "{ me { name } }" }), &[("y-long", &long)]).await.status, 200);
}

/// ADV-52, FED-32: what one client sends goes with its own requests only, however many ask the same at once. Where rules
/// send headers on, no two clients' requests wait for one answer.
#[tokio::test]
async fn clients_never_share_a_request() {
    let rules = json!({ "all": {
        "request": [{ "propagate": { "name": "x-tenant" } }], "response": [{ "propagate": { "name": "x-tenant" } }],
    } });
    let graph = graph(&rules).build();
    graph.identity.answer(|request| {
        let tenant = request.headers()["x-tenant"].to_str().unwrap().to_owned();
        let me = json!({ "data": { "me": { "__typename": "User", "id": "1", "name": tenant } } });
        with_headers(&me, &[("x-tenant", &tenant)])
    });
    let ask = async |tenant: usize| {
        let tenant = format!("t{tenant}");
        let reply = graph.post(&json!({ "query": "{ me { name } }" }), &[("x-tenant", &tenant)]).await;
        assert_eq!(reply.json()["data"]["me"]["name"], tenant);
        assert_eq!(values(&reply.headers, "x-tenant"), [tenant]);
    };
    futures_util::future::join_all((0..200).map(|tenant| ask(tenant % 7))).await;
    assert_eq!(graph.executed(), 200);
}

/// GET, a stream of one reply and a subscription: the same rules. A stream's head is written once, and what comes later with
/// its events is passed over.
#[tokio::test]
async fn every_way_in_follows_the_rules() {
    const EVENTS: &str = "event: next\ndata: {\"data\":{\"me\":{\"__typename\":\"User\",\"id\":\"1\",\"name\":\"A\"}}}\n\n\
                          event: complete\ndata:\n\n";
    let rules = json!({ "all": {
        "request": [{ "propagate": { "name": "x-tenant" } }],
        "response": [{ "propagate": { "name": "x-part", "merge": "append" } }, { "propagate": { "name": "set-cookie" } }],
    } });
    let identity = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", import: [\"@key\"])
        type Query { me: User } type Subscription { me: User } type User @key(fields: \"id\") { id: ID! name: String }";
    let learning = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", import: [\"@key\"])
        type User @key(fields: \"id\") { id: ID! courses: [String!] }";
    let graph = graph(&rules).schemas(identity, learning).build();
    graph.identity.answer(|request| {
        let wants_stream = request.headers()["accept"].to_str().unwrap().starts_with("text/event-stream");
        let part = [("x-part", "identity"), ("set-cookie", "a=1")];
        let Ok(mut reply) = with_headers(&me(), &part) else { unreachable!() };
        if wants_stream {
            reply.headers_mut().insert("content-type", "text/event-stream".parse().unwrap());
            *reply.body_mut() = Bytes::from(EVENTS);
        }
        Ok(reply)
    });
    graph.learning.answer(|_| {
        with_headers(&json!({ "data": { "_entities": [{ "courses": ["Rust"] }] } }), &[("x-part", "learning")])
    });
    let tenant = ("x-tenant", "t1");
    let got = graph.request("GET", "/graphql?query=%7Bme%7Bname%7D%7D", &[tenant], "").await;
    let sse = [tenant, ("accept", "text/event-stream"), ("content-type", "application/json")];
    let one = graph.request("POST", "/graphql", &sse, "{\"query\":\"{ me { name } }\"}").await;
    let subscribe = "{\"query\":\"subscription { me { name courses } }\"}";
    let subscribed = graph.request("POST", "/graphql", &sse, subscribe).await;
    assert!(String::from_utf8(subscribed.body.to_vec()).unwrap().contains("Rust"), "{subscribed:?}");
    for reply in [&got, &one, &subscribed] {
        assert_eq!(values(&reply.headers, "x-part"), ["identity"], "{reply:?}");
        assert_eq!(values(&reply.headers, "set-cookie"), ["a=1"]);
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    let requests = [graph.identity.requests("/graphql"), graph.learning.requests("/graphql")].concat();
    assert_eq!(requests.len(), 4);
    for request in requests {
        assert_eq!(received(&request), pairs(&[tenant]));
    }
}

/// Rules that cannot be right are named at start, with their place.
#[test]
fn rules_that_cannot_be_right_are_refused() {
    let request = |rule: Value| (json!({ "all": { "request": [rule] } }), "headers.all.request[0]");
    let response = |rule: Value| {
        let rules = json!({ "subgraphs": { "learning": { "response": [rule] } } });
        (rules, "headers.subgraphs.learning.response[0]")
    };
    for name in
        ["connection", "te", "upgrade", "host", "x-viewer", "x-viewer-sig", "content-type", "accept", "traceparent"]
    {
        for rule in [
            json!({ "propagate": { "name": name } }),
            json!({ "propagate": { "name": "x-a", "rename": name } }),
            json!({ "insert": { "name": name, "value": "v" } }),
            json!({ "rename": { "name": "x-a", "to": name } }),
        ] {
            let (rules, key) = request(rule);
            assert_refused(&rules, key);
        }
    }
    for name in ["connection", "transfer-encoding", "content-length", "x-viewer", "cache-control", "x-trace-id", "vary"]
    {
        let (rules, key) = response(json!({ "propagate": { "name": name } }));
        assert_refused(&rules, key);
    }
    for (rules, key) in [
        request(json!({ "propagate": {} })),
        request(json!({ "propagate": { "name": "a", "prefix": "b" } })),
        request(json!({ "propagate": { "name": "a b" } })),
        request(json!({ "propagate": { "prefix": "" } })),
        request(json!({ "propagate": { "prefix": "x-", "rename": "y" } })),
        request(json!({ "propagate": { "matching": "(" } })),
        request(json!({ "propagate": { "matching": "a".repeat(257) } })),
        request(json!({ "propagate": { "matching": "(a{900}){900}" } })),
        request(json!({ "propagate": { "name": "a", "default": "b\r\nc: d" } })),
        request(json!({ "insert": { "name": "a" } })),
        request(json!({ "insert": { "name": "a", "value": "b", "claim": "/c" } })),
        request(json!({ "insert": { "name": "a", "claim": "c" } })),
        request(json!({ "remove": {} })),
        response(json!({ "insert": { "name": "set-cookie", "value": "a=1" } })),
        response(json!({ "insert": { "name": "access-control-allow-origin", "value": "*" } })),
        response(json!({ "propagate": { "name": "a", "rename": "cache-control" } })),
    ] {
        assert_refused(&rules, key);
    }
}

fn assert_refused(rules: &Value, key: &str) {
    let headers: HeaderSettings = serde_json::from_value(rules.clone()).unwrap();
    let error = RouterSettings { headers, ..RouterSettings::default() }.validate().expect_err(&rules.to_string());
    assert_eq!(error.key, key, "{rules}: {error}");
    assert!(!error.remedy.is_empty());
}
