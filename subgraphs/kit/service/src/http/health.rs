//! Whether the service lives, is ready, and how it does.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use kit_events::outbox;
use serde_json::json;
use telemetry::metrics::{Format, install};

use super::Shared;
use crate::limits::{OUTBOX_BACKLOG_MAX, READINESS_TIME_MAX};

/// The process answers; an orchestrator restarts it when it does not.
pub(super) async fn live() -> Json<serde_json::Value> {
    Json(json!({ "status": "live" }))
}

/// Whether requests should be sent here: the database answers, and events get out.
pub(super) async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    let database = tokio::time::timeout(READINESS_TIME_MAX, shared.context.database.ping()).await;
    let database = match database {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready");
            Err("fails; its error is in the log")
        }
        Err(_) => Err("does not answer in time"),
    };
    let relay = match tokio::time::timeout(READINESS_TIME_MAX, outbox::backlog(&shared.context.database)).await {
        Ok(Ok(events)) if events <= OUTBOX_BACKLOG_MAX => Ok(()),
        Ok(Ok(_)) => Err("is behind; does the event log take events?"),
        _ => Err("cannot be asked"),
    };
    let service = if shared.is_stopping() { Err("is stopping") } else { Ok(()) };
    let checks = [("service", service), ("database", database), ("relay", relay)];
    let is_ready = checks.iter().all(|(_, check)| check.is_ok());
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let checks: serde_json::Map<String, serde_json::Value> =
        checks.iter().map(|(name, check)| ((*name).to_owned(), check.err().unwrap_or("ok").into())).collect();
    let word = if is_ready { "ready" } else { "not ready" };
    (status, Json(json!({ "status": word, "subgraph": shared.context.name, "checks": checks }))).into_response()
}

/// The metrics of the process.
pub(super) async fn metrics(headers: HeaderMap) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let rendered = Format::accepted(accept).render(&install().snapshot());
    ([(header::CONTENT_TYPE, rendered.content_type)], rendered.body).into_response()
}
