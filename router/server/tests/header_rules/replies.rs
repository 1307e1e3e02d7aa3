//! Headers of subgraphs' replies, for clients.

use serde_json::json;

use super::{courses, graph, me, values, with_headers};
use crate::testkit::{Graph, TestReply};

/// Users' pain no. 8, FED-13, ADV-42: several subgraphs, one reply.
#[tokio::test]
async fn replies_are_merged_as_rules_say() {
    let graph = graph(&json!({
        "all": { "response": [
            { "propagate": { "name": "set-cookie", "merge": "last" } },
            { "propagate": { "name": "www-authenticate", "merge": "append" } },
            { "propagate": { "name": "x-first", "merge": "first" } },
            { "propagate": { "name": "x-last", "merge": "last" } },
            { "propagate": { "name": "x-all", "merge": "append" } },
            { "propagate": { "prefix": "x-debug-" } },
            { "remove": { "name": "x-debug-plan" } },
            { "propagate": { "name": "x-missing", "default": "none" } },
        ] },
        "subgraphs": { "learning": { "response": [
            { "propagate": { "name": "x-version", "rename": "x-learning-version" } },
            { "insert": { "name": "x-part", "value": "learning" } },
        ] } },
    }))
    .build();
    graph.identity.answer(|_| {
        with_headers(
            &me(),
            &[
                ("set-cookie", "a=1; Path=/; HttpOnly"),
                ("set-cookie", "b=2, with a comma"),
                ("www-authenticate", "Basic realm=\"a\""),
                ("www-authenticate", "Bearer realm=\"b\""),
                ("x-first", "identity"),
                ("x-last", "identity"),
                ("x-all", "identity"),
                ("x-debug-time", "7"),
                ("x-debug-plan", "no"),
                ("x-version", "no"),
                ("x-other", "no"),
            ],
        )
    });
    graph.learning.answer(|_| {
        with_headers(
            &courses(),
            &[
                ("set-cookie", "c=3"),
                ("x-first", "learning"),
                ("x-last", "learning"),
                ("x-all", "learning"),
                ("x-version", "9"),
            ],
        )
    });
    let reply = graph.query("{ me { name } courses(first: 1) }").await;
    assert_eq!(reply.status, 200);
    for (name, expected) in [
        ("set-cookie", vec!["a=1; Path=/; HttpOnly", "b=2, with a comma", "c=3"]),
        ("www-authenticate", vec!["Basic realm=\"a\"", "Bearer realm=\"b\""]),
        ("x-first", vec!["identity"]),
        ("x-last", vec!["learning"]),
        ("x-all", vec!["identity", "learning"]),
        ("x-debug-time", vec!["7"]),
        ("x-debug-plan", vec![]),
        ("x-missing", vec!["none"]),
        ("x-version", vec![]),
        ("x-learning-version", vec!["9"]),
        ("x-part", vec!["learning"]),
        ("x-other", vec![]),
        ("cache-control", vec!["no-store"]),
    ] {
        assert_eq!(values(&reply.headers, name), expected, "{name}");
    }
    // Only what had a part in the reply.
    assert!(values(&graph.query("{ me { name } }").await.headers, "x-part").is_empty());
}

/// FED-13: what is true of one subgraph's reply only is found by no pattern; nor are cookies.
#[tokio::test]
async fn replies_keep_what_is_their_own() {
    let graph = graph(&json!({ "all": { "response": [{ "propagate": { "matching": ".*" } }] } })).build();
    graph.identity.answer(|_| {
        with_headers(
            &me(),
            &[
                ("set-cookie", "a=1"),
                ("content-length", "7"),
                ("content-encoding", "gzip"),
                ("te", "x"),
                ("transfer-encoding", "chunked"),
                ("trailer", "x"),
                ("upgrade", "h2c"),
                ("connection", "x-hop"),
                ("x-hop", "no"),
                ("keep-alive", "1"),
                ("cache-control", "public, max-age=9"),
                ("etag", "\"1\""),
                ("vary", "*"),
                ("access-control-allow-origin", "*"),
                ("x-viewer", "no"),
                ("x-trace-id", "no"),
                ("x-correlation-id", "no"),
                ("x-fine", "1"),
            ],
        )
    });
    let plain = Graph::new();
    let (reply, expected) = (graph.query("{ me { name } }").await, plain.query("{ me { name } }").await);
    let names = |reply: &TestReply| {
        let mut names: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
        names.sort();
        names
    };
    let mut with_fine = names(&expected);
    with_fine.push("x-fine".to_owned());
    with_fine.sort();
    assert_eq!(names(&reply), with_fine);
    for name in ["content-type", "cache-control", "vary", "x-content-type-options"] {
        assert_eq!(values(&reply.headers, name), values(&expected.headers, name), "{name}");
    }
    assert_ne!(reply.header("x-trace-id"), "no");
    assert_ne!(reply.header("x-correlation-id"), "no");
}

/// Nothing that sets a cookie is kept by anybody, unless that is said, too.
#[tokio::test]
async fn a_reply_with_cookies_is_not_public() {
    let rules = |cacheable: bool| {
        json!({
            "cacheable_with_cookies": cacheable,
            "all": { "response": [
                { "propagate": { "name": "set-cookie" } },
                { "insert": { "name": "cache-control", "value": "public, max-age=60" } },
            ] },
        })
    };
    for (cacheable, cookies, policy) in
        [(false, true, "no-store"), (true, true, "public, max-age=60"), (false, false, "public, max-age=60")]
    {
        let graph = graph(&rules(cacheable)).build();
        let headers: &[(&str, &str)] = if cookies { &[("set-cookie", "a=1")] } else { &[] };
        let headers = headers.to_vec();
        graph.identity.answer(move |_| with_headers(&me(), &headers));
        let reply = graph.query("{ me { name } }").await;
        assert_eq!(values(&reply.headers, "cache-control"), [policy], "{cacheable} {cookies}");
    }
}
