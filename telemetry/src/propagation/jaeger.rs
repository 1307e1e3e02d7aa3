//! Jaeger's own header (<https://www.jaegertracing.io/sdk-migration/#propagation-format>).

use http::{HeaderMap, HeaderName};

use super::{Read, Sole, insert, sole, span_id_of, trace_id_of};
use crate::context::TraceContext;

pub(super) const TRACE: HeaderName = HeaderName::from_static("uber-trace-id");
const SAMPLED: u8 = 0b01;
const DEBUG: u8 = 0b10;

pub(super) fn read(headers: &HeaderMap) -> Read {
    match sole(headers, &TRACE) {
        Sole::Absent => Read::Absent,
        Sole::Malformed => Read::Malformed,
        Sole::Text(text) => parse(text).map_or(Read::Malformed, Read::Context),
    }
}

pub(super) fn write(context: &TraceContext, headers: &mut HeaderMap) {
    let flags = u8::from(context.is_sampled()) * SAMPLED;
    insert(headers, TRACE, &format!("{}:{}:0:{flags:x}", context.trace_id, context.span));
}

/// `{trace-id}:{span-id}:{parent-span-id}:{flags}`, whose colons some clients write as an address has them.
fn parse(text: &str) -> Option<TraceContext> {
    let text = text.replace("%3A", ":").replace("%3a", ":");
    let mut parts = text.split(':');
    let (trace_id, span) = (trace_id_of(parts.next()?)?, span_id_of(parts.next()?)?);
    // Deprecated, and zero for the first span.
    let parent = parts.next()?;
    let flags = parts.next()?;
    let is_short = |digits: &str, length_max| (1..=length_max).contains(&digits.len());
    let is_digits = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !is_short(parent, 16) || !is_digits(parent) || !is_short(flags, 2) || !is_digits(flags) || parts.next().is_some()
    {
        return None;
    }
    let flags = u8::from_str_radix(flags, 16).ok()?;
    let sampled = Some(flags & (SAMPLED | DEBUG) != 0);
    Some(TraceContext { trace_id, span, sampled, is_random: false, state: None })
}
