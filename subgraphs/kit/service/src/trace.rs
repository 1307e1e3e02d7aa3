//! The trace and the flow that a request belongs to.

use http::HeaderMap;
use kit_events::Origin;
use kit_ids::Randomness;
use telemetry::Active;
use telemetry::correlation::{CORRELATION_ID, is_correlation_id};

/// Carries the W3C trace context (<https://www.w3.org/TR/trace-context/>).
pub(crate) const TRACEPARENT: &str = "traceparent";

/// The span that the headers of a request name as its parent.
pub(crate) fn parent(headers: &HeaderMap) -> Option<Active> {
    value(headers, TRACEPARENT).and_then(Active::parse)
}

/// The origin that the headers of a request name; what they do not name, or not in the proper form, begins here. `span` is
/// the one that is recorded for the request, if one is.
pub(crate) fn origin(headers: &HeaderMap, span: Option<Active>, randomness: &dyn Randomness) -> Origin {
    let traceparent = span.or_else(|| parent(headers)).map(|parent| parent.to_string());
    let traceparent = traceparent.unwrap_or_else(|| new_traceparent(randomness));
    let correlation_id = value(headers, CORRELATION_ID).filter(|text| is_correlation_id(text)).map(str::to_owned);
    // Whoever knows the trace then also finds the flow.
    let correlation_id = correlation_id.unwrap_or_else(|| trace_id(&traceparent).unwrap_or(&traceparent).to_owned());
    Origin::new(correlation_id, Some(traceparent))
}

/// The trace id in a trace context; nothing when it is not well formed.
pub(crate) fn trace_id(traceparent: &str) -> Option<&str> {
    Active::parse(traceparent)?;
    traceparent.split('-').nth(1)
}

fn value<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn new_traceparent(randomness: &dyn Randomness) -> String {
    let mut bytes = [0; 24];
    randomness.fill(&mut bytes);
    // All zeros would mean "none".
    bytes[0] |= 1;
    bytes[16] |= 1;
    let hexadecimal = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    format!("00-{}-{}-00", hexadecimal(&bytes[..16]), hexadecimal(&bytes[16..]))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};
    use kit_ids::SeededRandomness;

    use super::{CORRELATION_ID, TRACEPARENT, origin, trace_id};

    const GIVEN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn headers(traceparent: &'static str, correlation_id: &'static str) -> HeaderMap {
        HeaderMap::from_iter([
            (http::HeaderName::from_static(TRACEPARENT), HeaderValue::from_static(traceparent)),
            (http::HeaderName::from_static(CORRELATION_ID), HeaderValue::from_static(correlation_id)),
        ])
    }

    /// P14: minted at the edge and kept behind it.
    #[test]
    fn a_flow_and_a_trace_are_carried_on() {
        let origin = origin(&headers(GIVEN, "flow-1"), None, &SeededRandomness::new(1));
        assert_eq!((origin.correlation_id.as_str(), origin.traceparent.as_deref()), ("flow-1", Some(GIVEN)));
    }

    /// P14: what cannot be carried on is replaced, never taken over.
    #[test]
    fn what_is_not_well_formed_begins_anew() {
        let bad = [
            "",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        ];
        for traceparent in bad {
            let origin = origin(&headers(traceparent, "two words"), None, &SeededRandomness::new(1));
            let minted = origin.traceparent.unwrap();
            assert_ne!(minted, traceparent);
            assert_eq!(trace_id(&minted), Some(origin.correlation_id.as_str()));
        }
    }
}
