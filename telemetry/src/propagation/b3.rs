//! Zipkin's B3, in one header and in several (<https://github.com/openzipkin/b3-propagation>).

use http::{HeaderMap, HeaderName};

use super::{Read, Sole, insert, is_same, sole, span_id_of, trace_id_of};
use crate::context::TraceContext;
use crate::span::{SpanId, TraceId};

pub(super) const SINGLE: HeaderName = HeaderName::from_static("b3");
pub(super) const TRACE_ID: HeaderName = HeaderName::from_static("x-b3-traceid");
pub(super) const SPAN_ID: HeaderName = HeaderName::from_static("x-b3-spanid");
pub(super) const PARENT_ID: HeaderName = HeaderName::from_static("x-b3-parentspanid");
pub(super) const SAMPLED: HeaderName = HeaderName::from_static("x-b3-sampled");
pub(super) const FLAGS: HeaderName = HeaderName::from_static("x-b3-flags");

/// The single header goes before the several ones, unless they name another trace.
pub(super) fn read(headers: &HeaderMap) -> Read {
    match (read_single(headers), read_several(headers)) {
        (Read::Absent, several) => several,
        (Read::Context(single), Read::Context(several)) if !is_same(single.trace_id, several.trace_id) => {
            Read::Malformed
        }
        (single, _) => single,
    }
}

pub(super) fn write_single(context: &TraceContext, headers: &mut HeaderMap) {
    let sampled = context.sampled.map_or("", |sampled| if sampled { "-1" } else { "-0" });
    insert(headers, SINGLE, &format!("{}-{}{sampled}", context.trace_id, context.span));
}

pub(super) fn write_several(context: &TraceContext, headers: &mut HeaderMap) {
    insert(headers, TRACE_ID, &context.trace_id.to_string());
    insert(headers, SPAN_ID, &context.span.to_string());
    if let Some(sampled) = context.sampled {
        insert(headers, SAMPLED, if sampled { "1" } else { "0" });
    }
}

fn read_single(headers: &HeaderMap) -> Read {
    match sole(headers, &SINGLE) {
        Sole::Absent => Read::Absent,
        // A decision without a trace.
        Sole::Text("0" | "1" | "d") => Read::Absent,
        Sole::Malformed => Read::Malformed,
        Sole::Text(text) => parse_single(text).map_or(Read::Malformed, Read::Context),
    }
}

fn parse_single(text: &str) -> Option<TraceContext> {
    let mut parts = text.split('-');
    let (trace_id, span) = ids(parts.next()?, parts.next()?)?;
    let sampled = parts.next().map(|state| match state {
        "1" | "d" => Some(true),
        "0" => Some(false),
        _ => None,
    });
    let parent_is_sound = parts.next().is_none_or(|parent| span_of(parent).is_some());
    if sampled == Some(None) || !parent_is_sound || parts.next().is_some() {
        return None;
    }
    Some(TraceContext { trace_id, span, sampled: sampled.flatten(), is_random: false, state: None })
}

fn read_several(headers: &HeaderMap) -> Read {
    let (trace_id, span) = match (sole(headers, &TRACE_ID), sole(headers, &SPAN_ID)) {
        (Sole::Absent, Sole::Absent) => return Read::Absent,
        (Sole::Text(trace_id), Sole::Text(span)) => (trace_id, span),
        _ => return Read::Malformed,
    };
    let sampled = match (sole(headers, &FLAGS), sole(headers, &SAMPLED)) {
        (Sole::Text("1"), _) | (Sole::Absent | Sole::Text("0"), Sole::Text("1" | "true")) => Some(true),
        (Sole::Absent | Sole::Text("0"), Sole::Text("0" | "false")) => Some(false),
        (Sole::Absent | Sole::Text("0"), Sole::Absent) => None,
        _ => return Read::Malformed,
    };
    match ids(trace_id, span) {
        Some((trace_id, span)) => {
            Read::Context(TraceContext { trace_id, span, sampled, is_random: false, state: None })
        }
        None => Read::Malformed,
    }
}

fn ids(trace_id: &str, span: &str) -> Option<(TraceId, SpanId)> {
    let trace_id = if matches!(trace_id.len(), 16 | 32) { trace_id_of(trace_id) } else { None };
    trace_id.zip(span_of(span))
}

fn span_of(digits: &str) -> Option<SpanId> {
    if digits.len() == 16 { span_id_of(digits) } else { None }
}
