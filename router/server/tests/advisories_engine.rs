//! Published advisories of other routers and engines that are about what an engine does with an operation and with what subgraphs
//! answer (security.md's group ADV). Those of the planner stand beside it.

use std::sync::Arc;
use std::time::Duration;

use router_server::configuration::{ErrorSettings, ListenerSettings};
use serde_json::{Value, json};

use crate::listeners::{exchange, serve};
use crate::testkit::{Graph, reply};

const THINGS: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { things: [Thing] find(by: By): Int }
union Thing = Book | Film
type Book @key(fields: "id") { id: ID! title: String! part: Part }
type Film @key(fields: "id") { id: ID! name: String! cut: Part }
type Part { must: String! may: String }
input By { also: By all: [By!] name: String }
"#;
const TEXTS: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { texts: Int }
type Book @key(fields: "id") { id: ID! text: String! }
"#;

fn things() -> Graph {
    Graph::builder().schemas(THINGS, TEXTS).build()
}

/// ADV-15 (GHSA-gr6h-4wpf-xp52): labels of `@defer` that stand twice come to nothing, as does the directive: the graph has none.
#[tokio::test]
async fn labels_that_stand_twice_are_refused() {
    let graph = Graph::new();
    for document in [
        "{ me { ... @defer(label: \"a\") { name } ... @defer(label: \"a\") { id } } }",
        "{ me { ...F @defer(label: \"a\") ...F @defer(label: \"a\") } } fragment F on User { name }",
        "query($l: String) { me { ... @defer(label: $l) { name } } }",
    ] {
        for accept in ["multipart/mixed;deferSpec=20220824, application/json", "application/json"] {
            let body = json!({ "query": document }).to_string();
            let headers = [("content-type", "application/json"), ("accept", accept)];
            let refused = graph.request("POST", "/graphql", &headers, &body).await;
            let text = String::from_utf8(refused.body.to_vec()).unwrap();
            assert!(text.contains("errors") && !text.contains("\"data\""), "{document}: {text}");
        }
    }
    assert_eq!(graph.executed(), 0);
}

/// ADV-31 (async-graphql 1284, 1293): a type of inputs within itself, ten thousand levels deep.
#[tokio::test]
async fn recursive_inputs_end_before_the_stack() {
    let graph = things();
    for (open, close) in [("{also:", "}"), ("{all:[", "]}"), ("{all:{also:", "}}")] {
        for levels in [100, 10_000] {
            let value = format!("{}{{}}{}", open.repeat(levels), close.repeat(levels));
            let json = format!(
                "{}{{}}{}",
                open.replace("also", "\"also\"").replace("all:", "\"all\":").repeat(levels),
                close.repeat(levels)
            );
            for body in [
                json!({ "query": format!("{{ find(by: {value}) }}") }).to_string(),
                json!({ "query": format!("query($by: By = {value}) {{ find(by: $by) }}") }).to_string(),
                format!("{{\"query\":\"query($by: By) {{ find(by: $by) }}\",\"variables\":{{\"by\":{json}}}}}"),
            ] {
                let refused = graph.request("POST", "/graphql", &[("content-type", "application/json")], &body).await;
                assert!(refused.json()["errors"].is_array() && refused.json().get("data").is_none(), "{refused:.300?}");
            }
        }
    }
    assert_eq!(graph.executed(), 0);
}

/// ADV-34 (async-graphql 719): what errors say beside their message is handed on however deep it is, or it is no reply at all.
#[tokio::test]
async fn extensions_of_errors_in_each_other_do_no_harm() {
    let errors: ErrorSettings = serde_json::from_value(json!({ "extensions": ["cause"] })).unwrap();
    let graph = Graph::builder().settings(|settings| settings.errors = errors).build();
    for (levels, code) in [(100, "FORBIDDEN"), (10_000, "SUBGRAPH_INVALID_REPLY"), (100_000, "SUBGRAPH_INVALID_REPLY")]
    {
        let cause = format!("{}1{}", "{\"cause\":".repeat(levels), "}".repeat(levels));
        let body = format!(
            "{{\"data\":{{\"me\":null}},\"errors\":[{{\"message\":\"m\",\"path\":[\"me\"],\
             \"extensions\":{{\"code\":\"FORBIDDEN\",\"cause\":{cause}}}}}]}}"
        );
        graph.identity.answer(move |_| {
            let head = http::Response::builder().header("content-type", "application/json");
            Ok(head.body(body.clone().into()).unwrap())
        });
        let told = graph.query("{ me { name } }").await;
        let text = String::from_utf8(told.body.to_vec()).unwrap();
        assert!(text.contains(code) && text.contains("\"me\":null"), "{levels}: {text:.300}");
    }
}

/// ADV-40: one key for fields of different types of objects, from different subgraphs: each object has its own, and what one cannot
/// have is no other's loss.
#[tokio::test]
async fn one_key_of_disjoint_fragments_is_each_ones_own() {
    let graph = things();
    let query =
        "{ things { ... on Book { x: text sub: part { a: must } } ... on Film { x: name sub: cut { a: must } } } }";
    let book =
        json!({ "__typename": "Book", "id": "1", "sub": { "a": "book", "must": "book" }, "part": { "must": "book" } });
    let film = json!({ "__typename": "Film", "id": "1", "x": "film", "name": "film", "sub": { "a": "film" } });
    graph.identity.answer(move |_| reply(200, &json!({ "data": { "things": [book, film] } })));
    for (texts, expected) in [
        (
            json!([{ "__typename": "Book", "x": "text", "text": "text" }]),
            json!({ "x": "text", "sub": { "a": "book" } }),
        ),
        (json!([{ "__typename": "Book", "x": null, "text": null }]), Value::Null),
        (json!([null]), Value::Null),
    ] {
        graph.learning.answer(move |_| reply(200, &json!({ "data": { "_entities": texts } })));
        let told = graph.query(query).await.json();
        assert_eq!(told["data"], json!({ "things": [expected, { "x": "film", "sub": { "a": "film" } }] }), "{told}");
    }
}

/// ADV-73 (Apollo's 9032): what one fragment cannot have makes its object null, and no later fragment brings the object back.
#[tokio::test]
async fn a_later_fragment_does_not_undo_a_null() {
    let graph = things();
    let part = json!({ "may": "b" });
    let book = json!({ "__typename": "Book", "id": "1", "title": "t", "part": part });
    graph.identity.answer(move |_| reply(200, &json!({ "data": { "things": [book] } })));
    for fragments in [
        "fragment A on Book { part { must } } fragment B on Book { part { may } }",
        "fragment A on Book { part { may } } fragment B on Book { part { must } }",
        "fragment A on Book { part { must } } fragment B on Book { ...C title } fragment C on Book { part { may } title }",
    ] {
        let told =
            graph.query(&format!("{{ things {{ ...A ... on Thing {{ ...B }} ...A }} }} {fragments}")).await.json();
        assert_eq!(told["data"]["things"][0]["part"], Value::Null, "{fragments}: {told}");
        assert_eq!(told["errors"].as_array().unwrap().len(), 1, "{fragments}: {told}");
        assert_eq!(told["errors"][0]["path"], json!(["things", 0, "part", "must"]), "{fragments}: {told}");
    }
}

/// ADV-67 (Grafbase): answers with null where entities should be cost the fields that they were asked for, and nothing else.
#[tokio::test]
async fn no_entities_are_fields_that_are_null() {
    let graph = Graph::new();
    let with_error = |data: Value| json!({ "data": data, "errors": [{ "message": "no" }] });
    for answer in [
        json!({ "data": null }),
        with_error(Value::Null),
        with_error(json!({ "_entities": null })),
        json!({ "data": { "_entities": null } }),
        json!({ "data": {} }),
        json!({ "data": { "_entities": [] } }),
        json!({ "data": { "_entities": [null] } }),
        json!({ "data": { "_entities": [[]] } }),
        json!({ "data": { "_entities": {} } }),
        json!({ "data": { "_entities": [{ "courses": ["x"] }, { "courses": ["y"] }, null] } }),
        json!({ "errors": null }),
    ] {
        let body = answer.clone();
        graph.learning.answer(move |_| reply(200, &body));
        let told = graph.query("{ me { name courses } }").await;
        assert_eq!(told.status.as_u16(), 200, "{answer}: {told:?}");
        assert_eq!(told.json()["data"]["me"]["name"], "Lee", "{answer}: {told:?}");
    }
}

/// ADV-61, ADV-67, ADV-69: what panics gives back what it held. With two connections there are two after any number of panics, and
/// whoever waits for the same answer is told as well.
#[tokio::test]
async fn a_panic_gives_back_what_it_held() {
    let listeners = ListenerSettings { connections_max: 2, ..ListenerSettings::default() };
    let graph = Graph::builder().settings(|settings| settings.listeners = listeners).build();
    graph.learning.answer(|_| panic!("a fault"));
    let (public, _, serving) = serve(&graph, std::future::pending()).await;
    let ask = |query: &str| {
        let body = json!({ "query": query }).to_string();
        let head = "POST /graphql HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-type: application/json";
        format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
    };
    let (faulty, sound) = (ask("{ courses(first: 1) }"), ask("{ me { name } }"));
    let all = async {
        for _ in 0..10 {
            let told = futures_util::future::join_all((0..4).map(|_| exchange(&public, &faulty))).await;
            assert!(told.iter().all(|text| text.starts_with("HTTP/1.1 500")), "{told:?}");
        }
        exchange(&public, &sound).await
    };
    let told = tokio::time::timeout(Duration::from_secs(60), all).await.unwrap();
    assert!(told.starts_with("HTTP/1.1 200"), "{told}");
    serving.abort();
}

/// ADV-74 (Apollo's 9034): where no rate is set nobody is told to come back later, whatever they send and however much at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_rate_nobody_is_slowed_down() {
    let graph = Arc::new(Graph::new());
    let token = Arc::new(graph.token());
    let asked = (0..1_200).map(|number| {
        let (graph, token) = (Arc::clone(&graph), Arc::clone(&token));
        tokio::spawn(async move {
            match number % 4 {
                0 => graph.query("{ me { name } }").await.status.as_u16(),
                1 => graph.query_as(&token).await.status.as_u16(),
                2 => graph.query("{ nothing }").await.status.as_u16(),
                _ => graph.query_as("a.b.c").await.status.as_u16(),
            }
        })
    });
    let mut statuses: Vec<u16> = futures_util::future::join_all(asked).await.into_iter().map(Result::unwrap).collect();
    statuses.sort_unstable();
    statuses.dedup();
    assert_eq!(statuses, [200, 400, 401]);
}
