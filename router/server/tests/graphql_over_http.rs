//! Conformance to GraphQL over HTTP: the 61 audits of the npm package graphql-http, each as one request and what it must
//! get.

use http::{Request, StatusCode};
use router_server::configuration::StatusRules;
use serde_json::{Value, json};

use crate::testkit::{Graph, TestReply};

const GRAPHQL: &str = "application/graphql-response+json";
const JSON: &str = "application/json";
const TYPENAME: &str = "{ __typename }";
const BY_NAME: &str = "query Type($name: String!) { __type(name: $name) { name } }";

/// What an audit asks of a reply.
#[derive(Debug, Clone, Copy)]
enum Expected {
    Status(u16),
    /// The status, and no `errors`.
    Success,
    /// The status, and no `data`.
    NoData,
    MediaType(&'static str),
    Between(u16, u16),
}

struct Audit {
    id: String,
    accept: Option<&'static str>,
    /// `None`: a `GET` of `target`.
    body: Option<String>,
    content_type: Option<&'static str>,
    target: String,
    expected: Expected,
}

fn post(id: impl Into<String>, accept: Option<&'static str>, body: &Value, expected: Expected) -> Audit {
    raw(id, accept, body.to_string(), expected)
}

fn raw(id: impl Into<String>, accept: Option<&'static str>, body: String, expected: Expected) -> Audit {
    let target = "/graphql".to_owned();
    Audit { id: id.into(), accept, body: Some(body), content_type: Some(JSON), target, expected }
}

fn get(id: &str, accept: Option<&'static str>, query: &str, expected: Expected) -> Audit {
    let target = format!("/graphql?{query}");
    Audit { id: id.into(), accept, body: None, content_type: None, target, expected }
}

fn audits() -> Vec<Audit> {
    use Expected::{Between, MediaType, NoData, Status, Success};
    let typename = json!({ "query": TYPENAME });
    let emoji = json!({ "query": "{ __type(name: \"Run🏃Swim🏊\") { name } }" });
    let named = json!({ "query": "query Query { __typename }", "operationName": "Query" });
    let map = json!({ "query": BY_NAME, "variables": { "name": "sometype" } });
    let extended = json!({ "query": TYPENAME, "extensions": { "some": "value" } });
    let broken = || "{ \"not a JSON".to_owned();
    let unparsable = json!({ "query": "{" });
    let invalid = json!({ "query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }" });
    let uncoercible = json!({ "query": "query CoerceFailure($id: ID!) { __typename }", "variables": { "id": null } });
    let by_name = "query=query+Type(%24name%3A+String!)+%7B+__type(name%3A+%24name)+%7B+name+%7D+%7D&variables=%7B%22name%22%3A%22sometype%22%7D";
    let mut audits = vec![
        post("22EB", Some(GRAPHQL), &typename, MediaType(GRAPHQL)),
        post("4655", Some(JSON), &typename, MediaType(JSON)),
        post("47DE", Some("*/*"), &typename, MediaType(JSON)),
        post("80D8", None, &typename, MediaType(JSON)),
        post("82A3", None, &typename, Status(200)),
        Audit { content_type: Some("application/json; charset=utf-8"), ..post("BF61", None, &emoji, Status(200)) },
        post("78D5", None, &typename, Status(200)),
        post("2C94", None, &typename, Status(200)),
        get("5A70", None, "query=%7B+__typename+%7D", Status(200)),
        get("9C48", Some(GRAPHQL), "query=mutation+%7B+__typename+%7D", Between(400, 499)),
        Audit { content_type: Some("text/plain;charset=UTF-8"), ..post("9ABE", None, &typename, Between(400, 499)) },
        post("03D4", None, &typename, Status(200)),
        raw("A5BF", None, String::new(), Status(400)),
        post("423L", Some(GRAPHQL), &json!({ "notquery": TYPENAME }), Status(400)),
        post("34A2", Some(GRAPHQL), &typename, Status(200)),
        post("13EE", Some(JSON), &typename, Success),
        post("8161", Some(GRAPHQL), &named, Status(200)),
        post("B8B3", Some(JSON), &named, Success),
        post("2EA1", Some(GRAPHQL), &map, Status(200)),
        post("28B9", Some(JSON), &map, Success),
        get("D6D5", Some(GRAPHQL), by_name, Success),
        get("6A70", Some(JSON), by_name, Success),
        post("428F", Some(GRAPHQL), &extended, Status(200)),
        post("1B7A", Some(JSON), &extended, Success),
        raw("B6DC", Some(JSON), broken(), Between(200, 599)),
        raw("BCF8", Some(JSON), broken(), Status(400)),
        raw("B7N8", Some(GRAPHQL), broken(), Status(400)),
        post("8764", None, &json!({ "qeury": TYPENAME }), Between(400, 599)),
        post("3E3A", None, &json!({ "qeury": TYPENAME }), Status(400)),
        post("572B", Some(JSON), &unparsable, Status(200)),
        post("FDE2", Some(JSON), &invalid, Status(200)),
        post("7B9B", Some(JSON), &uncoercible, Status(200)),
        post("865D", Some(GRAPHQL), &unparsable, Between(400, 599)),
        post("556A", Some(GRAPHQL), &unparsable, Status(400)),
        post("D586", Some(GRAPHQL), &unparsable, NoData),
        post("51FE", Some(GRAPHQL), &invalid, Between(400, 599)),
        post("74FF", Some(GRAPHQL), &invalid, Status(400)),
        post("5E5B", Some(GRAPHQL), &invalid, NoData),
        post("86EE", Some(GRAPHQL), &uncoercible, Status(400)),
    ];
    let not_text = [json!({ "obj": "ect" }), json!(0), json!(false), json!(["array"])];
    let not_map = [json!("string"), json!(0), json!(false), json!(["array"])];
    for (index, (text, map)) in not_text.iter().zip(&not_map).enumerate() {
        audits.push(post(format!("LKJ{index}"), None, &json!({ "query": text }), Status(400)));
        let named = json!({ "query": TYPENAME, "operationName": text });
        audits.push(post(format!("6C0{index}"), None, &named, Status(400)));
        audits.push(post(format!("476{index}"), None, &json!({ "query": TYPENAME, "variables": map }), Status(400)));
        audits.push(post(format!("58B{index}"), None, &json!({ "query": TYPENAME, "extensions": map }), Status(400)));
    }
    for (index, parameter) in ["variables", "operationName", "extensions"].into_iter().enumerate() {
        let with_null = json!({ "query": TYPENAME, parameter: null });
        audits.push(post(format!("94B{index}"), Some(GRAPHQL), &with_null, Success));
        audits.push(post(format!("022{index}"), Some(JSON), &with_null, Success));
    }
    audits
}

async fn send(graph: &Graph, audit: &Audit) -> TestReply {
    let method = if audit.body.is_some() { "POST" } else { "GET" };
    let mut request = Request::builder().method(method).uri(&audit.target);
    if let Some(accept) = audit.accept {
        request = request.header("accept", accept);
    }
    if let Some(content_type) = audit.content_type {
        request = request.header("content-type", content_type);
    }
    graph.send(request.body(audit.body.clone().unwrap_or_default().into()).unwrap()).await
}

/// GOH-22EB to GOH-86EE
#[tokio::test]
async fn all_sixty_one_audits_are_passed() {
    let graph = Graph::new();
    let audits = audits();
    assert_eq!(audits.len(), 61);
    for audit in &audits {
        let reply = send(&graph, audit).await;
        let status = reply.status.as_u16();
        let passed = match audit.expected {
            Expected::Status(expected) => status == expected,
            Expected::Success => status == 200 && reply.json().get("errors").is_none(),
            Expected::NoData => reply.json().get("data").is_none(),
            Expected::MediaType(expected) => status == 200 && reply.header("content-type").contains(expected),
            Expected::Between(least, most) => (least..=most).contains(&status),
        };
        assert!(passed, "{}: expected {:?}, got {reply:?}", audit.id, audit.expected);
        // HX-29
        assert!(reply.header("content-type").ends_with("; charset=utf-8"), "{}: {reply:?}", audit.id);
    }
}

/// HX-02, HX-04, HX-06: the draft's statuses, for both media types.
#[tokio::test]
async fn the_drafts_status_rules_can_be_chosen() {
    let graph = Graph::builder().settings(|settings| settings.admission.status_rules = StatusRules::Draft2026).build();
    for accept in [GRAPHQL, JSON] {
        for (body, expected) in [
            (json!({ "query": "{" }), 400),
            (json!({ "query": 7 }), 422),
            (json!({ "query": "{ nonsense }" }), 422),
            (json!({ "query": "{ a: __typename }", "operationName": "Other" }), 422),
            (json!({ "query": TYPENAME }), 200),
        ] {
            let reply = send(&graph, &post("", Some(accept), &body, Expected::Status(expected))).await;
            assert_eq!(reply.status.as_u16(), expected, "{accept} {body}");
        }
    }
    graph.learning.answer(|_| Err(router_execution::TransportError::Unavailable("gone".to_owned())));
    let partial = graph.query("{ me { name } courses(first: 1) }").await;
    assert_eq!((partial.status.as_u16(), &partial.json()["data"]["me"]["name"]), (294, &json!("Lee")));
}

/// HX-30
#[tokio::test]
async fn keys_stand_in_the_order_of_the_document() {
    let graph = Graph::new();
    let reply = graph.query("{ z: __typename courses(first: 1) a: __typename me { name id } }").await;
    assert_eq!(reply.body, r#"{"data":{"z":"Query","courses":["Rust"],"a":"Query","me":{"name":"Lee","id":"usr_1"}}}"#);
    assert_eq!(reply.status, StatusCode::OK);
}

/// HX-23
#[tokio::test]
async fn unknown_members_are_ignored() {
    let graph = Graph::new();
    let body = json!({ "query": TYPENAME, "identifier": 7, "extensions": { "unknown": [] } });
    assert_eq!(graph.post(&body, &[]).await.json(), json!({ "data": { "__typename": "Query" } }));
}

/// HX-26
#[tokio::test]
async fn text_beyond_the_basic_plane_goes_through_and_broken_text_is_refused() {
    let graph = Graph::new();
    let headers = [("content-type", JSON)];
    let escaped = r#"{"query":"{ a: __type(name: \"\ud83c\udfc3\") { name } }"}"#;
    assert_eq!(graph.request("POST", "/graphql", &headers, escaped).await.status, StatusCode::OK);
    for broken in [r#"{"query":"{ __typename } # \ud83c"}"#, "\u{feff}{\"query\":\"{ __typename }\"}"] {
        let reply = graph.request("POST", "/graphql", &headers, broken).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{broken}: {reply:?}");
    }
    let marked = graph.request("POST", "/graphql", &headers, "\u{feff}{\"query\":\"{ __typename }\"}").await;
    assert!(marked.message().contains("byte order mark"), "{marked:?}");
    let encoded = "/graphql?query=%7B%20a%3A%20__type(name%3A%20%22%F0%9F%8F%83%22)%20%7B%20name%20%7D%20%7D";
    assert_eq!(graph.request("GET", encoded, &[], "").await.status, StatusCode::OK);
}

/// HX-03, HX-04, HX-09: what was not executed has no data and no status of success.
#[tokio::test]
async fn a_request_that_is_not_executed_has_no_data() {
    let graph = Graph::new();
    for query in ["{ me {", "{ nonsense }", "query A { me { id } } query B { me { id } }"] {
        let body = json!({ "query": query }).to_string();
        let headers = [("content-type", JSON), ("accept", GRAPHQL)];
        let reply = graph.request("POST", "/graphql", &headers, &body).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{query}: {reply:?}");
        assert!(reply.header("content-type").starts_with(GRAPHQL), "{reply:?}");
        assert!(reply.json().get("data").is_none() && reply.json()["errors"].is_array(), "{reply:?}");
    }
    assert_eq!(graph.executed(), 0);
}

/// HX-07, HX-08: what was executed has a status of success, whether some of it is null or all of it.
#[tokio::test]
async fn an_execution_with_errors_has_data_and_a_status_of_success() {
    let graph = Graph::new();
    graph.learning.answer(|_| Err(router_execution::TransportError::Unavailable("gone".to_owned())));
    let headers = [("content-type", JSON), ("accept", GRAPHQL)];
    let ask = |query: &str| json!({ "query": query }).to_string();
    let partial = graph.request("POST", "/graphql", &headers, &ask("{ me { name } courses(first: 1) }")).await;
    assert_eq!(
        (partial.status, &partial.json()["data"]),
        (StatusCode::OK, &json!({ "me": { "name": "Lee" }, "courses": null }))
    );
    assert_eq!(partial.json()["errors"][0]["path"], json!(["courses"]));

    graph
        .identity
        .answer(|_| crate::testkit::reply(200, &json!({ "data": { "me": { "__typename": "User", "id": null } } })));
    let nothing = graph.request("POST", "/graphql", &headers, &ask("{ me { id } }")).await;
    assert_eq!((nothing.status, &nothing.json()["data"]), (StatusCode::OK, &json!({ "me": null })));
    assert!(nothing.header("content-type").starts_with(GRAPHQL));
    assert_eq!(nothing.json()["errors"].as_array().map(Vec::len), Some(1), "{nothing:?}");
}
