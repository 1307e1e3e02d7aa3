//! Sister subgraphs that always give one answer.

use axum::routing::post;
use axum::{Json, Router};
use kit_service::{GRAPHQL_PATH, Neighbours};
use serde_json::Value;

/// A sister of this name that answers every question with this data, and no other.
#[must_use]
pub fn neighbour_answering(name: &str, data: &Value) -> Neighbours {
    let answer = serde_json::json!({ "data": data });
    let neighbours = Neighbours::default();
    neighbours.add_in_process(name, Router::new().route(GRAPHQL_PATH, post(|| async { Json(answer) })));
    neighbours
}
