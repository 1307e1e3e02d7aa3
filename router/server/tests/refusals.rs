//! Requests that are not executed: each gets its status, its code, and a message that says what to do.

use http::StatusCode;
use serde_json::json;

use crate::testkit::{Graph, TestReply};

const JSON: (&str, &str) = ("content-type", "application/json");

fn assert_refused(reply: &TestReply, status: u16, code: &str, words: &str) {
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (status, code), "{reply:?}");
    assert!(reply.message().contains(words), "`{words}` is not in: {}", reply.message());
    let document = reply.json();
    assert!(document.get("data").is_none(), "{document}");
    assert_eq!(document["errors"][0]["extensions"]["traceId"], reply.header("x-trace-id"));
}

/// HX-01
#[tokio::test]
async fn malformed_json_is_refused_with_its_position() {
    let graph = Graph::new();
    let reply = graph.request("POST", "/graphql", &[JSON], "{\n  \"query\": oops").await;
    assert_refused(&reply, 400, "BAD_USER_INPUT", "line 2 column 12");
    let reply = graph.request("POST", "/graphql", &[JSON], "").await;
    assert_refused(&reply, 400, "BAD_USER_INPUT", "empty");
}

/// OW-15, ADV-68: lists of operations are taken where the settings say so, and nowhere else.
#[tokio::test]
async fn a_list_of_operations_is_refused() {
    let graph = Graph::new();
    let reply = graph.post(&json!([{ "query": "{ me { name } }" }]), &[]).await;
    assert_refused(&reply, 400, "BAD_USER_INPUT", "one operation per request");
    assert_eq!(graph.executed(), 0);
}

#[tokio::test]
async fn parameters_of_wrong_types_are_named() {
    let graph = Graph::new();
    for (body, words) in [
        (json!({}), "\"query\" is missing"),
        (json!({ "query": null }), "\"query\" is null"),
        (json!({ "query": " " }), "\"query\" is empty"),
        (json!({ "query": 1 }), "\"query\" is a number"),
        (json!({ "query": "{ __typename }", "variables": [] }), "\"variables\" is a list"),
        (json!({ "query": "{ __typename }", "operationName": {} }), "\"operationName\" is an object"),
        (json!({ "query": "{ __typename }", "extensions": "x" }), "\"extensions\" is a string"),
    ] {
        assert_refused(&graph.post(&body, &[]).await, 400, "BAD_USER_INPUT", words);
    }
}

/// Of a member that stands twice, readers before and behind the router may take another one (RFC 8259 section 4).
#[tokio::test]
async fn a_member_that_appears_twice_is_refused() {
    let graph = Graph::new();
    for (body, words) in [
        (r#"{"query":"{ __typename }","query":"{ me { id } }"}"#, "duplicate field"),
        (r#"{"query":"{ __typename }","variables":{"a":1,"b":2,"a":3}}"#, "\"a\" appears twice"),
        (r#"{"query":"{ __typename }","variables":{"a":[{"b":1,"b":1}]}}"#, "\"b\" appears twice"),
        (r#"{"query":"{ __typename }","extensions":{"c":1,"c":2}}"#, "\"c\" appears twice"),
    ] {
        assert_refused(&graph.request("POST", "/graphql", &[JSON], body).await, 400, "BAD_USER_INPUT", words);
    }
    let query = "query=%7B__typename%7D&variables=%7B%22a%22%3A1%2C%22a%22%3A2%7D";
    let reply = graph.request("GET", &format!("/graphql?{query}"), &[], "").await;
    assert_refused(&reply, 400, "BAD_USER_INPUT", "\"variables\" cannot be read");
    assert_eq!(graph.executed(), 0);
}

/// AMP-03, AMP-10
#[tokio::test]
async fn variables_that_are_nested_too_deep_are_refused() {
    let graph = Graph::new();
    let body = |levels: usize| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        format!(r#"{{"query":"{{ __typename }}","variables":{{"list":{open}{close}}}}}"#)
    };
    let reply = graph.request("POST", "/graphql", &[JSON], &body(63)).await;
    assert_eq!(reply.json(), json!({ "data": { "__typename": "Query" } }));
    for levels in [64, 100, 50_000] {
        let reply = graph.request("POST", "/graphql", &[JSON], &body(levels)).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (400, "BAD_USER_INPUT"), "{levels}: {reply:?}");
    }
    let reply = graph.request("POST", "/graphql", &[JSON], &body(64)).await;
    assert_refused(&reply, 400, "BAD_USER_INPUT", "more than 64 levels deep");
}

/// A body that is no object is named for what it is, in words of GraphQL over HTTP rather than of the program.
#[tokio::test]
async fn a_body_that_is_no_object_is_refused_in_plain_words() {
    let graph = Graph::new();
    for body in ["1", "null", "\"{ __typename }\"", "true"] {
        let reply = graph.request("POST", "/graphql", &[JSON], body).await;
        assert_refused(&reply, 400, "BAD_USER_INPUT", "expected an object with the member \"query\"");
        assert!(!reply.message().contains("RawParameters"), "{reply:?}");
    }
}

/// HX-05, HX-06
#[tokio::test]
async fn documents_that_cannot_be_executed_are_refused_with_locations() {
    let graph = Graph::new();
    let two = "query A { me { id } } query B { me { id } }";
    for (body, words, location) in [
        (json!({ "query": "{ me {\n  id" }), "syntax error", Some((2, 5))),
        (json!({ "query": "{\n  me { nonsense } }" }), "nonsense", Some((2, 8))),
        (json!({ "query": two }), "name one", None),
        (json!({ "query": two, "operationName": "C" }), "`C`", None),
        (json!({ "query": two, "operationName": "no name" }), "no GraphQL name", None),
        (json!({ "query": "query($n: Int!) { courses(first: $n) }", "variables": { "n": "x" } }), "n", None),
        (json!({ "query": "query($n: Int!) { courses(first: $n) }" }), "n", None),
        (json!({ "query": "fragment F on Query { ...F } { ...F }" }), "F", Some((1, 1))),
    ] {
        let reply = graph.post(&body, &[]).await;
        assert_refused(&reply, 400, "BAD_USER_INPUT", words);
        if let Some((line, column)) = location {
            let found = &reply.json()["errors"][0]["locations"][0];
            assert_eq!(*found, json!({ "line": line, "column": column }), "{body}");
        }
    }
    assert_eq!(graph.executed(), 0);
}

/// OW-07, AMP-03, domain section 4.4
#[tokio::test]
async fn an_operation_may_be_fifteen_deep_and_no_more() {
    let graph = Graph::new();
    graph.identity.answer(|_| crate::testkit::reply(200, &json!({ "data": { "node": null } })));
    let nested = |levels: usize| format!("{}{}{}", "{ node ".repeat(levels - 1), "{ id }", " }".repeat(levels - 1));
    assert_eq!(graph.query(&nested(15)).await.json(), json!({ "data": { "node": null } }));
    assert_refused(&graph.query(&nested(16)).await, 400, "OPERATION_TOO_DEEP", "16 levels");
    assert_refused(&graph.query(&nested(10_000)).await, 400, "OPERATION_TOO_DEEP", "nests more than");
    assert_refused(&graph.query(&"{ node ".repeat(10_000)).await, 400, "OPERATION_TOO_DEEP", "nests more than");
    let list = format!("{{ courses(first: {}{}) }}", "[".repeat(10_000), "]".repeat(10_000));
    assert_refused(&graph.query(&list).await, 400, "OPERATION_TOO_DEEP", "nests more than");
}

/// OW-08, AMP-01, AMP-04, AMP-16
#[tokio::test]
async fn wide_operations_are_refused_before_a_subgraph_is_asked() {
    let graph = Graph::new();
    let aliases = (0..31).fold(String::new(), |text, index| format!("{text} a{index}: name"));
    let roots = (0..11).fold(String::new(), |text, index| format!("{text} r{index}: __typename"));
    let doubling = (0..40).fold("{ ...F0 }".to_owned(), |text, index| {
        format!("{text} fragment F{index} on Query {{ ...F{next} ...F{next} }}", next = index + 1)
    }) + " fragment F40 on Query { me { name } }";
    for (query, words) in [
        (format!("{{ me {{ {aliases} }} }}"), "aliases"),
        (format!("{{ {roots} }}"), "root fields"),
        (doubling, "fields large"),
        (format!("{{ __typename }} #{}", "\n,".repeat(20_000)), "tokens"),
    ] {
        assert_refused(&graph.query(&query).await, 400, "OPERATION_TOO_COMPLEX", words);
    }
    let chain = (0..80).fold("{ ...F0 }".to_owned(), |text, index| {
        format!("{text} fragment F{index} on Query {{ ...F{} }}", index + 1)
    }) + " fragment F80 on Query { __typename }";
    assert_refused(&graph.query(&chain).await, 400, "OPERATION_TOO_DEEP", "fragments deep");
    assert_eq!(graph.executed(), 0);
}

/// HX-21
#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let graph = Graph::new();
    let body = json!({ "query": "{ __typename }", "variables": { "padding": "x".repeat(256 * 1024) } });
    assert_refused(&graph.post(&body, &[]).await, 413, "BAD_USER_INPUT", "262144 bytes");
    let compressed = graph.post(&json!({ "query": "{ __typename }" }), &[("content-encoding", "gzip")]).await;
    assert_refused(&compressed, 415, "BAD_USER_INPUT", "compressed");
    let twice = [("content-encoding", "identity"), ("content-encoding", "gzip")];
    let compressed = graph.post(&json!({ "query": "{ __typename }" }), &twice).await;
    assert_refused(&compressed, 415, "BAD_USER_INPUT", "compressed");
    let plain = graph.post(&json!({ "query": "{ __typename }" }), &[("content-encoding", "Identity")]).await;
    assert_eq!(plain.json(), json!({ "data": { "__typename": "Query" } }));
}

/// HX-21: what is announced as too long is refused before it has come.
#[tokio::test]
async fn a_body_that_is_announced_over_the_limit_is_not_waited_for() {
    struct Announced;
    impl http_body::Body for Announced {
        type Data = bytes::Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _context: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<bytes::Bytes>, Self::Error>>> {
            panic!("a body that is too long was read")
        }

        fn size_hint(&self) -> http_body::SizeHint {
            http_body::SizeHint::with_exact(10_000_000_000)
        }
    }
    let graph = Graph::new();
    let body = axum::body::Body::new(Announced);
    let request = http::Request::post("/graphql").header(JSON.0, JSON.1).body(body).unwrap();
    assert_refused(&graph.send(request).await, 413, "BAD_USER_INPUT", "262144 bytes");
}

/// HX-18
#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_is_given_up() {
    let graph = Graph::new();
    let never = axum::body::Body::from_stream(futures_util::stream::pending::<Result<bytes::Bytes, std::io::Error>>());
    let request = http::Request::post("/graphql").header(JSON.0, JSON.1).body(never).unwrap();
    assert_refused(&graph.send(request).await, 408, "BAD_USER_INPUT", "10000 ms");
}

/// HX-12, HX-13, HX-14, HS-11: no form can send a content type that is read.
#[tokio::test]
async fn content_types_that_a_form_could_send_are_refused() {
    let graph = Graph::new();
    let body = r#"{"query":"mutation { rename(name: \"x\") { id } }"}"#;
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "message/http",
        "application/graphql",
        "application/json; charset=utf-16",
        "application/json; charset =utf-16",
        "application/json, text/plain",
        "",
    ] {
        let reply = graph.request("POST", "/graphql", &[("content-type", content_type)], body).await;
        assert_refused(&reply, 415, "BAD_USER_INPUT", "application/json");
    }
    let reply = graph.request("POST", "/graphql", &[], body).await;
    assert_refused(&reply, 415, "BAD_USER_INPUT", "exactly one content-type");
    let reply = graph.request("POST", "/graphql", &[JSON, JSON], body).await;
    assert_refused(&reply, 415, "BAD_USER_INPUT", "exactly one content-type");
    assert_eq!(graph.executed(), 0);
}

/// HX-15
#[tokio::test]
async fn a_reply_that_the_client_does_not_accept_is_not_made() {
    let graph = Graph::new();
    let body = json!({ "query": "{ me { name } }" }).to_string();
    let reply = graph.request("POST", "/graphql", &[JSON, ("accept", "text/csv")], &body).await;
    assert_refused(&reply, 406, "BAD_USER_INPUT", "application/json");
    assert_eq!(graph.executed(), 0);
}

/// HX-10, HX-11, HX-27, HX-28
#[tokio::test]
async fn methods_that_are_not_allowed_are_told_which_are() {
    let graph = Graph::new();
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"] {
        let reply = graph.request(method, "/graphql?query=%7B+__typename+%7D", &[], "").await;
        assert_eq!((reply.status, reply.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, POST"), "{method}");
    }
    let mutation = "/graphql?query=mutation+%7B+rename(name%3A+%22x%22)+%7B+id+%7D+%7D";
    for accept in ["application/json", "application/graphql-response+json"] {
        let reply = graph.request("GET", mutation, &[("accept", accept)], "").await;
        assert_refused(&reply, 405, "BAD_USER_INPUT", "may not execute mutations");
        assert_eq!(reply.header("allow"), "POST");
    }
    assert_eq!(graph.executed(), 0);
}

/// HX-19, HX-24, HX-25
#[tokio::test]
async fn urls_that_cannot_be_read_one_way_only_are_refused() {
    let graph = Graph::new();
    for (query, words) in [
        ("query=", "missing"),
        ("", "missing"),
        ("query=%7B__typename%7D&query=%7Bme%7Bid%7D%7D", "twice"),
        ("query=%7B__typename%7D&variables=nonsense", "\"variables\" is not JSON"),
        ("query=%7B__typename%7D&variables=%5B%5D", "\"variables\" is a list"),
        ("query=%7B__typename%7D&extensions=%7B", "\"extensions\" is not JSON"),
        ("query=%7B__typename%7D%", "percent-encoded UTF-8"),
        ("query=%7B__typename%7D%2", "percent-encoded UTF-8"),
        ("query=%7B__typename%7D%zz", "percent-encoded UTF-8"),
        ("query=%7B__typename%7D%23%ff", "percent-encoded UTF-8"),
        ("query=%7B__typename%7D%23%c3%28", "percent-encoded UTF-8"),
    ] {
        let reply = graph.request("GET", &format!("/graphql?{query}"), &[], "").await;
        assert_refused(&reply, 400, "BAD_USER_INPUT", words);
    }
    let long = format!("/graphql?query=%7B__typename%7D&x={}", "x".repeat(16 * 1024));
    assert_refused(&graph.request("GET", &long, &[], "").await, 414, "BAD_USER_INPUT", "POST");
}

/// HS-09
#[tokio::test]
async fn the_graph_has_one_address() {
    let graph = Graph::new();
    for path in ["/graphql/", "//graphql", "/graphql.css", "/graphql/x.css", "/GraphQL", "/metrics", "/health/live"] {
        let reply = graph.request("POST", path, &[JSON], r#"{"query":"{ me { name } }"}"#).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
    }
    assert_eq!(graph.executed(), 0);
}

/// Introspection is answered in full, at the depth that the common tools ask for.
#[tokio::test]
async fn the_standard_introspection_query_is_within_the_limits() {
    let graph = Graph::new();
    let of_type = (0..9).fold("kind name".to_owned(), |inner, _| format!("kind name ofType {{ {inner} }}"));
    let query = format!("{{ __schema {{ types {{ name fields {{ name args {{ name type {{ {of_type} }} }} }} }} }} }}");
    let reply = graph.query(&query).await;
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    assert!(reply.json()["data"]["__schema"]["types"].as_array().unwrap().iter().any(|each| each["name"] == "User"));
    assert_eq!(graph.executed(), 0);
}

/// AMP-20, ADV-50: files are not sent with operations; a form of any kind is refused before one part of it is read.
#[tokio::test]
async fn uploads_by_form_are_refused() {
    let graph = Graph::new();
    let map: String = (0..10_000).map(|index| format!(r#""{index}":["variables.__proto__.{index}"],"#)).collect();
    let body = format!(
        "--b\r\ncontent-disposition: form-data; name=\"operations\"\r\n\r\n{{\"query\":\"{{ me {{ id }} }}\"}}\r\n--b\r\n\
         content-disposition: form-data; name=\"map\"\r\n\r\n{{{map}\"x\":[]}}\r\n--b--\r\n"
    );
    for content_type in [
        "multipart/form-data; boundary=b",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
        "multipart/mixed",
    ] {
        for extra in [("accept", "application/json"), ("apollo-require-preflight", "true")] {
            let reply = graph.request("POST", "/graphql", &[("content-type", content_type), extra], &body).await;
            assert_refused(&reply, 415, "BAD_USER_INPUT", "only application/json");
            assert!(reply.message().contains(content_type), "{reply:?}");
        }
    }
    assert_eq!(graph.executed(), 0);
}
