//! What happens in a process, as it is told to the outside: traces, metrics and logs, in OpenTelemetry's terms.
//!
//! Router and subgraphs know nothing of each other, and yet one trace shows both: what they have in common stands here.
//!
//! - [`span`] is one piece of work of a trace, wherever it was done, as it is kept, shown and sent;
//! - [`metrics`] is what was measured, and how it is told;
//! - [`context`] is where a piece of work belongs, [`propagation`] how services tell each other of it;
//! - [`sampling`] decides which traces are kept, [`collect`] holds the spans of those under way
//!   until that is known;
//! - [`otlp`] sends those that are kept to a collector, [`metrics`] counts and measures;
//! - [`sink`] is where those go that are worth keeping;
//! - [`subscriber`] installs what becomes of `tracing`'s spans and events in this process: spans of traces, lines of the
//!   [log](logs), and [failures];
//! - [`active`](mod@active) is the span that is being worked in, [`flow`] what a task works for, [`scope`] what the log
//!   lines of one piece of work have in common;
//! - [`correlation`] is the rule for names of flows, [`viewer`] names viewers so that nobody learns who they are.

pub mod active;
pub mod collect;
pub mod context;
pub mod correlation;
pub mod failures;
pub mod flow;
pub mod logs;
pub mod metrics;
pub mod otlp;
pub mod propagation;
pub mod sampling;
pub mod scope;
pub mod sink;
pub mod span;
pub mod subscriber;
pub mod viewer;

#[doc(hidden)]
pub use tracing;

pub use crate::active::{Active, active, count};
pub use crate::collect::{Collector, Limits as CollectorLimits};
pub use crate::context::{SpanIds, TraceContext};
pub use crate::otlp::{OtlpError, OtlpOptions, OtlpProtocol, OtlpSpans};
pub use crate::propagation::{Format as PropagationFormat, Propagation};
pub use crate::sampling::{Ending, Sampler, SamplingRules};
pub use crate::sink::{KeptFor, SpanSink};
pub use crate::span::{Span, SpanEvent, SpanId, SpanKind, SpanStatus, TraceId, Value};
