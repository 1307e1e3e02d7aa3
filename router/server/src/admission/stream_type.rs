//! Which stream of replies a client reads, if any.

use http::HeaderMap;

use super::media_type::accept_ranges;

/// A media type for replies that come one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreamType {
    /// `text/event-stream`: GraphQL over Server-Sent Events, distinct connections mode.
    ServerSentEvents,
    /// `multipart/mixed` with `subscriptionSpec=1.0`, as Apollo's clients ask.
    Multipart,
}

/// The stream that the `accept` header names, the first of several. Wildcards mean none: who does not ask for a stream
/// does not expect one.
pub(crate) fn stream_type(headers: &HeaderMap) -> Option<StreamType> {
    accept_ranges(headers).find_map(|range| match range.essence.as_str() {
        "text/event-stream" if range.quality > 0 => Some(StreamType::ServerSentEvents),
        "multipart/mixed" if range.quality > 0 && range.is_for_subscriptions => Some(StreamType::Multipart),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header};

    use super::*;

    #[test]
    fn only_who_names_a_stream_gets_one() {
        for (value, expected) in [
            ("text/event-stream", Some(StreamType::ServerSentEvents)),
            ("Text/Event-Stream; charset=utf-8, application/json", Some(StreamType::ServerSentEvents)),
            ("multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0,application/json", Some(StreamType::Multipart)),
            ("multipart/mixed; subscriptionSpec=\"1.0\"", Some(StreamType::Multipart)),
            ("multipart/mixed;deferSpec=20220824,application/json", None),
            ("multipart/mixed;subscriptionSpec=2.0", None),
            ("text/event-stream;q=0", None),
            ("text/*", None),
            ("*/*", None),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(value))]);
            assert_eq!(stream_type(&headers), expected, "{value}");
        }
        assert_eq!(stream_type(&HeaderMap::new()), None);
    }
}
