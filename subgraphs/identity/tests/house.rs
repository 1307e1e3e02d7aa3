//! A running identity, and what people say to it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::header::{CONTENT_TYPE, HOST, SET_COOKIE};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use identity::SUBGRAPH;
use kit_database::{Database, Durability};
use kit_events::EmbeddedEventLog;
use kit_ids::ManualClock;
use kit_service::{Call, RunningSubgraph, ServiceSettings};
use kit_testing::TestDatabase;
use kit_viewer::{KeyRing, SharedKey, Viewer};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

pub(crate) const PASSWORD: &str = "correct horse battery";
/// 2026-06-01T00:00:00Z
const NOW: i64 = 1_780_272_000_000_000;

pub(crate) struct House {
    pub(crate) running: RunningSubgraph,
    pub(crate) router: Router,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) database: Database,
    _folder: TempDir,
    _place: TestDatabase,
}

pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn text(&self, field: &str) -> String {
        self.body[field].as_str().unwrap_or_else(|| panic!("{field} is missing in {}", self.body)).to_owned()
    }

    pub(crate) fn cookie(&self) -> String {
        self.headers[SET_COOKIE].to_str().unwrap().to_owned()
    }
}

impl House {
    pub(crate) async fn open(place: TestDatabase) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = SharedKey::new("test", [7; 32].to_vec()).unwrap();
        let clock = Arc::new(ManualClock::new(NOW));
        let log = EmbeddedEventLog::open(folder.path(), Durability::ProcessDeath).await.unwrap();
        let mut settings =
            ServiceSettings::new(place.settings("identity"), Arc::new(log), KeyRing::new(vec![key]).unwrap());
        settings.clock = Arc::clone(&clock) as _;
        settings.options = json!({ "keysFile": folder.path().join("identity.keys.json") });
        let running = kit_service::start(&SUBGRAPH, settings).await.unwrap();
        let router = running.router();
        let database = running.context().database.clone();
        Self { running, router, clock, database, _folder: folder, _place: place }
    }

    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: Value) -> Reply {
        let mut request = Request::post(path).header(CONTENT_TYPE, "application/json").header(HOST, "lyceum.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn register(&self, name: &str) -> Reply {
        let email = format!("{name}@demo.invalid");
        let body = json!({ "name": name, "email": email, "password": PASSWORD, "tokenDelivery": "body" });
        self.post("/auth/v1/register", &[], body).await
    }

    pub(crate) async fn login(&self, name: &str, password: &str) -> Reply {
        let email = format!("{name}@demo.invalid");
        self.post("/auth/v1/login", &[], json!({ "email": email, "password": password, "tokenDelivery": "body" })).await
    }

    pub(crate) async fn refresh(&self, refresh_token: &str) -> Reply {
        self.post("/auth/v1/token/refresh", &[], json!({ "refreshToken": refresh_token })).await
    }

    /// What the graph answers this viewer.
    pub(crate) async fn graph(&self, viewer: &Viewer, query: &str) -> Value {
        let response = self.running.execute(query, Call::new(viewer.clone(), "flow")).await;
        serde_json::to_value(&response).unwrap()
    }

    /// The types of the events in the outbox, in order.
    pub(crate) async fn published(&self) -> Vec<String> {
        let rows = self.database.query("SELECT type FROM outbox ORDER BY position").fetch_all().await.unwrap();
        rows.iter().map(|row| row.get("type").unwrap()).collect()
    }
}
