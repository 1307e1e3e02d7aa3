//! Where a piece of work belongs: its trace, and the span that has caused it.

use std::sync::atomic::{AtomicU64, Ordering};

use http::HeaderValue;

use crate::span::{SpanId, TraceId};

/// What one service tells the next of a trace (W3C Trace Context, section 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    /// The trace.
    pub trace_id: TraceId,
    /// The span of who tells: the parent of whatever is done because of it.
    pub span: SpanId,
    /// Whether who tells records it; nothing when that is left to others.
    pub sampled: Option<bool>,
    /// Whether the last seven bytes of the trace id were made at random (Trace Context Level 2, section 3.2.2.3.2).
    pub is_random: bool,
    /// What vendors say of it to themselves (`tracestate`), which is passed on as it is.
    pub state: Option<HeaderValue>,
}

impl TraceContext {
    /// Whether who tells records it for sure.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.sampled.unwrap_or(false)
    }
}

impl TraceId {
    /// A new one.
    ///
    /// # Panics
    /// When the operating system has no random bytes.
    #[must_use]
    pub fn random() -> Self {
        let mut bytes = [0; 16];
        fill(&mut bytes);
        // An id of zeros is none.
        bytes[15] |= u8::from(bytes == [0; 16]);
        Self::new(bytes).expect("invariant: one bit is set")
    }
}

impl SpanId {
    /// A new one.
    ///
    /// # Panics
    /// When the operating system has no random bytes.
    #[must_use]
    pub fn random() -> Self {
        SpanIds::new().next()
    }
}

/// Makes the ids of many spans of random bytes that are asked for once: no two are alike, and from one nobody can tell
/// another without having seen where they began.
#[derive(Debug)]
pub struct SpanIds(AtomicU64);

impl Default for SpanIds {
    fn default() -> Self {
        Self::new()
    }
}

impl SpanIds {
    /// Begins somewhere.
    ///
    /// # Panics
    /// When the operating system has no random bytes.
    #[must_use]
    pub fn new() -> Self {
        let mut bytes = [0; 8];
        fill(&mut bytes);
        Self::from_seed(u64::from_ne_bytes(bytes))
    }

    /// Begins here; for who has random bytes already.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// Another one.
    pub fn next(&self) -> SpanId {
        loop {
            let number = self.0.fetch_add(1, Ordering::Relaxed);
            // One number of all gives zeros.
            if let Some(id) = SpanId::new(mixed(number).to_be_bytes()) {
                return id;
            }
        }
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): one to one, and neighbours come out far from each other.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("invariant: the operating system gives random bytes");
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::SpanIds;

    #[test]
    fn no_two_spans_have_the_same_id() {
        let ids = SpanIds::from_seed(u64::MAX - 500);
        let made: HashSet<_> = (0..1_000).map(|_| ids.next()).collect();
        assert_eq!(made.len(), 1_000);
    }
}
