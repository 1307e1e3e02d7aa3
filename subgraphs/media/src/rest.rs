//! The HTTP face of media: sending files and fetching them (domain 4.3). Each address carries its own proof.

mod conditions;
mod content;
mod problem;
mod range;
mod segments;
mod sending;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, put};

use crate::service::Archive;

/// All paths, for bodies of any length.
pub(crate) fn routes(archive: Archive) -> Router {
    Router::new()
        .route("/media/v1/uploads/{id}", put(sending::whole))
        .route("/media/v1/uploads/{id}/parts/{number}", put(sending::part))
        .route("/media/v1/files/{id}/content", get(content::content))
        .route("/media/v1/files/{id}/hls/{proof}/{name}", get(segments::segments))
        .layer(DefaultBodyLimit::disable())
        .with_state(archive)
}
