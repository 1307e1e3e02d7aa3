//! The spans of a request: what hangs below what, and what it is called.

use bytes::Bytes;
use http::Response;
use router_execution::TransportError;
use router_server::configuration::{BatchingSettings, PassThroughRoute};
use serde_json::json;
use telemetry::{SpanKind, SpanStatus};

use super::{Watched, names, text, told, until, watched};
use crate::testkit::{Graph, reply};

#[tokio::test]
async fn a_federated_request_is_one_tree_down_to_what_subgraphs_are_told() {
    let it = Watched::new(|_| {});
    let query = "query Mine { me { name courses } }";
    let answered = it.graph.post(&json!({ "query": query }), &[("x-correlation-id", "flow-1")]).await;
    assert_eq!(answered.status, 200);

    let root = it.span("query Mine");
    assert_eq!((root.kind, root.parent, &*root.service), (SpanKind::Server, None, "router"));
    assert_eq!(root.status, SpanStatus::Unset);
    assert_eq!(root.trace_id.to_string(), answered.header("x-trace-id"));
    let expected = [
        ("http.request.method", "POST"),
        ("http.route", "/graphql"),
        ("http.response.status_code", "200"),
        ("graphql.operation.type", "query"),
        ("graphql.operation.name", "Mine"),
        ("lyceum.correlation_id", "flow-1"),
        ("lyceum.cache", "uncacheable"),
    ];
    for (attribute, value) in expected {
        assert_eq!(text(&root, attribute), value, "{attribute}");
    }
    assert_eq!(text(&root, "http.response.body.size"), answered.body.len().to_string());
    assert!(root.attribute("graphql.document").is_none() && root.attribute("error.type").is_none());
    for stage in ["admission", "identity", "operation", "authorization", "execution", "projection"] {
        let span = it.span(stage);
        assert_eq!((span.parent, span.kind), (Some(root.id), SpanKind::Internal), "{stage}");
        assert!(root.begin_unix_ns <= span.begin_unix_ns && span.end_unix_ns <= root.end_unix_ns, "{stage}");
    }
    let execution = it.span("execution");
    for (name, subgraph, entities) in
        [("identity", &it.graph.identity, None), ("learning", &it.graph.learning, Some(1))]
    {
        let fetch = it.span(&format!("fetch {name}"));
        assert_eq!((fetch.parent, fetch.kind), (Some(execution.id), SpanKind::Client));
        let [trace, span, flags] = told(&subgraph.requests("/graphql")[0]);
        assert_eq!((trace, span, flags.as_str()), (root.trace_id.to_string(), fetch.id.to_string(), "01"));
        assert_eq!(fetch.attribute("lyceum.fetch.entities"), entities.map(telemetry::Value::Integer).as_ref());
        assert_eq!(
            (text(&fetch, "server.address"), text(&fetch, "server.port")),
            (format!("{name}.invalid"), "80".to_owned())
        );
        assert_eq!(
            (text(&fetch, "http.request.method"), text(&fetch, "url.path")),
            ("POST".to_owned(), "/graphql".to_owned())
        );
        assert_eq!(
            (text(&fetch, "http.response.status_code"), text(&fetch, "lyceum.fetch.outcome")),
            ("200".to_owned(), "answered".to_owned())
        );
    }
    assert_eq!(it.spans().len(), 9, "{:?}", names(&it.spans()));
}

/// Feature 10: an error of this side is one on its span, and on that of the subgraph that it is of.
#[tokio::test]
async fn failures_are_errors_and_faults_of_clients_are_none() {
    let it = Watched::new(|_| {});
    it.graph.learning.answer(|_| Err(TransportError::Unavailable("10.0.0.7 refused".to_owned())));
    it.graph.query("{ me { name courses } }").await;
    let (root, fetch) = (it.span("query"), it.span("fetch learning"));
    assert_eq!(root.status, SpanStatus::Error("SUBGRAPH_UNAVAILABLE".into()));
    assert_eq!(fetch.status, SpanStatus::Error("SUBGRAPH_UNAVAILABLE".into()));
    assert_eq!(
        (text(&root, "error.type"), it.span("fetch identity").status),
        ("SUBGRAPH_UNAVAILABLE".to_owned(), SpanStatus::Unset)
    );
    assert_eq!(root.events[0].name, "graphql.error");
    assert!(!format!("{:?}", it.spans()).contains("10.0.0.7"));

    for (query, status) in [("{ nonsense }", "400"), ("{ me", "400")] {
        let it = Watched::new(|_| {});
        it.graph.query(query).await;
        // Nothing is known of the operation, and its name could be anything.
        let root = it.span("POST /graphql");
        assert_eq!(
            (text(&root, "http.response.status_code"), root.status),
            (status.to_owned(), SpanStatus::Unset),
            "{query}"
        );
        assert_eq!(root.events[0].attributes[0].1, "BAD_USER_INPUT".into());
    }

    let it = Watched::new(|_| {});
    it.graph.identity.answer(|_| {
        let errors = json!([{ "message": "no", "extensions": { "code": "FORBIDDEN" } }]);
        reply(200, &json!({ "data": null, "errors": errors }))
    });
    it.graph.query("{ me { name } }").await;
    assert_eq!((it.span("query").status, it.span("fetch identity").status), (SpanStatus::Unset, SpanStatus::Unset));
    assert_eq!(text(&it.span("fetch identity"), "lyceum.fetch.outcome"), "errors");
}

/// Feature 10: names of spans are few, whatever clients call their operations.
#[tokio::test]
async fn no_client_makes_up_names_of_spans_without_end() {
    let it = Watched::new(|settings| settings.telemetry.sampling.traces_per_second_max = 1_000_000);
    for number in 0..600 {
        it.graph.query(&format!("query N{number} {{ __typename }}")).await;
    }
    let spans = it.spans();
    let mut found: Vec<&str> = names(&spans).into_iter().filter(|name| name.starts_with("query")).collect();
    found.sort_unstable();
    found.dedup();
    assert_eq!(found.len(), 501);
    assert_eq!(found[0], "query");
}

#[tokio::test]
async fn nothing_that_people_write_is_recorded() {
    let it = Watched::new(|settings| settings.telemetry.tracing.documents = true);
    let document = "mutation($name: String!) { rename(name: $name) { name } again: rename(name: \"hunter2\") { id } }";
    let headers = [("authorization", "Bearer hunter2"), ("cookie", "hunter2=1")];
    it.graph.post(&json!({ "query": document, "variables": { "name": "hunter2" } }), &headers).await;
    let token = format!("Bearer {}", it.graph.token());
    let headers = [("authorization", token.as_str()), ("cookie", "hunter2=1"), ("user-agent", "hunter2")];
    it.graph.post(&json!({ "query": document, "variables": { "name": "hunter2" } }), &headers).await;
    let all = format!("{:?} {:?}", it.spans(), it.requests());
    assert!(!all.contains("hunter2"), "{all}");
    assert!(text(&it.span("mutation"), "graphql.document").contains("rename(name: \"\")"));
}

/// OW-15
#[tokio::test]
async fn operations_of_a_list_are_spans_below_it() {
    let it = Watched::new(|settings| settings.batching = BatchingSettings { enabled: true, operations_max: 10 });
    let list = json!([{ "query": "query A { me { name } }" }, { "query": "{ nonsense }" }, { "query": "query B { courses(first: 1) }" }]);
    it.graph.post(&list, &[]).await;
    let root = it.span("POST /graphql");
    assert_eq!(text(&root, "lyceum.operations"), "3");
    for (name, fetch) in [("query A", "fetch identity"), ("query B", "fetch learning")] {
        let operation = it.span(name);
        assert_eq!((operation.parent, operation.kind), (Some(root.id), SpanKind::Internal));
        let execution = it.span(fetch).parent;
        let parts = it.spans().into_iter().filter(|span| span.parent == Some(operation.id)).collect::<Vec<_>>();
        assert_eq!(names(&parts), ["operation", "authorization", "execution"]);
        assert_eq!(parts.last().map(|span| span.id), execution);
    }
    let told: Vec<_> = it.requests().into_iter().map(|(request, _)| request).collect();
    assert_eq!(told.len(), 3);
    assert_eq!(told[1].errors.iter().map(|code| &**code).collect::<Vec<_>>(), ["BAD_USER_INPUT"]);
    assert_eq!((told[0].fetches.len(), told[1].fetches.len(), told[2].fetches.len()), (1, 0, 1));
}

const STREAMING: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { me: User }
type Subscription { renamed: User }
type User @key(fields: "id") { id: ID! name: String }
"#;
const LISTING: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { courses: [String!] }
type User @key(fields: "id") { id: ID! courses: [String!] }
"#;

#[tokio::test]
async fn each_event_of_a_subscription_is_a_span_below_its_stream() {
    let it = watched(Graph::builder().schemas(STREAMING, LISTING), |_| {});
    it.graph.identity.answer(|_| {
        let event = json!({ "data": { "renamed": { "__typename": "User", "id": "usr_1", "name": "Lee" } } });
        let events = format!("event: next\ndata: {event}\n\n").repeat(2);
        let reply = Response::builder().header("content-type", "text/event-stream");
        Ok(reply.body(Bytes::from(format!("{events}event: complete\ndata:\n\n"))).unwrap())
    });
    let body = json!({ "query": "subscription Names { renamed { name courses } }" }).to_string();
    let headers = [("content-type", "application/json"), ("accept", "text/event-stream")];
    it.graph.request("POST", "/graphql", &headers, &body).await;
    until(|| it.spans().iter().any(|span| span.name == "stream")).await;

    let (root, stream) = (it.span("subscription Names"), it.span("stream"));
    assert_eq!((stream.parent, text(&stream, "lyceum.stream.events")), (Some(root.id), "2".to_owned()));
    assert_eq!(it.span("fetch identity").parent, Some(it.span("execution").id));
    let spans = it.spans();
    let events: Vec<_> = spans.iter().filter(|span| span.name == "subscription event").collect();
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|event| event.parent == Some(stream.id) && event.trace_id == root.trace_id));
    let fetches: Vec<_> = spans.iter().filter(|span| span.name == "fetch learning").collect();
    assert_eq!(fetches.iter().map(|fetch| fetch.parent).collect::<Vec<_>>(), [Some(events[0].id), Some(events[1].id)]);
    assert_eq!(it.requests().len(), 1, "events are no requests");
}

#[tokio::test]
async fn what_is_passed_through_is_a_request_and_what_it_leads_to() {
    let it = Watched::new(|settings| settings.pass_through = vec![PassThroughRoute::new("/auth/v1", "identity")]);
    let headers = [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"), ("b3", "0")];
    it.graph.request("PUT", "/auth/v1/password/hunter2", &headers, "{}").await;
    let (root, fetch) = (it.span("PUT /auth/v1"), it.span("fetch identity"));
    assert_eq!(root.parent.map(|parent| parent.to_string()).as_deref(), Some("00f067aa0ba902b7"));
    assert_eq!((fetch.parent, text(&fetch, "http.request.method")), (Some(root.id), "PUT".to_owned()));
    let onward = it.graph.identity.requests("/auth/v1/password/hunter2").remove(0);
    assert_eq!(told(&onward), ["4bf92f3577b34da6a3ce929d0e0e4736", &fetch.id.to_string(), "01"]);
    assert!(!onward.headers().contains_key("b3"));
    assert!(!format!("{:?}", it.spans()).contains("hunter2"), "a path may name somebody");
}
