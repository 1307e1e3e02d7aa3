//! One corpus of operations that break a limit, and every way in: the verdict is the same, and no subgraph is asked
//! (AMP-32, ADV-76).

use std::sync::Arc;

use router_registry::{ClientName, FolderStore, RegisteredOperation, RegistryStore, id_of_text};
use router_server::configuration::{BatchingSettings, EndpointOperations, EndpointSettings, OperationMode};
use router_server::{OperationCheck, Registry};
use serde_json::{Value, json};

use crate::testkit::{Graph, supergraph};

const IDENTITY: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@listSize"])
type Query { me: User people(first: Int): [User!] find(filter: Filter, ids: [ID!]): User }
type Subscription { people(first: Int): [User!] find(filter: Filter, ids: [ID!]): User }
input Filter { name: String also: [Filter!] deeper: Filter }
type User @key(fields: "id") {
  id: ID! name: String friend: User
  visits(count: Int): [String!] @listSize(slicingArguments: ["count"])
}
"#;
const LEARNING: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
type User @key(fields: "id") { id: ID! courses: [String!] }
"#;

/// An operation, and the code that it is refused with.
struct Case {
    name: &'static str,
    document: String,
    variables: Value,
    operation_name: Option<&'static str>,
    code: &'static str,
    /// Whether it can be seen from the document alone.
    is_of_document: bool,
}

const DEEP: &str = "OPERATION_TOO_DEEP";
const COMPLEX: &str = "OPERATION_TOO_COMPLEX";
const INPUT: &str = "BAD_USER_INPUT";

fn case(name: &'static str, code: &'static str, document: impl Into<String>) -> Case {
    let document = document.into();
    Case { name, document, variables: json!({}), operation_name: None, code, is_of_document: true }
}

fn with_variables(name: &'static str, code: &'static str, document: &str, variables: Value) -> Case {
    Case { variables, is_of_document: false, ..case(name, code, document) }
}

fn repeated(times: usize, each: impl Fn(usize) -> String) -> String {
    (0..times).map(each).collect::<Vec<_>>().join(" ")
}

fn nested(levels: usize, open: &str, inner: &str, close: &str) -> String {
    format!("{}{inner}{}", open.repeat(levels), close.repeat(levels))
}

/// One of each limit, just beyond it, and what has brought other servers down.
fn corpus() -> Vec<Case> {
    [of_syntax(), of_values(), of_fragments(), of_types(), of_subscriptions()].into_iter().flatten().collect()
}

fn of_syntax() -> Vec<Case> {
    vec![
        case("depth", DEEP, format!("{{ me {{ {} }} }}", nested(14, "friend { ", "id", " }"))),
        case("syntax", DEEP, format!("{{ me {{ {} }} }}", nested(100, "... { ", "id", " }"))),
        case("unclosed braces", DEEP, "{a".repeat(2_000)),
        case("aliases", COMPLEX, format!("{{ me {{ {} }} }}", repeated(31, |index| format!("a{index}: id")))),
        case("root fields", COMPLEX, format!("{{ {} }}", repeated(11, |index| format!("a{index}: me {{ id }}")))),
        case("fields", COMPLEX, format!("{{ me {{ {} }} }}", "id ".repeat(2_001))),
        case("tokens", COMPLEX, format!("{{ me {{ {} }} }}", "id,".repeat(9_000))),
        case("comments", COMPLEX, format!("{{ me {{ id {} }} }}", "#\n".repeat(9_000))),
        Case {
            operation_name: Some("Q7"),
            is_of_document: false,
            ..case("operations", COMPLEX, repeated(101, |index| format!("query Q{index} {{ me {{ id }} }}")))
        },
        case("directives", COMPLEX, format!("{{ me {{ id {} }} }}", "@include(if: true) ".repeat(101))),
        case("unknown directives", COMPLEX, format!("{{ me {{ id {} }} }}", "@overload ".repeat(101))),
    ]
}

fn of_values() -> Vec<Case> {
    let find = "query ($filter: Filter, $ids: [ID!]) { find(filter: $filter, ids: $ids) { id } }";
    let mut deep_filter = json!({ "name": "a" });
    for _ in 0..10 {
        deep_filter = json!({ "deeper": deep_filter });
    }
    let deepest: Value = serde_json::from_str(&nested(64, "[", "", "]")).unwrap();
    let variables = repeated(101, |index| format!("$v{index}: Int"));
    let written = nested(10, "{ deeper: ", "{ name: \"a\" }", " }");
    vec![
        case("variables", COMPLEX, format!("query ({variables}) {{ me {{ id }} }}")),
        case("list", COMPLEX, format!("{{ find(ids: [{}]) {{ id }} }}", "1 ".repeat(1_001))),
        with_variables("list in a variable", COMPLEX, find, json!({ "ids": vec!["1"; 1_001] })),
        case("input", DEEP, format!("{{ find(filter: {written}) {{ id }} }}")),
        with_variables("input in a variable", DEEP, find, json!({ "filter": deep_filter })),
        with_variables("JSON", INPUT, find, json!({ "ids": deepest })),
        with_variables("wrong variable", INPUT, find, json!({ "ids": [{}] })),
    ]
}

fn of_fragments() -> Vec<Case> {
    let doubled = repeated(30, |index| format!("fragment F{index} on User {{ ...F{0} ...F{0} }}", index + 1));
    let chain = repeated(70, |index| format!("fragment F{index} on User {{ ...F{} }}", index + 1));
    let cycle = "fragment F on User { ...G @include(if: true) } fragment G on User { id ...F }";
    vec![
        case("a fragment of itself", INPUT, "{ me { ...F } } fragment F on User { id ...F }"),
        case("a cycle", INPUT, format!("{{ me {{ ...F }} }} {cycle}")),
        case("doubling fragments", COMPLEX, format!("{{ me {{ ...F0 }} }} {doubled} fragment F30 on User {{ id }}")),
        case("a chain of fragments", DEEP, format!("{{ me {{ ...F0 }} }} {chain} fragment F70 on User {{ id }}")),
    ]
}

fn of_types() -> Vec<Case> {
    let half = |name: char| format!("fragment {name} on Query {{ {name}: people(first: 1800) {{ id }} }}");
    let introspection = nested(4, "fields { type { ", "name", " } }");
    vec![
        case("cost", COMPLEX, "{ people(first: 2001) { id } }"),
        with_variables(
            "cost by a variable",
            COMPLEX,
            "query ($n: Int) { people(first: $n) { id } }",
            json!({ "n": 2_001 }),
        ),
        case("cost by fragments", COMPLEX, format!("{{ ...A ...B }} {} {}", half('A'), half('B'))),
        case("no length", INPUT, "{ me { visits } }"),
        case("introspection", DEEP, format!("{{ __schema {{ types {{ {introspection} }} }} }}")),
        case("unknown field", INPUT, "{ me { nonsense } }"),
    ]
}

fn of_subscriptions() -> Vec<Case> {
    let deep = nested(14, "friend { ", "id", " }");
    vec![
        case("subscription's fields", INPUT, "subscription { people(first: 1) { id } find { id } }"),
        case("subscription's cost", COMPLEX, "subscription { people(first: 2001) { id } }"),
        case("subscription's depth", DEEP, format!("subscription {{ find {{ {deep} }} }}")),
        with_variables(
            "subscription's variables",
            COMPLEX,
            "subscription ($ids: [ID!]) { find(ids: $ids) { id } }",
            json!({ "ids": vec!["1"; 1_001] }),
        ),
    ]
}

impl Case {
    fn parameters(&self) -> Value {
        json!({ "query": self.document, "variables": self.variables, "operationName": self.operation_name })
    }

    fn query_string(&self) -> String {
        let encode = |text: &str| {
            let encoded = text.bytes().map(|byte| match byte {
                b' ' => "+".to_owned(),
                byte if byte.is_ascii_alphanumeric() || byte == b',' => char::from(byte).to_string(),
                byte => format!("%{byte:02X}"),
            });
            encoded.collect::<String>()
        };
        let name = self.operation_name.map(|name| format!("&operationName={name}")).unwrap_or_default();
        format!("query={}&variables={}{name}", encode(&self.document), encode(&self.variables.to_string()))
    }
}

/// A way in.
#[derive(Debug, Clone, Copy)]
enum Way {
    Post,
    Get,
    /// Of GraphQL over Server-Sent Events, the mode of distinct connections, with either method.
    ServerSentEvents(&'static str),
    Multipart,
    /// Alone in a list, and between two others.
    Batch,
    /// Automatic persisted queries: the text with its hash.
    Automatic,
    /// By the id that it has in the registry.
    Registered,
}

const WAYS: [Way; 8] = [
    Way::Post,
    Way::Get,
    Way::ServerSentEvents("POST"),
    Way::ServerSentEvents("GET"),
    Way::Multipart,
    Way::Batch,
    Way::Automatic,
    Way::Registered,
];

const JSON: (&str, &str) = ("content-type", "application/json");

impl Way {
    /// The one reply to the operation.
    async fn ask(self, graph: &Graph, case: &Case) -> Value {
        let body = case.parameters();
        match self {
            Self::Post => graph.post(&body, &[]).await.json(),
            Self::Get => {
                let accept = ("accept", "application/graphql-response+json");
                graph.request("GET", &format!("/graphql?{}", case.query_string()), &[accept], "").await.json()
            }
            Self::ServerSentEvents("GET") => {
                let accept = ("accept", "text/event-stream");
                let reply = graph.request("GET", &format!("/graphql?{}", case.query_string()), &[accept], "").await;
                event(&reply.body)
            }
            Self::ServerSentEvents(_) => {
                let headers = [JSON, ("accept", "text/event-stream")];
                event(&graph.request("POST", "/graphql", &headers, &body.to_string()).await.body)
            }
            Self::Multipart => {
                let headers = [JSON, ("accept", "multipart/mixed;subscriptionSpec=1.0")];
                part(&graph.request("POST", "/graphql", &headers, &body.to_string()).await.body)
            }
            Self::Batch => {
                let fine = json!({ "query": "{ __typename }" });
                let alone = graph.post(&json!([body]), &[]).await.json();
                let among = graph.post(&json!([fine, body, fine]), &[]).await.json();
                assert_eq!((&among[0], &among[0]), (&among[2], &json!({ "data": { "__typename": "Query" } })));
                assert_eq!(code(&alone[0]), code(&among[1]), "{}", case.name);
                alone[0].clone()
            }
            Self::Automatic => {
                let extensions =
                    json!({ "persistedQuery": { "version": 1, "sha256Hash": id_of_text(&case.document) } });
                let mut with_hash = body;
                with_hash["extensions"] = extensions.clone();
                let refused = graph.post(&with_hash, &[]).await.json();
                let later = graph.post(&json!({ "extensions": extensions }), &[]).await;
                assert_eq!(later.code(), "PERSISTED_QUERY_NOT_FOUND", "{} is kept", case.name);
                refused
            }
            Self::Registered => {
                let mut by_id = body;
                by_id["id"] = case.name.replace(' ', "-").into();
                by_id.as_object_mut().unwrap().remove("query");
                let headers = [JSON, ("accept", "application/graphql-response+json")];
                graph.request("POST", "/registered", &headers, &by_id.to_string()).await.json()
            }
        }
    }
}

/// The one event of a stream.
fn event(body: &[u8]) -> Value {
    let text = String::from_utf8_lossy(body);
    let data =
        text.strip_prefix("event: next\ndata: ").and_then(|rest| rest.strip_suffix("event: complete\ndata:\n\n"));
    serde_json::from_str(data.unwrap_or(&text).trim()).unwrap_or_else(|error| panic!("{error}: {text:.300}"))
}

/// The one part of a stream.
fn part(body: &[u8]) -> Value {
    let text = String::from_utf8_lossy(body);
    let parts: Vec<&str> = text.split("\r\n\r\n").collect();
    let Some(part) = parts.get(1) else { return serde_json::from_str(&text).unwrap() };
    let part: Value = serde_json::from_str(part.strip_suffix("\r\n--graphql--\r\n").unwrap()).unwrap();
    part["payload"].clone()
}

fn code(reply: &Value) -> &str {
    reply["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

async fn graph(corpus: &[Case]) -> (Graph, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::new(folder.path());
    let registered = corpus.iter().map(|case| RegisteredOperation {
        id: case.name.replace(' ', "-").into(),
        name: None,
        text: case.document.as_str().into(),
    });
    store.publish(&ClientName::parse("public").unwrap(), registered.collect()).await.unwrap();
    let endpoint = |path: &str, mode| EndpointSettings {
        operations: EndpointOperations { mode, ..EndpointOperations::default() },
        ..EndpointSettings::new(path)
    };
    let graph = Graph::builder()
        .schemas(IDENTITY, LEARNING)
        .registry(Arc::new(Registry::open(Arc::new(store)).await.unwrap()))
        .settings(|settings| {
            settings.admission.url_bytes_max = 60_000;
            settings.batching = BatchingSettings { enabled: true, ..BatchingSettings::default() };
            settings.endpoints = vec![
                endpoint("/graphql", OperationMode::Automatic),
                endpoint("/registered", OperationMode::Registered),
            ];
        });
    (graph.build(), folder)
}

/// AMP-32, OW-07, OW-08, OW-09, OW-11, AMP-01 to AMP-05, AMP-09, AMP-10, AMP-14 to AMP-17
#[tokio::test]
async fn every_way_in_has_the_same_limits() {
    let corpus = corpus();
    let (graph, _folder) = graph(&corpus).await;
    for case in &corpus {
        for way in WAYS {
            let reply = way.ask(&graph, case).await;
            assert_eq!(code(&reply), case.code, "{} by {way:?}: {:.400}", case.name, reply.to_string());
            assert!(reply.get("data").is_none(), "{} by {way:?}", case.name);
        }
    }
    assert_eq!(graph.executed(), 0);
}

/// AMP-32: what can be seen from the document alone is refused when it is registered, with the same code.
#[test]
fn publication_has_the_same_limits() {
    let check = OperationCheck::new(
        Arc::new(supergraph(&[IDENTITY, LEARNING].map(str::to_owned))),
        &router_server::RouterSettings::default(),
    );
    for case in corpus().iter() {
        let verdict = check.check(&case.document);
        match case.is_of_document {
            true => assert_eq!(verdict.map_err(|refused| refused.code), Err(case.code.to_owned()), "{}", case.name),
            false => assert_eq!(verdict.is_err(), case.operation_name.is_some(), "{}", case.name),
        }
    }
}

/// HX-21, AMP-32: what is too long is not read, whatever for.
#[tokio::test]
async fn every_way_in_has_a_bounded_length() {
    let (graph, _folder) = graph(&[]).await;
    let long = format!("{{ __typename {} }}", " ".repeat(256 * 1024));
    let body = json!({ "query": long });
    let hashed = json!({ "version": 1, "sha256Hash": id_of_text(&long) });
    let with_hash = json!({ "query": long, "extensions": { "persistedQuery": hashed } });
    for (accept, body) in [
        ("application/json", body.clone()),
        ("text/event-stream", body.clone()),
        ("multipart/mixed;subscriptionSpec=1.0", body.clone()),
        ("application/json", json!([body])),
        ("application/json", with_hash),
        ("application/json", json!({ "id": long })),
    ] {
        let refused = graph.request("POST", "/graphql", &[JSON, ("accept", accept)], &body.to_string()).await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (413, INPUT), "{accept}");
    }
    for accept in ["application/json", "text/event-stream"] {
        let target = format!("/graphql?query={}", "%20".repeat(20_500));
        let refused = graph.request("GET", &target, &[("accept", accept)], "").await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (414, INPUT), "{accept}");
    }
}
