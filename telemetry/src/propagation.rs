//! How services tell each other of traces, in headers.
//!
//! W3C Trace Context is what everybody writes and reads; beside it those of other systems are read and written when that is
//! asked for ([`Format`]). Nothing in a header is trusted: one that is not to the letter of its format, or that comes twice,
//! or that contradicts another one, means that there is no trace to join. Whether the *sampled* flag of a client is believed
//! is for the reader to decide.

mod b3;
mod baggage;
mod datadog;
mod jaeger;
mod w3c;

use http::{HeaderMap, HeaderName, HeaderValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::context::TraceContext;
use crate::span::{SpanId, TraceId};

/// A way to tell of a trace in headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// W3C Trace Context: `traceparent` and `tracestate`.
    W3c,
    /// Zipkin's, in one header: `b3`. The several ones are read as well.
    B3,
    /// Zipkin's, in several: `x-b3-traceid` and its kin. The single one is read as well.
    B3Multi,
    /// Jaeger's: `uber-trace-id`.
    Jaeger,
    /// Datadog's: `x-datadog-trace-id` and its kin.
    Datadog,
}

/// All headers that tell of traces.
pub static HEADERS: [HeaderName; 13] = [
    w3c::PARENT,
    w3c::STATE,
    b3::SINGLE,
    b3::TRACE_ID,
    b3::SPAN_ID,
    b3::PARENT_ID,
    b3::SAMPLED,
    b3::FLAGS,
    jaeger::TRACE,
    datadog::TRACE_ID,
    datadog::PARENT_ID,
    datadog::PRIORITY,
    datadog::TAGS,
];

/// The header of values that travel with a trace (W3C Baggage).
pub const BAGGAGE: HeaderName = baggage::HEADER;

/// What the headers of one format say.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Read {
    Absent,
    Malformed,
    Context(TraceContext),
}

/// Reads and writes traces in headers. Made once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Propagation {
    formats: Vec<Format>,
    baggage: Vec<String>,
}

impl Default for Propagation {
    fn default() -> Self {
        Self::new(&[Format::W3c], Vec::new())
    }
}

impl Propagation {
    /// Reads these formats, the first of which that is there counts, and writes them and W3C Trace Context. Of the baggage
    /// the entries of these names are passed on.
    #[must_use]
    pub fn new(formats: &[Format], baggage: Vec<String>) -> Self {
        Self { formats: formats.to_vec(), baggage }
    }

    /// The trace that a request names; nothing when it names none, or not clearly one.
    #[must_use]
    pub fn read(&self, headers: &HeaderMap) -> Option<TraceContext> {
        let mut found: Option<TraceContext> = None;
        for format in &self.formats {
            match (format.read(headers), &found) {
                (Read::Absent, _) => {}
                (Read::Malformed, None) => return None,
                // What comes after a sound one could only have contradicted it.
                (Read::Malformed, Some(_)) => {}
                (Read::Context(context), None) => found = Some(context),
                (Read::Context(other), Some(first)) => {
                    if !is_same(first.trace_id, other.trace_id) {
                        return None;
                    }
                }
            }
        }
        found
    }

    /// Puts the trace on a request, whose parent becomes the context's span. What else tells of a trace there goes away.
    pub fn write(&self, context: &TraceContext, headers: &mut HeaderMap) {
        for name in &HEADERS {
            headers.remove(name);
        }
        w3c::write(context, headers);
        for format in &self.formats {
            match format {
                Format::W3c => {}
                Format::B3 => b3::write_single(context, headers),
                Format::B3Multi => b3::write_several(context, headers),
                Format::Jaeger => jaeger::write(context, headers),
                Format::Datadog => datadog::write(context, headers),
            }
        }
    }

    /// The baggage of a request that may be passed on.
    #[must_use]
    pub fn baggage(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        if self.baggage.is_empty() { None } else { baggage::passed_on(&self.baggage, headers) }
    }
}

impl Format {
    fn read(self, headers: &HeaderMap) -> Read {
        match self {
            Self::W3c => w3c::read(headers),
            Self::B3 | Self::B3Multi => b3::read(headers),
            Self::Jaeger => jaeger::read(headers),
            Self::Datadog => datadog::read(headers),
        }
    }
}

/// Whether two ids name one trace: those of 64 bits are the end of those of 128.
fn is_same(one: TraceId, other: TraceId) -> bool {
    let (one, other) = (one.bytes(), other.bytes());
    let is_short = |id: [u8; 16]| id[..8] == [0; 8];
    one == other || ((is_short(one) || is_short(other)) && one[8..] == other[8..])
}

/// The text of a header that may come once only.
enum Sole<'h> {
    Absent,
    Malformed,
    Text(&'h str),
}

fn sole<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Sole<'h> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Sole::Absent,
        (Some(value), None) => value.to_str().map_or(Sole::Malformed, Sole::Text),
        (Some(_), Some(_)) => Sole::Malformed,
    }
}

/// The id of up to 32 hexadecimal digits.
fn trace_id_of(digits: &str) -> Option<TraceId> {
    if digits.is_empty() || digits.len() > 32 { None } else { format!("{digits:0>32}").parse().ok() }
}

/// The id of up to 16 hexadecimal digits.
fn span_id_of(digits: &str) -> Option<SpanId> {
    if digits.is_empty() || digits.len() > 16 { None } else { format!("{digits:0>16}").parse().ok() }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    headers.insert(name, HeaderValue::from_str(text).expect("invariant: ids are digits"));
}

#[cfg(test)]
mod tests;
