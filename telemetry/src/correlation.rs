//! Correlation ids: names of flows, which outlive one request (domain.md, P14).
//!
//! One rule for all who read one from a header: what the router takes over, every subgraph must take over, too, or a flow
//! would be found under two names.

/// The header that carries it, in both directions.
pub const CORRELATION_ID: &str = "x-correlation-id";
/// Longest one, in bytes: what the tables of events hold.
pub const CORRELATION_ID_BYTES_MAX: usize = 64;

/// Whether a text can be taken over as the name of a flow: letters, digits and `-_.:`, at least one and
/// [`CORRELATION_ID_BYTES_MAX`] at most. It needs no escaping anywhere: not in lines, addresses or tables.
#[must_use]
pub fn is_correlation_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    !text.is_empty() && text.len() <= CORRELATION_ID_BYTES_MAX && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::{CORRELATION_ID_BYTES_MAX, is_correlation_id};

    /// P14.
    #[test]
    fn a_name_of_a_flow_is_short_and_plain() {
        let longest = "f".repeat(CORRELATION_ID_BYTES_MAX);
        for good in ["order-17.b", "erase:usr_1", &longest] {
            assert!(is_correlation_id(good), "{good}");
        }
        for bad in ["", "two words", "line\nbreak", "ünder", "a/b", &format!("{longest}f")] {
            assert!(!is_correlation_id(bad), "{bad}");
        }
    }
}
