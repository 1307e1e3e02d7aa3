//! Subgraphs that are not ours, and tell their schemas themselves.

use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use serde_json::{Value, json};

use crate::product::{Process, lyceum};

/// A subgraph that answers one question: what its schema is.
struct Endpoint {
    url: String,
    answer: Arc<Mutex<Value>>,
}

impl Endpoint {
    async fn telling(sdl: &str) -> Self {
        let answer = Arc::new(Mutex::new(json!({ "data": { "_service": { "sdl": sdl } } })));
        let service = Router::new().route("/graphql", post(tell)).with_state(Arc::clone(&answer));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/graphql", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self { url, answer }
    }

    fn answers(&self, answer: Value) {
        *self.answer.lock().unwrap() = answer;
    }
}

async fn tell(State(answer): State<Arc<Mutex<Value>>>, Json(asked): Json<Value>) -> Json<Value> {
    assert_eq!(asked["query"], "{ _service { sdl } }");
    Json(answer.lock().unwrap().clone())
}

/// Composes in the background, so that the endpoint can answer.
async fn compose(folder: &Path) -> (bool, String, String) {
    let mut command = lyceum(folder);
    command.args(["compose", "--config", "graph.yaml"]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

/// A subgraph without a schema file is asked for its schema; what is no answer is an error that says what to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_subgraph_tells_its_schema_itself() {
    let folder = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::telling("type Query { told: Int }").await;
    let configuration = format!("subgraphs:\n  foreign: {{ url: \"{}\" }}\n", endpoint.url);
    std::fs::write(folder.path().join("graph.yaml"), configuration).unwrap();
    let (success, supergraph, error) = compose(folder.path()).await;
    assert!(success && supergraph.contains("told: Int"), "{error}");

    endpoint.answers(json!({ "errors": [{ "message": "not for you" }] }));
    let (success, _, error) = compose(folder.path()).await;
    assert!(!success);
    for part in ["subgraphs.foreign", &endpoint.url, "not for you", "remedy"] {
        assert!(error.contains(part), "{part} is missing from:\n{error}");
    }
    endpoint.answers(json!(["no answer"]));
    assert!(compose(folder.path()).await.2.contains("without the JSON of a schema"));
    std::fs::write(
        folder.path().join("graph.yaml"),
        "subgraphs:\n  foreign: { url: \"http://127.0.0.1:1/graphql\" }\n",
    )
    .unwrap();
    assert!(compose(folder.path()).await.2.contains("cannot be reached"));
}

/// A watch composes again when an endpoint tells another schema.
#[tokio::test(flavor = "multi_thread")]
async fn a_watch_follows_an_endpoint() {
    let folder = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::telling("type Query { first: Int }").await;
    let configuration = format!("subgraphs:\n  foreign: {{ url: \"{}\" }}\n", endpoint.url);
    std::fs::write(folder.path().join("graph.yaml"), configuration).unwrap();
    let mut command = lyceum(folder.path());
    command.args(["compose", "--config", "graph.yaml", "--output", "supergraph.graphql", "--watch"]);
    let file = folder.path().join("supergraph.graphql");
    let watching = tokio::task::spawn_blocking(move || {
        let watch = Process::start("lyceum compose --watch", command);
        let composed = || watch.wait_for(|line| line.starts_with("composed").then_some(()));
        composed();
        assert!(std::fs::read_to_string(&file).unwrap().contains("first: Int"));
        endpoint.answers(json!({ "data": { "_service": { "sdl": "type Query { second: Int }" } } }));
        composed();
        assert!(std::fs::read_to_string(&file).unwrap().contains("second: Int"));
    });
    watching.await.unwrap();
}
