//! The studio: what the graph remembers of its requests, and how it explains them.
//!
//! - [`request`] is what the router tells of each request, kept or not;
//! - [`studio`] takes that and the spans of kept traces, and answers what is asked; `keeper` is the one task that counts and
//!   writes, `memory` what is at hand;
//! - [`aggregate`] counts every request in steps of time, with [`histogram`] for durations and [`window`] for looking back;
//! - [`analysis`] finds critical paths, explains traces and ranks bottlenecks; it is pure;
//! - [`store`] keeps it all in one SQLite file;
//! - [`graph`] is the graph and how it has changed; [`live`] tells what happens while it does; [`otlp`] reads and writes
//!   spans as OpenTelemetry sends them;
//! - [`view`] puts answers together, as JSON.
//!
//! **Invariants.** Whoever tells it something does not wait: what there is no room for is dropped and counted. Everything is
//! bounded: the queue, names, steps, traces by bytes and by age. A store that cannot be read or written costs history, and
//! nothing else.
//!
//! It serves no HTTP, and decides nothing about which traces are kept.

pub mod aggregate;
pub mod analysis;
pub mod graph;
pub mod histogram;
mod keeper;
pub mod live;
mod memory;
pub mod otlp;
pub mod request;
pub mod store;
mod studio;
pub mod view;
pub mod window;

pub use crate::request::{
    CacheVerdict, FetchOutcome, FetchRecord, OperationKind, OperationRecord, PlannedFetch, RequestRecord, RequestSink,
};
pub use crate::studio::{Now, Studio, StudioOptions};
pub use crate::window::{NoWindow, Window};
