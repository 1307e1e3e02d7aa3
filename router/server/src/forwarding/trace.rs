//! W3C Trace Context, and the correlation id that outlives one request (P14).

use http::{HeaderMap, HeaderName, HeaderValue};

/// Carries the trace id back to the client.
const TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");
/// Names everything that one cause leads to, across requests and events.
const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");
const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACE_STATE: HeaderName = HeaderName::from_static("tracestate");
const CORRELATION_ID_BYTES_MAX: usize = 128;
/// The least that W3C Trace Context section 3.3.1.5 asks to pass on.
const TRACE_STATE_BYTES_MAX: usize = 512;
const SAMPLED: &str = "01";

/// Where a request belongs.
#[derive(Debug, Clone)]
pub(crate) struct RequestTrace {
    /// 32 hexadecimal digits.
    pub(crate) trace_id: String,
    flags: String,
    state: Option<HeaderValue>,
    pub(crate) correlation_id: String,
}

impl RequestTrace {
    /// Joins the trace that the client names, or begins one.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let parent = sole(headers, &TRACE_PARENT).and_then(|value| value.to_str().ok()).and_then(parse_parent);
        let correlation_id = sole(headers, &CORRELATION_ID)
            .and_then(|value| value.to_str().ok())
            .filter(|id| is_correlation_id(id))
            .map_or_else(random_hexadecimal::<16>, str::to_owned);
        match parent {
            Some((trace_id, flags)) => Self {
                trace_id,
                flags,
                // One without a parent means nothing, so it is read only here.
                state: sole(headers, &TRACE_STATE).filter(|state| state.len() <= TRACE_STATE_BYTES_MAX).cloned(),
                correlation_id,
            },
            None => {
                Self { trace_id: random_hexadecimal::<16>(), flags: SAMPLED.to_owned(), state: None, correlation_id }
            }
        }
    }

    /// Puts the trace on a request to a subgraph, which becomes a span of its own.
    pub(crate) fn write_to(&self, headers: &mut HeaderMap) {
        let parent = format!("00-{}-{}-{}", self.trace_id, random_hexadecimal::<8>(), self.flags);
        headers.insert(TRACE_PARENT, header(&parent));
        match &self.state {
            Some(state) => headers.insert(TRACE_STATE, state.clone()),
            None => headers.remove(TRACE_STATE),
        };
        headers.insert(CORRELATION_ID, header(&self.correlation_id));
    }

    /// Puts both ids on the reply to the client.
    pub(crate) fn write_to_reply(&self, headers: &mut HeaderMap) {
        headers.insert(TRACE_ID, header(&self.trace_id));
        headers.insert(CORRELATION_ID, header(&self.correlation_id));
    }
}

fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("invariant: ids are hexadecimal, or were read from a header")
}

fn sole<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

/// The trace id and flags of a `traceparent` (section 3.2); `None` for one that must be ignored.
fn parse_parent(text: &str) -> Option<(String, String)> {
    let parts: Vec<&str> = text.split('-').collect();
    let [version, trace_id, parent_id, flags, ..] = parts.as_slice() else { return None };
    let hexadecimal = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let not_zero = |part: &str| part.bytes().any(|byte| byte != b'0');
    let valid = hexadecimal(version, 2)
        && *version != "ff"
        // Version 00 has four parts; a later one may have more.
        && (*version != "00" || parts.len() == 4)
        && hexadecimal(trace_id, 32)
        && not_zero(trace_id)
        && hexadecimal(parent_id, 16)
        && not_zero(parent_id)
        && hexadecimal(flags, 2);
    valid.then(|| ((*trace_id).to_owned(), (*flags).to_owned()))
}

fn is_correlation_id(text: &str) -> bool {
    (1..=CORRELATION_ID_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

pub(super) fn random_hexadecimal<const BYTES: usize>() -> String {
    let mut bytes = [0_u8; BYTES];
    getrandom::fill(&mut bytes).expect("invariant: the operating system gives random bytes");
    // An id of zeros is not one; the last bit keeps it from ever being that.
    bytes[BYTES - 1] |= 1;
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace_id_of(parent: &str) -> String {
        RequestTrace::of(&HeaderMap::from_iter([(TRACE_PARENT, HeaderValue::from_str(parent).unwrap())])).trace_id
    }

    #[test]
    fn a_valid_parent_is_joined_and_any_other_begins_a_new_trace() {
        const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(trace_id_of(&format!("00-{TRACE}-00f067aa0ba902b7-01")), TRACE);
        assert_eq!(trace_id_of(&format!("cc-{TRACE}-00f067aa0ba902b7-01-later")), TRACE);
        for invalid in [
            format!("ff-{TRACE}-00f067aa0ba902b7-01"),
            format!("00-{TRACE}-00f067aa0ba902b7-01-more"),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            format!("00-{}-00f067aa0ba902b7-01", TRACE.to_uppercase()),
            String::new(),
        ] {
            let minted = trace_id_of(&invalid);
            assert_ne!(minted, TRACE, "{invalid}");
            assert_eq!(minted.len(), 32, "{invalid}");
        }
    }

    /// P14
    #[test]
    fn a_correlation_id_is_echoed_when_it_is_plain_and_minted_otherwise() {
        let of = |id: &str| {
            RequestTrace::of(&HeaderMap::from_iter([(CORRELATION_ID, HeaderValue::from_str(id).unwrap())]))
                .correlation_id
        };
        assert_eq!(of("order-17.b"), "order-17.b");
        assert_eq!(of("a b").len(), 32);
        assert_eq!(of(&"a".repeat(129)).len(), 32);
    }
}
