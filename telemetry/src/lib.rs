//! What happens in a process, as it is told to the outside: traces, metrics and logs, in OpenTelemetry's terms.
//!
//! Router and subgraphs know nothing of each other, and yet one trace shows both: what they have in common stands here.
//!
//! - [`span`] is one piece of work of a trace, wherever it was done, as it is kept, shown and sent;
//! - [`context`] is where a piece of work belongs, [`propagation`] how services tell each other of it;
//! - [`sampling`] decides which traces are kept, [`collect`] holds the spans of those under way
//!   until that is known;
//! - [`sink`] is where those go that are worth keeping.

pub mod collect;
pub mod context;
pub mod propagation;
pub mod sampling;
pub mod sink;
pub mod span;

pub use crate::collect::{Collector, Limits as CollectorLimits};
pub use crate::context::{SpanIds, TraceContext};
pub use crate::propagation::{Format as PropagationFormat, Propagation};
pub use crate::sampling::{Ending, Sampler, SamplingRules};
pub use crate::sink::{KeptFor, SpanSink};
pub use crate::span::{Span, SpanEvent, SpanId, SpanKind, SpanStatus, TraceId, Value};
