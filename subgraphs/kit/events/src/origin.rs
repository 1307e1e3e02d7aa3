//! Why something happens: the flow, the cause and the trace (P14).

/// What an event inherits from the request, schedule or event that it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Names the whole flow; minted at the edge or by a scheduler. 64 bytes at most.
    pub correlation_id: String,
    /// The id of the event that caused this one; nothing when a request did.
    pub causation_id: Option<String>,
    /// W3C trace context.
    pub traceparent: Option<String>,
    /// Whether this tells again what is long done, as seeding does: consumers build state from it, but notify nobody.
    pub replay: bool,
}

impl Origin {
    /// A request or a schedule.
    #[must_use]
    pub fn new(correlation_id: impl Into<String>, traceparent: Option<String>) -> Self {
        Self { correlation_id: correlation_id.into(), causation_id: None, traceparent, replay: false }
    }

    /// The seeding of demonstration data, or a rebuilding of projections.
    #[must_use]
    pub fn replay(correlation_id: impl Into<String>) -> Self {
        Self { correlation_id: correlation_id.into(), causation_id: None, traceparent: None, replay: true }
    }
}
