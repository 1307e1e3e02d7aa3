//! The one interface between the router and its subgraphs (design decision 4).
//!
//! A transport carries one HTTP exchange with bounded, whole bodies, or one with bodies of any length that are passed on
//! while they come. [`HttpTransport`] goes over the network;
//! [`InProcessTransport`] calls a service in the same process with the very same request, so that nothing but
//! configuration differs between one process and twelve.

mod body;
mod http_client;
mod in_process;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use thiserror::Error;

pub(crate) use self::body::collect_streamed;
pub use self::body::{RequestBody, StreamedBody};
pub use self::http_client::{HttpTransport, HttpTransportError, HttpTransportOptions, HttpTransportTls};
pub use self::in_process::InProcessTransport;

/// The largest reply of a subgraph by default, in bytes: far above any sensible page of data, and small enough that a
/// hundred at once do not exhaust a small machine.
pub const REPLY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Carries requests to one subgraph.
#[async_trait]
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends `request` (its URI holds a path and query only; the transport knows the authority) and waits for the
    /// whole reply, at most `timeout`. Dropping the future abandons the exchange.
    ///
    /// # Errors
    /// When no reply could be had, came too late or was too large. A reply of any HTTP status is not an error.
    async fn send(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, TransportError>;

    /// Sends `request` and answers with the reply as soon as its head is there. Both bodies are passed on while they come,
    /// no faster than the other end takes them; dropping either abandons the exchange.
    ///
    /// # Errors
    /// When no reply could be had, or this transport carries whole bodies only.
    async fn stream(
        &self,
        request: http::Request<StreamedBody>,
    ) -> Result<http::Response<StreamedBody>, TransportError> {
        drop(request);
        Err(TransportError::Unavailable("its transport carries whole bodies only".to_owned()))
    }

    /// Whether the subgraph runs in this process, so that nothing goes over the network.
    fn is_in_process(&self) -> bool {
        false
    }
}

/// Why a subgraph gave no reply. The text is for logs; clients see only the code that it maps to (P8).
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum TransportError {
    /// The subgraph could not be reached, or broke the connection: `SUBGRAPH_UNAVAILABLE`.
    #[error("the subgraph cannot be reached: {0}")]
    Unavailable(String),
    /// No whole reply within the time allowed: `SUBGRAPH_TIMEOUT`.
    #[error("no reply within {} ms", .0.as_millis())]
    Timeout(Duration),
    /// The reply's body exceeds the bound given, in bytes: `SUBGRAPH_INVALID_REPLY`.
    #[error("the reply is larger than {0} bytes")]
    TooLarge(usize),
}
