//! What went wrong in other routers does not go wrong here: one test for each published advisory, or change, of
//! security.md's group ADV that one request can show. The others stand where their subject does, under their id.

use http::{HeaderValue, Request, StatusCode};
use serde_json::{Value, json};

use crate::testkit::{Graph, TestReply, reply};

/// Asks with `GET`, as a link or an image of any page would.
async fn get(graph: &Graph, query: &str, headers: &[(&str, &str)]) -> TestReply {
    let query: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
    graph.request("GET", &format!("/graphql?query={query}"), headers, "").await
}

fn assert_refused(reply: &TestReply, status: u16, case: &str) {
    assert_eq!(reply.status.as_u16(), status, "{case}: {reply:?}");
    assert!(reply.json().get("data").is_none(), "{case}: {reply:?}");
}

/// ADV-07, ADV-09, ADV-10, ADV-11, ADV-20, ADV-21, ADV-28 (CVE-2025-32380, CVE-2025-32034, CVE-2025-32032,
/// CVE-2025-31496): fragments that spread each other twice are 2^40 fields, which are counted and not written out.
#[tokio::test]
async fn fragments_that_multiply_are_refused() {
    let graph = Graph::new();
    let doubling = |levels: usize, last: &str| {
        let fragments = (0..levels).map(|level| {
            let below = if level + 1 == levels {
                last.to_owned()
            } else {
                format!("a: node {{ ...F{0} }} b: node {{ ...F{0} }}", level + 1)
            };
            format!("fragment F{level} on Node {{ {below} }}")
        });
        format!("{{ node {{ ...F0 }} }} {}", fragments.collect::<Vec<_>>().join(" "))
    };
    for levels in [12, 40, 60] {
        assert_refused(&graph.query(&doubling(levels, "id")).await, 400, "doubling");
    }
    // The same without a field between, which no depth bounds.
    let spreads = (0..40).map(|level| format!("fragment G{level} on Node {{ ...G{0} ...G{0} }}", level + 1));
    let spreads = spreads.collect::<Vec<_>>().join(" ");
    assert_refused(
        &graph.query(&format!("{{ node {{ ...G0 }} }} {spreads} fragment G40 on Node {{ id }}")).await,
        400,
        "spreads",
    );
    assert_eq!(graph.executed(), 0);
}

/// ADV-08 (CVE-2025-32033): no number of fields is so large that it is small again.
#[tokio::test]
async fn limits_do_not_overflow() {
    let graph = Graph::new();
    // 33 levels of ten each are more than any register holds.
    let fragments = (0..33).map(|level| {
        let spread = format!("...F{}", level + 1);
        format!("fragment F{level} on Node {{ {} }}", vec![format!("node {{ {spread} }}"); 10].join(" "))
    });
    let document =
        format!("{{ node {{ ...F0 }} }} {} fragment F33 on Node {{ id }}", fragments.collect::<Vec<_>>().join(" "));
    assert_refused(&graph.query(&document).await, 400, "ten times ten times ten");
    assert_eq!(graph.executed(), 0);
}

/// ADV-14, ADV-22, ADV-24 (GHSA-hff2-gcpx-8f4p, GHSA-9q82-xgwf-vj6h, GHSA-2p3c-p3qw-69r4): a type that a browser does not
/// ask about first is no way to a query, and none to a mutation.
#[tokio::test]
async fn odd_content_types_are_no_way_around_the_preflight() {
    let graph = Graph::new();
    for content_type in
        ["text/plain", "message/http", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "a", ";"]
    {
        assert_refused(&get(&graph, "{ me { name } }", &[("content-type", content_type)]).await, 415, content_type);
        let posted = [("content-type", content_type)];
        assert_refused(
            &graph.request("POST", "/graphql", &posted, "{\"query\":\"{ me { name } }\"}").await,
            415,
            content_type,
        );
    }
    assert_eq!(graph.executed(), 0);
    assert_eq!(get(&graph, "{ me { name } }", &[]).await.status, StatusCode::OK);
    assert_eq!(get(&graph, "{ me { name } }", &[("content-type", "application/json")]).await.status, StatusCode::OK);
}

/// ADV-18, ADV-19 (CVE-2026-32621, GHSA-74cr-77xc-8g6r): names that mean something to other languages mean nothing here.
#[tokio::test]
async fn names_are_plain_data() {
    let graph = Graph::new();
    for name in ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"] {
        let mut lee = json!({ "__typename": "User" });
        lee[name] = Value::from("Lee");
        let mut data = json!({});
        data[name] = lee;
        graph.identity.answer(move |_| reply(200, &json!({ "data": data })));
        let answer = graph.query(&format!("{{ {name}: me {{ {name}: name }} }}")).await;
        assert_eq!(answer.json()["data"][name][name], "Lee", "{name}: {answer:?}");
        let query = format!("query Q(${name}: Int!) {{ courses(first: ${name}) }}");
        let mut variables = json!({ "first": 1 });
        variables[name] = Value::from(2);
        let answer = graph.post(&json!({ "query": query, "variables": variables }), &[]).await;
        assert_eq!(answer.json()["data"]["courses"], json!(["Rust"]), "{name}: {answer:?}");
    }
}

/// ADV-23 (CVE-2026-23897): another charset than UTF-8 is not converted.
#[tokio::test]
async fn other_charsets_are_refused() {
    let graph = Graph::new();
    for charset in ["utf-16", "utf-16le", "utf-32", "iso-8859-1", "utf-7", "cp037", "ucs-2", "x-unknown", ""] {
        let content_type = format!("application/json; charset={charset}");
        let refused = graph.request("POST", "/graphql", &[("content-type", &content_type)], "{}").await;
        assert_refused(&refused, 415, charset);
    }
}

/// ADV-38, ADV-82 (RUSTSEC-2022-0038): fragments that spread themselves are refused, with siblings and directives too.
#[tokio::test]
async fn cyclic_fragments_are_refused() {
    let graph = Graph::new();
    for fragments in [
        "fragment A on Node { ...A }",
        "fragment A on Node { id ...B } fragment B on Node { id ...A }",
        "fragment A on Node { ...B @skip(if: false) id } fragment B on Node { node { ...A } }",
        "fragment A on Node { node { ... on Node @include(if: true) { ...A } } }",
    ] {
        assert_refused(&graph.query(&format!("{{ node {{ ...A }} }} {fragments}")).await, 400, fragments);
    }
    assert_eq!(graph.executed(), 0);
}

/// ADV-41 (and OW-23): of what goes wrong inside, clients read neither addresses nor paths nor versions.
#[tokio::test]
async fn what_goes_wrong_inside_is_not_told() {
    let secrets = ["10.0.0.7", "/var/lib", "SELECT", "panicked", "identity.invalid", "MariaDB"];
    let text = "panicked at /var/lib/x.rs: SELECT * FROM users on 10.0.0.7 (MariaDB 10.11)";
    let graph = Graph::new();
    for answer in [
        reply(200, &json!({ "data": null, "errors": [{ "message": text, "extensions": { "exception": text } }] })),
        reply(500, &json!(text)),
        reply(200, &json!(text)),
        Err(router_execution::TransportError::Unavailable(text.to_owned())),
    ] {
        let answer = std::sync::Mutex::new(Some(answer));
        graph.identity.answer(move |_| answer.lock().unwrap().take().unwrap_or_else(|| reply(200, &json!({}))));
        let told = graph.query("{ me { name } }").await;
        let told = String::from_utf8(told.body.to_vec()).unwrap();
        assert!(told.contains("errors") && secrets.iter().all(|secret| !told.contains(secret)), "{told}");
    }
}

/// ADV-64, ADV-82 (CVE-2024-40094): introspection is bounded like everything else.
#[tokio::test]
async fn introspection_is_bounded() {
    let graph = Graph::new();
    let nested = |levels: usize| format!("{}name{}", "ofType {".repeat(levels), "}".repeat(levels));
    let lists = "__schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } }";
    assert_refused(&graph.query(&format!("{{ {lists} }}")).await, 400, lists);
    let deep = format!("{{ __type(name: \"User\") {{ {} }} }}", nested(40));
    assert_refused(&graph.query(&deep).await, 400, "ofType in ofType");
    let aliases: String = (0..100).map(|index| format!("a{index}: __typename ")).collect();
    assert_refused(&graph.query(&format!("{{ {aliases} }}")).await, 400, "a hundred aliases");
}

/// ADV-65 (and FED-18): an entity's place in the router's own request is not in the client's path.
#[tokio::test]
async fn errors_of_entities_have_the_clients_path() {
    let graph = Graph::new();
    graph.learning.answer(|_| {
        let error = json!({ "message": "no", "path": ["_entities", 0, "mine"], "extensions": { "code": "FORBIDDEN" } });
        reply(200, &json!({ "data": { "_entities": [{ "mine": null }] }, "errors": [error] }))
    });
    let answer = graph.query("{ me { mine: courses } }").await;
    assert_eq!(answer.json()["errors"][0]["path"], json!(["me", "mine"]), "{answer:?}");
    assert!(!answer.json().to_string().contains("_entities"), "{answer:?}");
}

/// ADV-70: a header that is no text is no reason to fall over.
#[tokio::test]
async fn headers_that_are_no_text_do_no_harm() {
    let graph = Graph::new();
    for name in
        ["x-correlation-id", "traceparent", "accept-language", "user-agent", "x-forwarded-for", "origin", "cookie"]
    {
        let request = Request::post("/graphql")
            .header("content-type", "application/json")
            .header(name, HeaderValue::from_bytes(b"\xff\xfe\x80").unwrap())
            .body(axum::body::Body::from("{\"query\":\"{ me { name } }\"}"));
        assert_eq!(graph.send(request.unwrap()).await.status, StatusCode::OK, "{name}");
    }
    for name in ["content-type", "accept", "authorization"] {
        let request = Request::post("/graphql")
            .header(name, HeaderValue::from_bytes(b"\xff\xfe\x80").unwrap())
            .body(axum::body::Body::from("{\"query\":\"{ me { name } }\"}"));
        assert!(graph.send(request.unwrap()).await.status.is_client_error(), "{name}");
    }
}

/// ADV-71, PQ-13, ADV-04 (CVE-2024-32971): what is remembered of a document is of that document and that operation only.
#[tokio::test]
async fn what_is_remembered_is_of_the_same_operation() {
    let graph = Graph::new();
    let document = "query A { me { name } } query B { me { id } } mutation C { rename(name: \"x\") { id } }";
    let ask = |name: Value| json!({ "query": document, "operationName": name });
    for _ in 0..3 {
        assert_eq!(graph.post(&ask(json!("A")), &[]).await.json(), json!({ "data": { "me": { "name": "Lee" } } }));
        assert_eq!(graph.post(&ask(json!("B")), &[]).await.json(), json!({ "data": { "me": { "id": "usr_1" } } }));
        for unnamed in [Value::Null, json!(""), json!("D"), json!("a")] {
            assert_refused(&graph.post(&ask(unnamed.clone()), &[]).await, 400, &unnamed.to_string());
        }
    }
    let too_deep = format!("{{ {}id{} }}", "node {".repeat(16), "}".repeat(16));
    for _ in 0..2 {
        assert_refused(&graph.query(&too_deep).await, 400, "the second time as well");
    }
}

/// ADV-78 (CVE-2026-40324): the parser ends before its stack does.
#[tokio::test]
async fn nesting_without_end_is_refused() {
    let graph = Graph::new();
    for document in [
        "{ node ".repeat(50_000),
        format!("{{ courses(first: {}", "[".repeat(100_000)),
        format!("{{ courses(first: {}", "{a:".repeat(50_000)),
        format!("query ($a: {}Int{}) {{ courses(first: 1) }}", "[".repeat(20_000), "]".repeat(20_000)),
        "{ ... ".repeat(50_000),
    ] {
        let body = json!({ "query": document });
        let refused = graph.post(&body, &[]).await;
        assert!(
            refused.status.is_client_error() && refused.json().get("data").is_none(),
            "{document:.60}: {refused:?}"
        );
    }
}

/// ADV-79 (GHSA-733v-p3h5-qpq7): what an operation is called is no reason to let it pass.
#[tokio::test]
async fn limits_do_not_look_at_names() {
    let graph = Graph::new();
    let deep = format!("{{ {}id{} }}", "node {".repeat(16), "}".repeat(16));
    for name in ["__schema", "IntrospectionQuery", "__type", "_entities"] {
        assert_refused(&graph.query(&format!("query {name} {deep}")).await, 400, name);
    }
}
