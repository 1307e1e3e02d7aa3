use axum::body::Body;
use http::{Request, StatusCode};
use kit_service::{migrate, start};
use kit_testing::TestDatabase;

use crate::sample::SUBGRAPH;
use crate::stage::{Answer, Stage};

async fn get(stage: &Stage, path: &str) -> Answer {
    stage.send(Request::get(path).body(Body::empty()).unwrap()).await
}

kit_testing::on_each_database! {
    /// Readiness follows the database; liveness does not.
    async fn a_service_is_ready_while_its_database_answers(place: TestDatabase) {
        let stage = Stage::new(&place).await;
        let ready = get(&stage, "/health/ready").await;
        assert_eq!(ready.status, StatusCode::OK, "{}", ready.body);
        assert_eq!(ready.body["checks"], serde_json::json!({ "service": "ok", "database": "ok", "relay": "ok" }));

        stage.running.context().database.close().await;
        let not_ready = get(&stage, "/health/ready").await;
        assert_eq!(not_ready.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(not_ready.body["checks"]["database"], "fails; its error is in the log");
        assert_eq!(get(&stage, "/health/live").await.status, StatusCode::OK);
        stage.running.stop().await;
    }
}

/// S0-OBS-1: the metrics of the process are shown, with what is not in order in them.
#[tokio::test]
async fn metrics_count_requests() {
    let place = TestDatabase::sqlite();
    let stage = Stage::new(&place).await;
    get(&stage, "/nowhere").await;
    let metrics = get(&stage, "/metrics").await;
    let text = metrics.body.as_str().unwrap();
    assert!(text.contains(r#"subgraph_request_duration_seconds_bucket{subgraph="notes",face="rest",status="404""#));
    stage.running.stop().await;
}

/// P2: the settings of one subgraph open no other, and the refusal says so.
#[tokio::test]
async fn a_subgraph_refuses_the_settings_of_another_one() {
    let place = TestDatabase::sqlite();
    let stage = Stage::new(&place).await;
    let error = migrate(&SUBGRAPH, place.settings("learning")).await.unwrap_err();
    assert_eq!(error.to_string(), "`notes` was given the database settings of `learning`; give each subgraph its own");
    stage.running.stop().await;
    assert_eq!(migrate(&SUBGRAPH, place.settings("notes")).await.unwrap(), Vec::<String>::new());
}

/// A subgraph that cannot be built says which one and why.
#[tokio::test]
async fn a_subgraph_that_cannot_be_built_does_not_start() {
    let place = TestDatabase::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let log = kit_events::EmbeddedEventLog::open(folder.path(), kit_database::Durability::ProcessDeath).await.unwrap();
    let keys = kit_viewer::KeyRing::new(vec![crate::stage::key()]).unwrap();
    let settings = kit_service::ServiceSettings::new(place.settings("notes"), std::sync::Arc::new(log), keys);
    let broken = kit_service::Subgraph { build: |_| Box::pin(async { Err("no signing key".into()) }), ..SUBGRAPH };
    let error = start(&broken, settings).await.unwrap_err();
    assert_eq!(error.to_string(), "`notes` does not start: no signing key");
}
