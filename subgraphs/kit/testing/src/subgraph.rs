//! A whole subgraph on the database of one test, asked as the router asks it.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, Request, StatusCode};
use kit_database::{Database, Durability};
use kit_events::{EmbeddedEventLog, EventLog};
use kit_ids::{Clock, ManualClock, UserId};
use kit_service::{GRAPHQL_PATH, Neighbours, RunningSubgraph, ServiceSettings, Subgraph, start};
use kit_viewer::{KeyRing, RequestSigner, Role, SharedKey, SignedInUser, Viewer};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::{Listening, TestDatabase};

/// When a test begins: 2026-06-01T00:00:00Z, in microseconds.
pub const TEST_START_US: i64 = 1_780_272_000_000_000;

/// The key that the test, in the router's place, shares with the subgraph.
const KEY: [u8; 32] = [7; 32];

/// A running subgraph. It answers in process, and its clock stands still until it is moved.
pub struct TestSubgraph {
    subgraph: RunningSubgraph,
    router: Router,
    clock: Arc<ManualClock>,
    event_log: Arc<EmbeddedEventLog>,
    neighbours: Neighbours,
    // Its files go with it.
    folder: TempDir,
    _database: TestDatabase,
}

/// What a subgraph has answered.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; null when it is not JSON.
    pub body: Value,
    /// The body as it came.
    pub bytes: Bytes,
}

impl TestSubgraph {
    /// Starts it without options of its own.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(subgraph: &'static Subgraph, database: TestDatabase) -> Self {
        Self::start_with(subgraph, database, |_| Value::Null).await
    }

    /// Starts it with options, which may name files in the given folder.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_with(
        subgraph: &'static Subgraph,
        database: TestDatabase,
        options: impl FnOnce(&std::path::Path) -> Value,
    ) -> Self {
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let log = EmbeddedEventLog::open(folder.path(), Durability::ProcessDeath).await;
        let event_log = Arc::new(log.expect("the event log opens"));
        let clock = Arc::new(ManualClock::new(TEST_START_US));
        let keys = KeyRing::new(vec![key()]).expect("one key is a ring");
        let mut settings =
            ServiceSettings::new(database.settings(subgraph.name), Arc::clone(&event_log) as Arc<dyn EventLog>, keys);
        settings.clock = Arc::clone(&clock) as Arc<dyn Clock>;
        settings.options = options(folder.path());
        let neighbours = settings.neighbours.clone();
        let subgraph = start(subgraph, settings).await.unwrap_or_else(|error| panic!("it does not start: {error}"));
        let router = subgraph.router();
        Self { subgraph, router, clock, event_log, neighbours, folder, _database: database }
    }

    /// The running subgraph itself.
    pub fn running(&self) -> &RunningSubgraph {
        &self.subgraph
    }

    /// Its clock.
    pub fn clock(&self) -> &ManualClock {
        &self.clock
    }

    /// Its database.
    pub fn database(&self) -> &Database {
        &self.subgraph.context().database
    }

    /// The log between it and its neighbours.
    pub fn event_log(&self) -> &EmbeddedEventLog {
        &self.event_log
    }

    /// Its sisters: none until the test adds one.
    pub fn neighbours(&self) -> &Neighbours {
        &self.neighbours
    }

    /// The folder that its options may have named.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Sends any request, as it is.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.expect("a router never fails");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body in memory can be read");
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: parts.status, headers: parts.headers, body, bytes }
    }

    /// Begins a subscription in the name of a viewer, as the router begins it.
    ///
    /// # Panics
    /// When the answer is no stream.
    pub async fn listen(&self, viewer: &Viewer, operation: &str) -> Listening {
        let body = json!({ "query": operation }).to_string();
        let request = Request::post(GRAPHQL_PATH).header(CONTENT_TYPE, "application/json");
        let request = request.header(ACCEPT, "text/event-stream, application/graphql-response+json;q=0.5");
        let mut request = request.body(Body::from(body.clone())).expect("the request is well formed");
        self.sign(viewer, &mut request, &body);
        Listening::to(self.router.clone().oneshot(request).await.expect("a router never fails"))
    }

    /// An operation in the name of a viewer, signed as the router signs it.
    pub async fn ask(&self, viewer: &Viewer, operation: &str) -> Reply {
        self.ask_with(viewer, operation, json!({})).await
    }

    /// An operation with variables.
    pub async fn ask_with(&self, viewer: &Viewer, operation: &str, variables: Value) -> Reply {
        let body = json!({ "query": operation, "variables": variables }).to_string();
        let request = Request::post(GRAPHQL_PATH).header(CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(body.clone())).expect("the request is well formed");
        self.send_signed(viewer, request, &body).await
    }

    /// Sends a request with this body in the name of a viewer, signed as the router signs it.
    pub async fn send_signed(&self, viewer: &Viewer, mut request: Request<Body>, body: &str) -> Reply {
        self.sign(viewer, &mut request, body);
        self.send(request).await
    }

    fn sign(&self, viewer: &Viewer, request: &mut Request<Body>, body: &str) {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let signer = RequestSigner::new(key());
        let now = self.clock.now();
        let method = request.method().as_str().to_owned();
        let signed = signer.sign(viewer, self.subgraph.name(), &method, &path, body.as_bytes(), now);
        signed.add_to(request.headers_mut());
    }

    /// A mutation with its `input`, whose type is `<Mutation>Input`, and this selection of its payload's entity, such as
    /// `course { id }` (P7).
    pub async fn change(&self, viewer: &Viewer, mutation: &str, entity: &str, input: Value) -> Reply {
        let (first, rest) = mutation.split_at(1);
        let operation = format!(
            "mutation($input: {}{rest}Input!) {{ {mutation}(input: $input) {{ {entity} userErrors {{ code path message }} clientMutationId }} }}",
            first.to_ascii_uppercase()
        );
        self.ask_with(viewer, &operation, json!({ "input": input })).await
    }

    /// Entities of one type, each by the fields of one of its keys, as the router fetches them.
    ///
    /// # Panics
    /// When there is no list of entities in the answer.
    pub async fn entities(
        &self,
        viewer: &Viewer,
        type_name: &str,
        keys: impl IntoIterator<Item = Value>,
        selection: &str,
    ) -> Vec<Value> {
        let representation = |mut key: Value| {
            key["__typename"] = json!(type_name);
            key
        };
        let representations: Vec<Value> = keys.into_iter().map(representation).collect();
        let operation = format!(
            "query($representations: [_Any!]!) {{ _entities(representations: $representations) {{ ... on {type_name} {selection} }} }}"
        );
        let reply = self.ask_with(viewer, &operation, json!({ "representations": representations })).await;
        let entities = reply.body["data"]["_entities"].as_array();
        entities.unwrap_or_else(|| panic!("no entities in {}", reply.body)).clone()
    }

    /// How often a table is read while work is done (P16), and what the work gives.
    ///
    /// # Panics
    /// When the work does.
    pub async fn count_reads<T>(&self, table: &str, work: impl Future<Output = T>) -> (usize, T) {
        let recording = self.database().record_statements();
        let result = work.await;
        let is_read = |statement: &String| {
            let words: Vec<&str> = statement.split_whitespace().collect();
            words.windows(2).any(|pair| matches!(pair[0], "FROM" | "JOIN") && pair[1] == table)
        };
        (recording.finish().iter().filter(|statement| is_read(statement)).count(), result)
    }

    /// The types of all events that it has appended to its outbox, in order.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn published(&self) -> Vec<String> {
        let rows = self.database().query("SELECT type FROM outbox ORDER BY position").fetch_all().await;
        let rows = rows.expect("the outbox can be read");
        rows.iter().map(|row| row.get("type").expect("an event has a type")).collect()
    }

    /// Runs its workers once, at the time of its clock.
    pub async fn work(&self) {
        self.subgraph.work().await;
    }

    /// Stops it in order; a drop cuts its tasks off.
    pub async fn stop(&self) {
        self.subgraph.stop().await;
    }
}

impl Reply {
    /// The data of a GraphQL answer, below a JSON pointer such as `/me/email`; null where there is none.
    #[must_use]
    pub fn data(&self, pointer: &str) -> &Value {
        const NULL: &Value = &Value::Null;
        self.body["data"].pointer(pointer).unwrap_or(NULL)
    }

    /// The text in the data of a GraphQL answer at a JSON pointer.
    ///
    /// # Panics
    /// When there is none; shows the whole answer.
    #[must_use]
    pub fn text_at(&self, pointer: &str) -> String {
        let text = self.data(pointer).as_str();
        text.unwrap_or_else(|| panic!("no text at {pointer} in {}", self.body)).to_owned()
    }

    /// The codes of a GraphQL answer's errors, in order.
    #[must_use]
    pub fn codes(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap_or_default()).collect()
    }

    /// The code of the first user error of a mutation's payload, or nothing.
    #[must_use]
    pub fn user_error(&self, mutation: &str) -> &str {
        self.body["data"][mutation]["userErrors"][0]["code"].as_str().unwrap_or_default()
    }

    /// A header's text; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// A signed-in person with a role. Equal numbers are the same person.
#[must_use]
pub fn person(number: u8, role: Role) -> Viewer {
    Viewer::signed_in(SignedInUser::new(UserId::from_bytes([number; 16])).with_role(role))
}

fn key() -> SharedKey {
    SharedKey::new("test", KEY).expect("the key is long enough")
}
