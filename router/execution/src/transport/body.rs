//! Bodies: whole ones, read up to their bound, and those of any length.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};

use super::TransportError;

/// A body of any length, passed on while it comes.
pub type StreamedBody = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;

/// The body of a request to a service in the same process.
#[derive(Debug)]
pub enum RequestBody {
    /// A whole one.
    Whole(Full<Bytes>),
    /// One that is still coming.
    Streamed(StreamedBody),
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.get_mut() {
            Self::Whole(body) => Pin::new(body).poll_frame(context).map_err(|never| match never {}),
            Self::Streamed(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_end_stream(),
            Self::Streamed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Streamed(body) => body.size_hint(),
        }
    }
}

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

/// As [`collect`], of a body that is still coming. Boxed, since the compiler cannot see otherwise that the future can be
/// sent between threads.
pub(crate) fn collect_streamed(
    response: http::Response<StreamedBody>,
    bytes_max: usize,
) -> BoxFuture<'static, Result<http::Response<Bytes>, TransportError>> {
    Box::pin(collect(response, bytes_max))
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
