//! W3C Trace Context, Level 2 (<https://www.w3.org/TR/trace-context-2/>).

use http::{HeaderMap, HeaderName};

use super::{Read, Sole, insert, sole};
use crate::context::TraceContext;

pub(super) const PARENT: HeaderName = HeaderName::from_static("traceparent");
pub(super) const STATE: HeaderName = HeaderName::from_static("tracestate");
/// The least that section 3.3.1.5 asks to pass on.
const STATE_BYTES_MAX: usize = 512;
const SAMPLED: u8 = 0b01;
const RANDOM: u8 = 0b10;

pub(super) fn read(headers: &HeaderMap) -> Read {
    let text = match sole(headers, &PARENT) {
        Sole::Absent => return Read::Absent,
        Sole::Malformed => return Read::Malformed,
        Sole::Text(text) => text,
    };
    match parse(text) {
        // A state without a parent means nothing, so it is read only here.
        Some(context) => Read::Context(TraceContext { state: state(headers), ..context }),
        None => Read::Malformed,
    }
}

pub(super) fn write(context: &TraceContext, headers: &mut HeaderMap) {
    let flags = (u8::from(context.is_sampled()) * SAMPLED) | (u8::from(context.is_random) * RANDOM);
    insert(headers, PARENT, &format!("00-{}-{}-{flags:02x}", context.trace_id, context.span));
    if let Some(state) = &context.state {
        headers.insert(STATE, state.clone());
    }
}

fn state(headers: &HeaderMap) -> Option<http::HeaderValue> {
    let mut values = headers.get_all(&STATE).iter();
    let state = values.next().filter(|state| state.len() <= STATE_BYTES_MAX)?;
    values.next().is_none().then(|| state.clone())
}

/// Section 3.2.
fn parse(text: &str) -> Option<TraceContext> {
    let mut parts = text.split('-');
    let (version, trace_id, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let version = byte(version)?;
    // Version 00 has four parts; a later one may have more.
    if version == 0xff || (version == 0 && parts.next().is_some()) {
        return None;
    }
    let (trace_id, span, flags) = (trace_id.parse().ok()?, span.parse().ok()?, byte(flags)?);
    let (sampled, is_random) = (Some(flags & SAMPLED != 0), flags & RANDOM != 0);
    Some(TraceContext { trace_id, span, sampled, is_random, state: None })
}

fn byte(digits: &str) -> Option<u8> {
    let is_digit = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
    let is_byte = digits.len() == 2 && digits.bytes().all(is_digit);
    if is_byte { u8::from_str_radix(digits, 16).ok() } else { None }
}
