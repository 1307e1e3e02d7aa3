//! `GET /.well-known/jwks.json`: the public keys of access tokens (RFC 7517, RFC 8037).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::header::CACHE_CONTROL;
use serde_json::{Value, json};

use super::Rest;
use crate::service::PublicKey;

pub(super) async fn answer(State(rest): State<Arc<Rest>>) -> impl IntoResponse {
    let published = rest.keys.published_at(rest.accounts.sessions.clock.now());
    let keys: Vec<Value> = published.iter().map(shown).collect();
    ([(CACHE_CONTROL, "public, max-age=300")], Json(json!({ "keys": keys })))
}

fn shown(key: &PublicKey) -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.kid, "x": key.x })
}
