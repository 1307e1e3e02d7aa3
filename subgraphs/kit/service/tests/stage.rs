//! Starting the sample, and asking it as the router does.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use http::{HeaderMap, Request, StatusCode};
use kit_database::Durability;
use kit_events::EmbeddedEventLog;
use kit_ids::{Clock, ManualClock, UserId};
use kit_service::{GRAPHQL_PATH, RunningSubgraph, ServiceSettings, start_quietly};
use kit_testing::TestDatabase;
use kit_viewer::{KeyRing, RequestSigner, SharedKey, SignedInUser, Viewer};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::sample::SUBGRAPH;

pub(crate) const NOW: i64 = 1_790_000_000_000_000;

pub(crate) struct Stage {
    pub(crate) running: Arc<RunningSubgraph>,
    pub(crate) clock: Arc<ManualClock>,
    _folder: TempDir,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

pub(crate) fn key() -> SharedKey {
    SharedKey::new("k1", *b"0123456789abcdef0123456789abcdef").unwrap()
}

pub(crate) fn alice() -> Viewer {
    Viewer::signed_in(SignedInUser::new(UserId::from_bytes([1; 16])))
}

impl Stage {
    pub(crate) async fn new(place: &TestDatabase) -> Self {
        let stage = Self::quiet(place).await;
        stage.running.begin().await;
        stage
    }

    /// The sample as it is before it begins to publish and to hear.
    pub(crate) async fn quiet(place: &TestDatabase) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = EmbeddedEventLog::open(folder.path(), Durability::ProcessDeath).await.unwrap();
        let keys = KeyRing::new(vec![key()]).unwrap();
        let mut settings = ServiceSettings::new(place.settings("notes"), Arc::new(log), keys);
        let clock = Arc::new(ManualClock::new(NOW));
        settings.clock = Arc::clone(&clock) as Arc<dyn Clock>;
        let running = start_quietly(&SUBGRAPH, settings).await.unwrap();
        Self { running: Arc::new(running), clock, _folder: folder }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.running.router().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Answer { status, headers, body }
    }

    /// An operation of this viewer.
    pub(crate) async fn ask(&self, viewer: &Viewer, query: &str) -> Answer {
        self.send(signed(viewer, GRAPHQL_PATH, &json!({ "query": query }).to_string())).await
    }

    /// Writes a note and returns its id.
    pub(crate) async fn write(&self, body: &str) -> String {
        let mutation = format!("mutation {{ writeNote(input: {{ body: {body:?} }}) {{ note {{ id }} }} }}");
        let answer = self.ask(&alice(), &mutation).await;
        answer.body["data"]["writeNote"]["note"]["id"].as_str().unwrap_or_else(|| panic!("{}", answer.body)).to_owned()
    }
}

/// A POST of JSON, signed for this viewer.
pub(crate) fn signed(viewer: &Viewer, path: &str, body: &str) -> Request<Body> {
    let mut request = unsigned(path, body);
    let headers = RequestSigner::new(key()).sign(viewer, "notes", "POST", path, body.as_bytes(), NOW);
    headers.add_to(request.headers_mut());
    request
}

/// A POST of JSON.
pub(crate) fn unsigned(path: &str, body: &str) -> Request<Body> {
    Request::post(path).header("content-type", "application/json").body(Body::from(body.to_owned())).unwrap()
}
