//! The studio: what the graph remembers of its requests, and how it explains them.
//!
//! - [`request`] is what the router tells of each request, kept or not.

pub mod request;

pub use crate::request::{
    CacheVerdict, FetchOutcome, FetchRecord, OperationKind, OperationRecord, PlannedFetch, RequestRecord, RequestSink,
};
