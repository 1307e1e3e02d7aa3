//! What happens in a process, as it is told to the outside: traces, metrics and logs, in OpenTelemetry's terms.
//!
//! Router and subgraphs know nothing of each other, and yet one trace shows both: what they have in common stands here.
//!
//! - [`span`] is one piece of work of a trace, wherever it was done, as it is kept, shown and sent;
//! - [`metrics`] is what was measured, and how it is told;
//! - [`sink`] is where those go that are worth keeping.

pub mod metrics;
pub mod sink;
pub mod span;

pub use crate::sink::{KeptFor, SpanSink};
pub use crate::span::{Span, SpanEvent, SpanId, SpanKind, SpanStatus, TraceId, Value};
