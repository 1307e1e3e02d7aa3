//! The span that is being worked in here.

use std::fmt;

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;

use crate::span::{SpanId, TraceId};

/// A span that is being worked in, as those are told who work for it elsewhere. Written as a W3C `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Active {
    /// Its trace.
    pub trace_id: TraceId,
    /// Its id.
    pub span_id: SpanId,
    /// Whether its trace is one that is kept in any case.
    pub sampled: bool,
}

impl fmt::Display for Active {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "00-{}-{}-{:02x}", self.trace_id, self.span_id, u8::from(self.sampled))
    }
}

impl Active {
    /// Reads a W3C `traceparent` (Trace Context, section 3.2); nothing when it is not well formed.
    #[must_use]
    pub fn parse(traceparent: &str) -> Option<Self> {
        let mut parts = traceparent.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let is_byte =
            |part: &str| part.len() == 2 && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        // Version 00 has four parts; a later one may have more.
        if !is_byte(version) || !is_byte(flags) || version == "ff" || (version == "00" && parts.next().is_some()) {
            return None;
        }
        let flags = u8::from_str_radix(flags, 16).ok()?;
        Some(Self { trace_id: trace.parse().ok()?, span_id: span.parse().ok()?, sampled: flags & 1 == 1 })
    }
}

/// The span that this thread works in now; nothing when none is recorded.
#[must_use]
pub fn active() -> Option<Active> {
    Context::map_current(|context| {
        let span = context.span();
        let context = span.span_context();
        Some(Active {
            trace_id: TraceId::new(context.trace_id().to_bytes())?,
            span_id: SpanId::new(context.span_id().to_bytes())?,
            sampled: context.is_sampled(),
        })
    })
}

/// Whether this thread works in a span that is recorded: whether it pays to find out what its attributes would be.
#[must_use]
pub fn is_recorded() -> bool {
    Context::map_current(|context| context.has_active_span() && context.span().is_recording())
}

/// A number of things as attributes of spans have it: the library knows numbers with a sign only, and takes others for text.
#[must_use]
pub fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::Active;

    const GIVEN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_parent_is_read_as_it_is_written() {
        let active = Active::parse(GIVEN).unwrap();
        assert!(active.sampled);
        assert_eq!(active.to_string(), GIVEN);
        // What a later version adds is not known, and is left out.
        let later = Active::parse("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02-more").unwrap();
        assert!(!later.sampled);
    }

    /// W3C Trace Context 3.2.2: what is not well formed is no parent.
    #[test]
    fn what_is_not_well_formed_is_no_parent() {
        for bad in [
            "",
            "00",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        ] {
            assert_eq!(Active::parse(bad), None, "{bad}");
        }
    }
}
