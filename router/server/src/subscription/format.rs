//! Replies as the parts of a stream.

use bytes::Bytes;
use http::HeaderValue;

use crate::admission::stream_type::StreamType;

/// What the reply says it is.
pub(super) fn content_type(stream_type: StreamType) -> HeaderValue {
    HeaderValue::from_static(match stream_type {
        StreamType::ServerSentEvents => "text/event-stream; charset=utf-8",
        StreamType::Multipart => "multipart/mixed; boundary=\"graphql\"; subscriptionSpec=\"1.0\"",
    })
}

/// One reply, compact JSON and so without line ends.
pub(super) fn next(stream_type: StreamType, reply_json: &Bytes) -> Bytes {
    match stream_type {
        StreamType::ServerSentEvents => [b"event: next\ndata: ", &reply_json[..], b"\n\n"].concat().into(),
        StreamType::Multipart => {
            [b"\r\n--graphql\r\ncontent-type: application/json\r\n\r\n{\"payload\":", &reply_json[..], b"}"]
                .concat()
                .into()
        }
    }
}

/// A sign of life, to which clients do nothing.
pub(super) fn heartbeat(stream_type: StreamType) -> Bytes {
    Bytes::from_static(match stream_type {
        StreamType::ServerSentEvents => b":\n\n",
        StreamType::Multipart => b"\r\n--graphql\r\ncontent-type: application/json\r\n\r\n{}",
    })
}

/// The end, after which nothing comes.
pub(super) fn complete(stream_type: StreamType) -> Bytes {
    Bytes::from_static(match stream_type {
        StreamType::ServerSentEvents => b"event: complete\ndata:\n\n",
        StreamType::Multipart => b"\r\n--graphql--\r\n",
    })
}
