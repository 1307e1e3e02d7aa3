//! What operators ask over HTTP, through the router's operations listener: `/ops/…` (domain.md 4.4).
//!
//! Reading needs the scope `ops:read`, replaying the scope `admin` (P13), both of a signed request.

use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use http::StatusCode;
use kit_database::DatabaseError;
use kit_events::{Event, EventId};
use kit_viewer::{Refusal, Scope};
use serde_json::{Value, json};

use super::Problem;
use crate::{Call, DeadLetters, EventOperations, Outbox};

/// All of them.
pub(super) fn routes(operations: &EventOperations) -> Router {
    Router::new()
        .route("/ops/outbox", get(outbox))
        .route("/ops/dead-letters", get(dead_letters))
        .route("/ops/dead-letters/replay", post(replay_all))
        .route("/ops/dead-letters/{id}/replay", post(replay))
        .route("/ops/flow/{correlation_id}", get(flow))
        .with_state(operations.clone())
}

async fn outbox(
    State(operations): State<EventOperations>,
    Extension(call): Extension<Call>,
) -> Result<Json<Outbox>, Problem> {
    call.viewer.require_scope(Scope::OpsRead).map_err(refused)?;
    Ok(Json(operations.outbox().await.map_err(|error| failed(&error))?))
}

async fn dead_letters(
    State(operations): State<EventOperations>,
    Extension(call): Extension<Call>,
) -> Result<Json<DeadLetters>, Problem> {
    call.viewer.require_scope(Scope::OpsRead).map_err(refused)?;
    Ok(Json(operations.dead_letters().await.map_err(|error| failed(&error))?))
}

async fn replay_all(
    State(operations): State<EventOperations>,
    Extension(call): Extension<Call>,
) -> Result<Json<Value>, Problem> {
    call.viewer.require_scope(Scope::Admin).map_err(refused)?;
    Ok(Json(json!({ "replays": operations.replay_all().await.map_err(|error| failed(&error))? })))
}

async fn replay(
    State(operations): State<EventOperations>,
    Extension(call): Extension<Call>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    call.viewer.require_scope(Scope::Admin).map_err(refused)?;
    let id = EventId::parse(&id).ok_or_else(|| {
        Problem::new(StatusCode::BAD_REQUEST, "BAD_USER_INPUT").with_detail(format!("`{id}` is no id of an event"))
    })?;
    let replays = operations.replay(id).await.map_err(|error| failed(&error))?;
    if replays.is_empty() {
        let detail = format!("no consumer of {} has given up the event {id}", operations.subgraph());
        return Err(Problem::new(StatusCode::NOT_FOUND, "NOT_FOUND").with_detail(detail));
    }
    Ok(Json(json!({ "replays": replays })))
}

async fn flow(
    State(operations): State<EventOperations>,
    Extension(call): Extension<Call>,
    Path(correlation_id): Path<String>,
) -> Result<Json<Flow>, Problem> {
    call.viewer.require_scope(Scope::OpsRead).map_err(refused)?;
    let events = operations.flow(&correlation_id).await.map_err(|error| failed(&error))?;
    Ok(Json(Flow { events }))
}

/// What the subgraph has published in a flow.
#[derive(serde::Serialize)]
struct Flow {
    events: Vec<Event>,
}

fn refused(refusal: Refusal) -> Problem {
    let (status, code) = match refusal {
        Refusal::Unauthenticated => (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"),
        _ => (StatusCode::FORBIDDEN, "FORBIDDEN"),
    };
    Problem::new(status, code).with_detail(refusal.to_string())
}

fn failed(error: &DatabaseError) -> Problem {
    tracing::error!(%error, "the database fails operators");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL")
        .with_detail("the database fails; its error is in the log")
}
