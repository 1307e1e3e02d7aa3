//! Where spans go that are worth keeping.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::span::Span;

/// Why a trace is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeptFor {
    /// Whoever began the trace has asked for it.
    Asked,
    /// Something has failed.
    Error,
    /// It took longer than its kind may.
    Slow,
    /// A fault was put in its way.
    Fault,
    /// It is one of the share that is kept whatever becomes of it.
    Sample,
}

/// Takes spans of traces that are kept: what sends them to a collector, or what shows them.
pub trait SpanSink: fmt::Debug + Send + Sync {
    /// Takes ended spans of one trace, some of which may come later than others. It must not wait: who has no room drops
    /// them, and counts what was dropped.
    fn take(&self, spans: &[Span], why: KeptFor);
}
