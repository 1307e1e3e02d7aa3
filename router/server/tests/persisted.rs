//! Operations that are asked for by their ids, and endpoints where nothing else is executed (PQ, domain P8 and 4.4).

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use router_registry::{ClientName, FolderStore, RegisteredOperation, RegistryStore, id_of_text};
use router_server::Registry;
use router_server::configuration::{EndpointOperations, EndpointSettings, OperationMode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::testkit::{Graph, GraphBuilder, Issuer, TestReply};

const ME: &str = "query Me { me { name } }";
const COURSES: &str = "query Courses($first: Int!) { courses(first: $first) }";
const RENAME: &str = "mutation Rename { rename(name: \"Kim\") { id } }";

/// What these tests register, and where.
struct Registered {
    store: FolderStore,
    registry: Arc<Registry>,
    folder: tempfile::TempDir,
}

impl Registered {
    /// `me`, `courses` and `rename` are everybody's; `acme`'s only one is `me`.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::new(folder.path());
        publish(&store, "public", &[("me", ME), ("courses", COURSES), ("rename", RENAME)]).await;
        publish(&store, "acme", &[("acme-me", ME)]).await;
        publish(&store, "globex", &[("acme-me", COURSES)]).await;
        let registry = Arc::new(Registry::open(Arc::new(store.clone())).await.unwrap());
        Self { store, registry, folder }
    }

    fn graph(&self, operations: EndpointOperations) -> GraphBuilder {
        Graph::builder().registry(Arc::clone(&self.registry)).settings(|settings| {
            settings.endpoints = vec![EndpointSettings { operations, ..EndpointSettings::new("/graphql") }];
        })
    }
}

async fn publish(store: &FolderStore, client: &str, operations: &[(&str, &str)]) {
    let operations =
        operations.iter().map(|(id, text)| RegisteredOperation { id: (*id).into(), name: None, text: (*text).into() });
    store.publish(&ClientName::parse(client).unwrap(), operations.collect()).await.unwrap();
}

fn mode(mode: OperationMode) -> EndpointOperations {
    EndpointOperations { mode, ..EndpointOperations::default() }
}

fn hashed(text: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": id_of_text(text) } })
}

fn refused(reply: &TestReply) -> (u16, String) {
    assert!(reply.json().get("data").is_none(), "{reply:?}");
    (reply.status.as_u16(), reply.code())
}

fn not_found() -> (u16, String) {
    (404, "PERSISTED_QUERY_NOT_FOUND".to_owned())
}

fn only_registered() -> (u16, String) {
    (400, "PERSISTED_QUERY_ONLY".to_owned())
}

fn bad_input() -> (u16, String) {
    (400, "BAD_USER_INPUT".to_owned())
}

/// Features "persisted": by each of the names and methods that clients use, in every mode.
#[tokio::test]
async fn a_registered_operation_is_asked_for_by_its_id() {
    let registered = Registered::new().await;
    for mode_now in [OperationMode::Any, OperationMode::Automatic, OperationMode::LogUnknown, OperationMode::Registered]
    {
        let graph = registered.graph(mode(mode_now)).build();
        let expected = json!({ "data": { "me": { "name": "Lee" } } });
        for body in [json!({ "id": "me" }), json!({ "documentId": "me" }), json!({ "id": "me", "query": ME })] {
            assert_eq!(graph.post(&body, &[]).await.json(), expected, "{mode_now:?} {body}");
        }
        for target in ["/graphql?id=me", "/graphql?documentId=me&operationName=Me"] {
            assert_eq!(graph.request("GET", target, &[], "").await.json(), expected, "{mode_now:?} {target}");
        }
        let courses = graph.request("GET", "/graphql?id=courses&variables=%7B%22first%22:1%7D", &[], "").await;
        assert_eq!(courses.json()["data"], json!({ "courses": ["Rust"] }), "{courses:?}");
    }
}

/// The 405 rule stays: a page's link executes no mutation, registered or not.
#[tokio::test]
async fn a_registered_mutation_is_not_executed_by_get() {
    let registered = Registered::new().await;
    let graph = registered.graph(mode(OperationMode::Registered)).build();
    let got = graph.request("GET", "/graphql?id=rename", &[], "").await;
    assert_eq!((got.status, got.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"));
    assert_eq!(graph.executed(), 0);
    graph.post(&json!({ "id": "rename" }), &[]).await;
    assert_eq!(graph.executed(), 1);
}

/// PQ-01: 404, or 200 for readers of `application/json`; the same answer whatever the id, and nothing is executed.
#[tokio::test]
async fn an_unknown_id_is_not_found() {
    let registered = Registered::new().await;
    for mode_now in [OperationMode::Any, OperationMode::Automatic, OperationMode::LogUnknown, OperationMode::Registered]
    {
        let graph = registered.graph(mode(mode_now)).build();
        for body in [json!({ "id": "mee" }), json!({ "documentId": "acme-me" }), json!({ "extensions": hashed(ME) })] {
            let reply = graph.post(&body, &[]).await;
            assert_eq!((refused(&reply), reply.message().as_str()), (not_found(), "PersistedQueryNotFound"), "{body}");
            assert_eq!(reply.header("cache-control"), "no-store");
        }
        let legacy = [("accept", "application/json")];
        let got = graph.request("GET", "/graphql?id=mee", &legacy, "").await;
        assert_eq!((got.status, got.code().as_str()), (StatusCode::OK, "PERSISTED_QUERY_NOT_FOUND"));
        assert_eq!(graph.executed(), 0);
        // With its text it is a text like any other: there are clients with an id for every request.
        let both = graph.post(&json!({ "id": "request-7", "query": ME }), &[]).await;
        assert_eq!(both.json()["data"]["me"]["name"], "Lee", "{mode_now:?}");
    }
}

/// PQ-02: the wrong pair is refused, and not kept.
#[tokio::test]
async fn a_text_that_is_not_the_ids_is_refused() {
    let registered = Registered::new().await;
    for mode_now in [OperationMode::Any, OperationMode::Automatic, OperationMode::Registered] {
        let graph = registered.graph(mode(mode_now)).build();
        let other = "{ courses(first: 9) }";
        for body in [json!({ "id": "me", "query": other }), json!({ "extensions": hashed(ME), "query": other })] {
            assert_eq!(refused(&graph.post(&body, &[]).await), bad_input(), "{mode_now:?} {body}");
        }
        assert_eq!(refused(&graph.post(&json!({ "extensions": hashed(ME) }), &[]).await), not_found());
        assert_eq!(graph.executed(), 0);
    }
}

/// PQ-03: what can be no id is refused before anything is looked up, in the same words whatever it is.
#[tokio::test]
async fn what_can_be_no_id_is_refused() {
    let registered = Registered::new().await;
    let graph = registered.graph(mode(OperationMode::Automatic)).build();
    let hash = id_of_text(ME);
    let long = "a".repeat(1024 * 1024);
    for id in ["", " me", "me\n", "mé", "\u{0}", &long[..129], &long] {
        let reply = graph.post(&json!({ "id": id }), &[]).await;
        if reply.status != StatusCode::PAYLOAD_TOO_LARGE {
            assert_eq!(refused(&reply), bad_input());
            assert!(reply.message().starts_with("\"id\" must be a string of 1 to 128"), "{reply:?}");
        }
    }
    for id in [json!(1), json!(["me"]), json!({ "id": "me" }), json!(true)] {
        assert_eq!(refused(&graph.post(&json!({ "documentId": id }), &[]).await), bad_input());
    }
    // Ids that look like paths and keys are only ids: nobody has registered them.
    for id in ["../public", "../../etc/passwd", "public.json", "*", "registered:public", "%2e%2e%2fpublic"] {
        assert_eq!(refused(&graph.post(&json!({ "id": id }), &[]).await), not_found(), "{id}");
    }
    for sha256 in [&hash.to_uppercase(), &hash[1..], &format!("{hash}0"), "../me", "", &"g".repeat(64)] {
        let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": sha256 } });
        assert_eq!(refused(&graph.post(&json!({ "extensions": extensions, "query": ME }), &[]).await), bad_input());
    }
    for persisted in
        [json!({}), json!({ "sha256Hash": hash }), json!({ "version": 2, "sha256Hash": hash }), json!("me")]
    {
        let body = json!({ "extensions": { "persistedQuery": persisted } });
        assert_eq!(refused(&graph.post(&body, &[]).await), bad_input(), "{body}");
    }
    for twice in [
        json!({ "id": "me", "documentId": "me" }),
        json!({ "id": "me", "extensions": hashed(ME) }),
        json!({ "documentId": "me", "extensions": hashed(ME) }),
    ] {
        assert_eq!(refused(&graph.post(&twice, &[]).await), bad_input(), "{twice}");
    }
    assert_eq!(graph.executed(), 0);
}

/// Automatic persisted queries, as Apollo's clients have them.
#[tokio::test]
async fn a_document_with_its_hash_can_be_asked_for_by_it() {
    let registered = Registered::new().await;
    let graph = registered.graph(mode(OperationMode::Automatic)).build();
    let text = "{ me { id name } }";
    let by_hash = json!({ "extensions": hashed(text) });
    assert_eq!(refused(&graph.post(&by_hash, &[]).await), not_found());
    let first = graph.post(&json!({ "query": text, "extensions": hashed(text) }), &[]).await;
    assert_eq!(first.json()["data"]["me"]["name"], "Lee", "{first:?}");
    assert_eq!(graph.post(&by_hash, &[]).await.json(), first.json());
    let extensions =
        format!("%7B%22persistedQuery%22:%7B%22version%22:1,%22sha256Hash%22:%22{}%22%7D%7D", id_of_text(text));
    let got = graph.request("GET", &format!("/graphql?extensions={extensions}"), &[], "").await;
    assert_eq!(got.json(), first.json());
    // PQ-12: nothing of it may be kept by others.
    assert_eq!((got.header("cache-control"), got.header("vary")), ("no-store", "accept, authorization"));
}

/// A client that tries automatic persisted queries is served elsewhere, too; but nothing is kept.
#[tokio::test]
async fn elsewhere_a_hash_is_checked_and_not_kept() {
    let registered = Registered::new().await;
    let graph = registered.graph(mode(OperationMode::Any)).build();
    let both = json!({ "query": ME, "extensions": hashed(ME) });
    assert_eq!(graph.post(&both, &[]).await.json()["data"]["me"]["name"], "Lee");
    assert_eq!(refused(&graph.post(&json!({ "extensions": hashed(ME) }), &[]).await), not_found());
}

/// PQ-04: what exceeds a limit or is not valid is refused as ever, and not kept; a bad token registers nothing.
#[tokio::test]
async fn what_is_refused_is_not_registered() {
    let registered = Registered::new().await;
    let graph = registered.graph(mode(OperationMode::Automatic)).settings(|settings| {
        settings.operations.limits.depth_max = 3;
    });
    let graph = graph.build();
    for text in
        ["{ node { node { node { id } } } }", "{ nothing }", "{ me", "query A { me { id } } query B { me { id } }"]
    {
        let reply = graph.post(&json!({ "query": text, "extensions": hashed(text) }), &[]).await;
        assert!(reply.json().get("data").is_none(), "{reply:?}");
        assert_eq!(refused(&graph.post(&json!({ "extensions": hashed(text) }), &[]).await), not_found(), "{text}");
    }
    let bad = [("authorization", "Bearer nonsense")];
    let body = json!({ "query": ME, "extensions": hashed(ME) });
    assert_eq!(graph.post(&body, &bad).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused(&graph.post(&json!({ "extensions": hashed(ME) }), &[]).await), not_found());
}

/// PQ-05, PQ-08: a text must be registered byte for byte, on every way in.
#[tokio::test]
async fn a_text_that_is_not_registered_is_refused_on_every_way() {
    let registered = Registered::new().await;
    let graph = registered.graph(mode(OperationMode::Registered)).build();
    assert_eq!(graph.query(ME).await.json()["data"]["me"]["name"], "Lee");
    let executed = graph.executed();
    let streams = ["text/event-stream", "multipart/mixed;subscriptionSpec=1.0"];
    for text in ["{ me { name } }", "query Me { me { name }}", "query Me { me { name } } # x", "{ __typename }"] {
        assert_eq!(refused(&graph.query(text).await), only_registered(), "{text}");
        for both in [json!({ "query": text, "extensions": hashed(text) }), json!({ "query": text, "id": "mee" })] {
            assert_eq!(refused(&graph.post(&both, &[]).await), only_registered());
        }
        let encoded = text.replace(' ', "%20").replace('{', "%7B").replace('}', "%7D").replace('#', "%23");
        let got = graph.request("GET", &format!("/graphql?query={encoded}"), &[], "").await;
        assert_eq!(got.code(), "PERSISTED_QUERY_ONLY");
        for stream in streams {
            let headers = [("content-type", "application/json"), ("accept", stream)];
            let streamed = graph.request("POST", "/graphql", &headers, &json!({ "query": text }).to_string()).await;
            let told = String::from_utf8(streamed.body.to_vec()).unwrap();
            assert!(told.contains("PERSISTED_QUERY_ONLY") && !told.contains("\"data\""), "{told}");
        }
        let batch = graph.post(&json!([{ "query": text }, { "id": "me" }]), &[]).await;
        assert_eq!(refused(&batch), bad_input());
    }
    // PQ-07, ADV-68: there is no header that leads around it.
    for header in ["x-apollo-operation-id", "x-bypass", "x-grafbase-trusted-documents", "apollographql-client-name"] {
        for value in ["", "true", "public"] {
            let reply = graph.post(&json!({ "query": "{ me { id } }" }), &[(header, value)]).await;
            assert_eq!(refused(&reply), only_registered());
        }
    }
    assert_eq!(graph.executed(), executed);
}

/// PQ-06: where ids are required, the text of a registered operation is refused as well.
#[tokio::test]
async fn ids_can_be_required() {
    let registered = Registered::new().await;
    let operations = EndpointOperations { require_id: true, ..mode(OperationMode::Registered) };
    let graph = registered.graph(operations).build();
    assert_eq!(refused(&graph.query(ME).await), only_registered());
    let both = json!({ "query": ME, "extensions": hashed(ME) });
    assert_eq!(refused(&graph.post(&both, &[]).await), only_registered());
    assert_eq!(graph.post(&json!({ "id": "me" }), &[]).await.json()["data"]["me"]["name"], "Lee");
    // ADV-60: one that was asked for by its id opens no door for the next.
    assert_eq!(refused(&graph.query(ME).await), only_registered());
}

/// PQ-09: only what stands in the registered document.
#[tokio::test]
async fn the_operations_name_must_be_in_the_registered_document() {
    let registered = Registered::new().await;
    let graph = registered.graph(mode(OperationMode::Registered)).build();
    for name in ["Courses", "me", "", "Me "] {
        let reply = graph.post(&json!({ "id": "me", "operationName": name }), &[]).await;
        assert_eq!(refused(&reply), bad_input(), "{name}");
    }
    assert_eq!(graph.post(&json!({ "id": "me", "operationName": "Me" }), &[]).await.status, StatusCode::OK);
}

/// PQ-11: the same id is another document for another client, and each finds its own only.
#[tokio::test]
async fn a_client_finds_its_own_operations_only() {
    let registered = Registered::new().await;
    let operations = EndpointOperations { client_role: Some("PARTNER".to_owned()), ..mode(OperationMode::Registered) };
    let graph = registered.graph(operations).build();
    let ask = async |client: &str, roles: &[&str], body: &Value| {
        let mut claims = Issuer::claims(graph.clock.seconds());
        (claims["sub"], claims["roles"]) = (json!(client), json!(roles));
        let token = format!("Bearer {}", graph.issuer.sign(&graph.issuer.header(), &claims));
        graph.post(body, &[("authorization", &token)]).await
    };
    let (shared, own) = (json!({ "id": "acme-me", "variables": { "first": 1 } }), json!({ "id": "me" }));
    assert_eq!(ask("acme", &["PARTNER"], &shared).await.json()["data"]["me"]["name"], "Lee");
    assert_eq!(ask("globex", &["PARTNER"], &shared).await.json()["data"]["courses"], json!(["Rust"]));
    let text = |text: &str| json!({ "query": text, "variables": { "first": 1 } });
    assert_eq!(refused(&ask("globex", &["PARTNER"], &text(ME)).await), only_registered());
    assert_eq!(refused(&ask("acme", &["PARTNER"], &text(COURSES)).await), only_registered());
    // Everybody's are not a partner's, and a partner's are nobody else's: another role, no token, another name.
    for (client, roles, body) in [
        ("acme", &["PARTNER"][..], &own),
        ("acme", &["MENTEE"][..], &shared),
        ("acme", &["partner"][..], &shared),
        ("initech", &["PARTNER"][..], &shared),
        ("../acme", &["PARTNER"][..], &shared),
    ] {
        assert_eq!(refused(&ask(client, roles, body).await), not_found(), "{client} {roles:?}");
    }
    assert_eq!(refused(&graph.post(&shared, &[]).await), not_found());
    // P10: a program is no user, and no subgraph takes it for one.
    for request in graph.identity.requests("/graphql") {
        let told = URL_SAFE_NO_PAD.decode(request.headers()["x-viewer"].as_bytes()).unwrap();
        let told: Value = serde_json::from_slice(&told).unwrap();
        assert_eq!((told.get("sub"), told.get("roles")), (None, None), "{told}");
    }
}

/// PQ-13, CVE-2024-32971: whatever was prepared before, an id never gets another operation's plan.
#[tokio::test]
async fn ids_and_texts_never_get_each_others_plans() {
    let registered = Registered::new().await;
    let graph = registered.graph(mode(OperationMode::Automatic)).build();
    for round in 0..500_u32 {
        // The scripted subgraph knows no such alias; which operation was executed shows in the key.
        let text = format!("{{ me {{ field{}: name }} }}", round % 50);
        let sent = graph.post(&json!({ "query": text, "extensions": hashed(&text) }), &[]).await;
        let asked = graph.post(&json!({ "extensions": hashed(&text) }), &[]).await;
        let known = graph.post(&json!({ "id": "me" }), &[]).await;
        assert_eq!(sent.json(), json!({ "data": { "me": { format!("field{}", round % 50): null } } }));
        assert_eq!(asked.json(), sent.json());
        assert_eq!(known.json(), json!({ "data": { "me": { "name": "Lee" } } }));
    }
}

/// What is published is there, and what is revoked is not, without a restart.
#[tokio::test]
async fn the_registry_is_read_again_when_it_changes() {
    let registered = Registered::new().await;
    let graph = registered.graph(mode(OperationMode::Registered)).build();
    assert!(!registered.registry.refresh().await.unwrap(), "nothing has changed");
    publish(&registered.store, "public", &[("id", "{ me { id } }")]).await;
    assert_eq!(refused(&graph.post(&json!({ "id": "id" }), &[]).await), not_found());
    assert!(registered.registry.refresh().await.unwrap());
    assert_eq!(graph.post(&json!({ "id": "id" }), &[]).await.json(), json!({ "data": { "me": { "id": "usr_1" } } }));
    let public = ClientName::parse("public").unwrap();
    registered.store.revoke(&public, &["me".to_owned()]).await.unwrap();
    assert!(registered.registry.refresh().await.unwrap());
    assert_eq!(refused(&graph.post(&json!({ "id": "me" }), &[]).await), not_found());
    assert_eq!(refused(&graph.query(ME).await), only_registered());
}

/// A router that serves looks for changes itself. What is registered and none of its graph is refused as ever.
#[tokio::test]
async fn a_router_that_serves_sees_what_is_published() {
    let registered = Registered::new().await;
    let graph = registered.graph(mode(OperationMode::Registered)).settings(|settings| settings.registry.poll_ms = 10);
    let graph = graph.build();
    let listen = async || TcpListener::bind("127.0.0.1:0").await.unwrap();
    let serving = graph.server.serve(listen().await, listen().await, std::future::pending());
    let publishing = async {
        publish(&registered.store, "public", &[("id", "{ me { id } }"), ("broken", "{ nothing }")]).await;
        while graph.post(&json!({ "id": "id" }), &[]).await.status != StatusCode::OK {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        () = serving => panic!("nobody has stopped it"),
        seen = tokio::time::timeout(Duration::from_secs(30), publishing) => seen.unwrap(),
    }
    assert_eq!(refused(&graph.post(&json!({ "id": "broken" }), &[]).await), bad_input());
}

/// A registry that is broken later leaves the router with what it knows; at the start it is an error.
#[tokio::test]
async fn a_broken_registry_changes_nothing() {
    let registered = Registered::new().await;
    let graph = registered.graph(mode(OperationMode::Registered)).build();
    std::fs::write(registered.folder.path().join("acme.json"), "{").unwrap();
    assert!(registered.registry.refresh().await.unwrap_err().to_string().contains("acme.json"));
    assert_eq!(graph.post(&json!({ "id": "me" }), &[]).await.status, StatusCode::OK);
    assert!(Registry::open(Arc::new(registered.store.clone())).await.is_err());
}

/// Without a registry nothing is registered.
#[tokio::test]
async fn without_a_registry_nothing_is_registered() {
    let graph = Graph::builder().settings(|settings| {
        settings.endpoints[0].operations = mode(OperationMode::Registered);
    });
    let graph = graph.build();
    assert_eq!(refused(&graph.post(&json!({ "id": "me" }), &[]).await), not_found());
    assert_eq!(refused(&graph.query(ME).await), only_registered());
}
