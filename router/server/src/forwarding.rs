//! What the router tells a subgraph beside the operation: who asks, in which trace, on whose behalf, signed.
//!
//! Nothing of a client's headers reaches a subgraph by itself. Requests to subgraphs are built from nothing; the
//! pass-through copies end-to-end headers and drops every `x-viewer*`.

mod client;
mod request;
mod signature;
mod trace;

pub(crate) use client::ClientDescription;
pub(crate) use request::RequestForwarding;
pub use signature::{RequestSigner, SigningKeyError};
pub(crate) use signature::{SignedRequest, VIEWER_PREFIX, ViewerHeader};
pub(crate) use trace::RequestTrace;
