//! `GET /.well-known/jwks.json`: the public keys of access tokens (RFC 7517, RFC 8037).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::header::CACHE_CONTROL;
use serde_json::json;

use super::Rest;

pub(super) async fn answer(State(rest): State<Arc<Rest>>) -> impl IntoResponse {
    let key = json!({
        "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": rest.keys.kid(), "x": rest.keys.public_x(),
    });
    ([(CACHE_CONTROL, "public, max-age=300")], Json(json!({ "keys": [key] })))
}
