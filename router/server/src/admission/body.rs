use std::error::Error;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::content_encoding;
use crate::configuration::AdmissionSettings;
use crate::refusal::Refusal;

/// Reads a whole body, within its bounds.
pub(super) async fn read(settings: &AdmissionSettings, headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    let encoding = content_encoding::of(settings, headers)?;
    let limit = settings.body_bytes_max;
    match collect(body, limit, Duration::from_millis(settings.body_timeout_ms)).await {
        Ok(bytes) => match encoding {
            None => Ok(bytes),
            Some(encoding) => content_encoding::inflate(settings, encoding, &bytes),
        },
        Err(BodyError::TooLarge) => Err(too_large(limit)),
        Err(BodyError::TooSlow) => Err(Refusal::http(
            StatusCode::REQUEST_TIMEOUT,
            format!("The body did not arrive within {} ms.", settings.body_timeout_ms),
        )),
        Err(BodyError::Broken) => Err(Refusal::http(StatusCode::BAD_REQUEST, "The body ended before it was complete.")),
    }
}

pub(super) fn too_large(limit: usize) -> Refusal {
    Refusal::http(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("The body is larger than {limit} bytes, the most that is read."),
    )
}

/// Why a body could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyError {
    TooLarge,
    TooSlow,
    Broken,
}

/// Collects at most `limit` bytes within `timeout`. A body that is announced as longer is not waited for.
pub(crate) async fn collect(body: Body, limit: usize, timeout: Duration) -> Result<Bytes, BodyError> {
    if usize::try_from(body.size_hint().lower()).map_or(true, |announced| announced > limit) {
        return Err(BodyError::TooLarge);
    }
    let whole = tokio::time::timeout(timeout, Limited::new(body, limit).collect()).await;
    match whole {
        Err(_elapsed) => Err(BodyError::TooSlow),
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if is_length_limit(error.as_ref()) => Err(BodyError::TooLarge),
        Ok(Err(_broken)) => Err(BodyError::Broken),
    }
}

fn is_length_limit(error: &(dyn Error + 'static)) -> bool {
    error.is::<LengthLimitError>() || error.source().is_some_and(is_length_limit)
}
