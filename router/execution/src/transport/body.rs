//! Reads a whole body, but never more than its bound.

use std::error::Error;

use bytes::Bytes;
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::TransportError;

/// Collects `response`'s body, refusing it as soon as it exceeds `bytes_max`.
pub(super) async fn collect<B>(
    response: http::Response<B>,
    bytes_max: usize,
) -> Result<http::Response<Bytes>, TransportError>
where
    B: Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let (parts, body) = response.into_parts();
    // A body that announces its size is refused before any of it is read.
    if body.size_hint().lower() > bytes_max as u64 {
        return Err(TransportError::TooLarge(bytes_max));
    }
    match Limited::new(body, bytes_max).collect().await {
        Ok(collected) => Ok(http::Response::from_parts(parts, collected.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Err(TransportError::TooLarge(bytes_max)),
        Err(error) => Err(TransportError::Unavailable(format!("the reply broke off: {}", chain(error.as_ref())))),
    }
}

/// An error and all its causes, since the outermost often says only that something failed.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
