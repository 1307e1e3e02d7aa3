//! Where a request belongs: its trace, and the correlation id that outlives one request (P14).

use std::sync::{Arc, LazyLock};

use http::{HeaderMap, HeaderName, HeaderValue};
use telemetry::correlation::{self, is_correlation_id};
use telemetry::{Propagation, SpanId, TraceContext, TraceId};

/// Carries the trace id back to the client.
const TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");
/// Names everything that one cause leads to, across requests and events.
const CORRELATION_ID: HeaderName = HeaderName::from_static(correlation::CORRELATION_ID);

/// Where a request belongs.
#[derive(Debug, Clone)]
pub(crate) struct RequestTrace {
    /// 32 hexadecimal digits.
    pub(crate) trace_id: String,
    pub(crate) correlation_id: Arc<str>,
    pub(crate) id: TraceId,
    /// The client's span and whether it is recorded, as the client says.
    pub(crate) parent: Option<(SpanId, Option<bool>)>,
    /// Whether the trace is kept, as subgraphs are told. Nobody is believed who says so, unless the settings do.
    pub(crate) is_sampled: bool,
    is_random: bool,
    state: Option<HeaderValue>,
    baggage: Option<HeaderValue>,
    propagation: Arc<Propagation>,
}

impl RequestTrace {
    /// Joins the trace that the client names in W3C's headers, or begins one.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        static W3C: LazyLock<Arc<Propagation>> = LazyLock::new(Arc::default);
        Self::read(&W3C, headers)
    }

    /// Joins the trace that the client names, or begins one.
    pub(crate) fn read(propagation: &Arc<Propagation>, headers: &HeaderMap) -> Self {
        let told = propagation.read(headers);
        let id = told.as_ref().map_or_else(TraceId::random, |told| told.trace_id);
        let correlation_id = sole(headers, &CORRELATION_ID)
            .and_then(|value| value.to_str().ok())
            .filter(|id| is_correlation_id(id))
            .map_or_else(|| random_hexadecimal::<16>().into(), Arc::from);
        let (parent, is_random, state) = match told {
            Some(told) => (Some((told.span, told.sampled)), told.is_random, told.state),
            None => (None, false, None),
        };
        Self {
            trace_id: id.to_string(),
            correlation_id,
            id,
            parent,
            is_sampled: false,
            is_random,
            state,
            baggage: propagation.baggage(headers),
            propagation: Arc::clone(propagation),
        }
    }

    /// Puts the trace on a request to a subgraph; `span` stands for that request, which becomes a span of its own anyway.
    pub(crate) fn write_to(&self, span: Option<SpanId>, headers: &mut HeaderMap) {
        let context = TraceContext {
            trace_id: self.id,
            span: span.unwrap_or_else(SpanId::random),
            sampled: Some(self.is_sampled),
            is_random: self.is_random,
            state: self.state.clone(),
        };
        self.propagation.write(&context, headers);
        match &self.baggage {
            Some(baggage) => headers.insert(telemetry::propagation::BAGGAGE, baggage.clone()),
            None => headers.remove(telemetry::propagation::BAGGAGE),
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

pub(super) fn random_hexadecimal<const BYTES: usize>() -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut bytes = [0_u8; BYTES];
    getrandom::fill(&mut bytes).expect("invariant: the operating system gives random bytes");
    // An id of zeros is not one; the last bit keeps it from ever being that.
    bytes[BYTES - 1] |= 1;
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");

    fn trace_of(parent: &str) -> RequestTrace {
        RequestTrace::of(&HeaderMap::from_iter([(TRACE_PARENT, HeaderValue::from_str(parent).unwrap())]))
    }

    #[test]
    fn a_valid_parent_is_joined_and_any_other_begins_a_new_trace() {
        const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(trace_of(&format!("00-{TRACE}-00f067aa0ba902b7-01")).trace_id, TRACE);
        let minted = trace_of(&format!("00-{TRACE}-0000000000000000-01"));
        assert_ne!(minted.trace_id, TRACE);
        assert_eq!((minted.trace_id.len(), minted.parent), (32, None));
    }

    #[test]
    fn a_client_that_says_that_it_records_does_not_make_others_record() {
        let trace = trace_of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        let mut headers = HeaderMap::from_iter([(telemetry::propagation::BAGGAGE, HeaderValue::from_static("a=1"))]);
        trace.write_to(SpanId::new([1; 8]), &mut headers);
        assert_eq!(headers[TRACE_PARENT], "00-4bf92f3577b34da6a3ce929d0e0e4736-0101010101010101-00");
        assert!(!headers.contains_key(telemetry::propagation::BAGGAGE));
    }

    /// P14
    #[test]
    fn a_correlation_id_is_echoed_when_it_is_plain_and_minted_otherwise() {
        let of = |id: &str| {
            RequestTrace::of(&HeaderMap::from_iter([(CORRELATION_ID, HeaderValue::from_str(id).unwrap())]))
                .correlation_id
        };
        assert_eq!(&*of("order-17.b"), "order-17.b");
        assert_eq!(of("a b").len(), 32);
        assert_eq!(of(&"a".repeat(65)).len(), 32);
    }
}
