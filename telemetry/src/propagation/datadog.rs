//! Datadog's headers: decimal numbers of 64 bits, and the upper half of the trace id among the tags
//! (<https://docs.datadoghq.com/tracing/trace_collection/trace_context_propagation/>).

use http::{HeaderMap, HeaderName};

use super::{Read, Sole, insert, sole};
use crate::context::TraceContext;
use crate::span::{SpanId, TraceId};

pub(super) const TRACE_ID: HeaderName = HeaderName::from_static("x-datadog-trace-id");
pub(super) const PARENT_ID: HeaderName = HeaderName::from_static("x-datadog-parent-id");
pub(super) const PRIORITY: HeaderName = HeaderName::from_static("x-datadog-sampling-priority");
pub(super) const TAGS: HeaderName = HeaderName::from_static("x-datadog-tags");
/// The tag of the upper 64 bits.
const UPPER_HALF: &str = "_dd.p.tid";
/// As its own libraries bound them.
const TAGS_BYTES_MAX: usize = 512;

pub(super) fn read(headers: &HeaderMap) -> Read {
    let (trace_id, span) = match (sole(headers, &TRACE_ID), sole(headers, &PARENT_ID)) {
        (Sole::Absent, Sole::Absent) => return Read::Absent,
        (Sole::Text(trace_id), Sole::Text(span)) => (trace_id, span),
        _ => return Read::Malformed,
    };
    let sampled = match sole(headers, &PRIORITY) {
        Sole::Absent => None,
        Sole::Text("1" | "2") => Some(true),
        Sole::Text("0" | "-1") => Some(false),
        Sole::Malformed | Sole::Text(_) => return Read::Malformed,
    };
    let upper = match sole(headers, &TAGS) {
        Sole::Absent => Some(0),
        Sole::Text(tags) => upper_half(tags),
        Sole::Malformed => None,
    };
    let (Some(upper), Some(lower), Some(span)) = (upper, number(trace_id), number(span)) else {
        return Read::Malformed;
    };
    let id = (u128::from(upper) << 64) | u128::from(lower);
    match (TraceId::new(id.to_be_bytes()), SpanId::new(span.to_be_bytes())) {
        (Some(trace_id), Some(span)) => {
            Read::Context(TraceContext { trace_id, span, sampled, is_random: false, state: None })
        }
        _ => Read::Malformed,
    }
}

pub(super) fn write(context: &TraceContext, headers: &mut HeaderMap) {
    let id = u128::from_be_bytes(context.trace_id.bytes());
    let (upper, lower) = (id >> 64, id & u128::from(u64::MAX));
    insert(headers, TRACE_ID, &lower.to_string());
    insert(headers, PARENT_ID, &u64::from_be_bytes(context.span.bytes()).to_string());
    if let Some(sampled) = context.sampled {
        insert(headers, PRIORITY, if sampled { "1" } else { "0" });
    }
    if upper != 0 {
        insert(headers, TAGS, &format!("{UPPER_HALF}={upper:016x}"));
    }
}

/// A number of at most 64 bits, and of digits only.
fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    if is_number { digits.parse().ok() } else { None }
}

/// Zero when no tag says it.
fn upper_half(tags: &str) -> Option<u64> {
    if tags.len() > TAGS_BYTES_MAX {
        return None;
    }
    let mut halves = tags.split(',').filter_map(|tag| tag.split_once('=')).filter(|(name, _)| *name == UPPER_HALF);
    let Some((_, half)) = halves.next() else { return Some(0) };
    let is_half = half.len() == 16 && half.bytes().all(|digit| digit.is_ascii_hexdigit()) && halves.next().is_none();
    if is_half { u64::from_str_radix(half, 16).ok() } else { None }
}
