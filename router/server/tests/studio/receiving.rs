//! Spans come from other processes, and traces go to other tools (OTLP/HTTP).

use http::{Method, Request};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{ask, assert_problem, remembering, token, told};
use crate::testkit::{Graph, TestReply};

async fn send(graph: &Graph, media_type: &str, encoding: Option<&str>, body: Vec<u8>) -> TestReply {
    let mut request = Request::post("/v1/traces").header("content-type", media_type);
    request = request.header("authorization", format!("Bearer {}", token(graph, "ops:read")));
    if let Some(encoding) = encoding {
        request = request.header("content-encoding", encoding);
    }
    let request = request.body(axum::body::Body::from(body)).unwrap();
    TestReply::read(graph.server.operations_router().oneshot(request).await.unwrap()).await
}

/// A trace that the router has kept, and the span of its fetch from `learning`.
async fn kept(graph: &Graph) -> (String, Value) {
    graph.query("query Courses { me { id courses } }").await;
    let id = told(graph, "/ops/traces").await["traces"][0]["traceId"].as_str().unwrap().to_owned();
    let trace = told(graph, &format!("/ops/traces/{id}")).await;
    let fetch = trace["spans"].as_array().unwrap().iter().find(|span| span["name"] == "fetch learning").unwrap();
    (id, fetch.clone())
}

fn request(trace: &str, parent: &Value, name: &str) -> Value {
    json!({ "resourceSpans": [{
        "resource": { "attributes": [{ "key": "service.name", "value": { "stringValue": "learning" } }] },
        "scopeSpans": [{ "spans": [{
            "traceId": trace, "spanId": "00f067aa0ba902b7", "parentSpanId": parent, "name": name, "kind": 2,
            "startTimeUnixNano": "1790000000000000000", "endTimeUnixNano": "1790000000000005000",
        }] }],
    }] })
}

#[tokio::test]
async fn spans_of_other_processes_join_the_trace_that_is_kept() {
    let graph = remembering(|_| {}).await;
    let (id, fetch) = kept(&graph).await;
    let body = request(&id, &fetch["id"], "courses").to_string();
    let reply = send(&graph, "application/json", None, body.into_bytes()).await;
    assert_eq!((reply.status.as_u16(), reply.json()), (200, json!({})));
    let trace = told(&graph, &format!("/ops/traces/{id}")).await;
    let spans = trace["spans"].as_array().unwrap();
    let joined = spans.iter().find(|span| span["service"] == "learning").unwrap();
    assert_eq!((&joined["name"], &joined["parent"]), (&json!("courses"), &fetch["id"]));
    assert!(joined["beginMs"].as_f64().unwrap() >= fetch["beginMs"].as_f64().unwrap(), "its clock was another");

    let unknown =
        request("4bf92f3577b34da6a3ce929d0e0e4736", &Value::Null, "nobody").to_string().replace("null", "\"\"");
    assert_eq!(send(&graph, "application/json", None, unknown.into_bytes()).await.status, 200);
    let found = ask(&graph, Method::GET, "/ops/traces/4bf92f3577b34da6a3ce929d0e0e4736", "ops:read", None).await;
    assert_eq!(found.status, 404, "its trace is not kept");
}

/// What one studio exports, a receiver of OTLP takes: another studio's.
#[tokio::test]
async fn an_exported_trace_is_taken_by_a_receiver() {
    let graph = remembering(|_| {}).await;
    let (id, _) = kept(&graph).await;
    let exported = ask(&graph, Method::GET, &format!("/ops/traces/{id}/otlp"), "ops:read", None).await;
    assert_eq!(exported.header("content-disposition"), format!("attachment; filename=\"trace-{id}.json\""));
    let spans = router_studio::otlp::from_json(&exported.body).unwrap();
    assert_eq!(spans.len(), told(&graph, &format!("/ops/traces/{id}")).await["spans"].as_array().unwrap().len());
    let body = exported.json();
    assert_eq!(body["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"], id);
    for (media_type, encoding, body) in [
        ("application/json; charset=utf-8", None, exported.body.to_vec()),
        ("application/x-protobuf", None, router_studio::otlp::to_protobuf(&spans)),
        ("application/x-protobuf", Some("gzip"), gzip(&router_studio::otlp::to_protobuf(&spans))),
    ] {
        assert_eq!(send(&graph, media_type, encoding, body).await.status, 200, "{media_type}");
    }
    let again = told(&graph, &format!("/ops/traces/{id}")).await;
    assert_eq!(again["spans"].as_array().unwrap().len(), spans.len(), "what is known already is not told twice");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn what_is_no_request_of_otlp_is_refused() {
    let graph = remembering(|_| {}).await;
    for (media_type, encoding, body, status) in [
        ("text/plain", None, b"{}".to_vec(), 415),
        ("application/json", Some("br"), b"{}".to_vec(), 415),
        ("application/json", None, b"{".to_vec(), 400),
        ("application/x-protobuf", None, b"nonsense".to_vec(), 400),
        ("application/json", Some("gzip"), b"nonsense".to_vec(), 400),
        ("application/json", None, vec![b' '; 5 * 1024 * 1024], 413),
        ("application/json", Some("gzip"), gzip(&vec![b' '; 8 * 1024 * 1024]), 413),
    ] {
        assert_problem(&send(&graph, media_type, encoding, body).await, status);
    }
}
