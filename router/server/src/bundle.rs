//! Files of pages, served from the binary: no network, no third party.

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

/// A file as it is stored, compressed or not.
pub(crate) struct Asset {
    pub(crate) name: &'static str,
    pub(crate) media_type: &'static str,
    pub(crate) bytes: &'static [u8],
    pub(crate) compressed: bool,
}

impl Asset {
    /// The file, for whoever asks with these headers.
    pub(crate) fn reply(&self, asked: &HeaderMap) -> Response<Body> {
        if self.compressed && !accepts_gzip(asked) {
            return plain(
                StatusCode::NOT_ACCEPTABLE,
                "This file is stored compressed with gzip; accept that encoding.\n",
            );
        }
        let mut reply = Response::new(Body::from(self.bytes));
        let headers = reply.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        // The names do not change with the content, so a browser asks again after an hour.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
        if self.compressed {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        reply
    }
}

/// Without `accept-encoding` any encoding will do (RFC 9110 section 12.5.3).
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::ACCEPT_ENCODING) else { return true };
    value.to_str().unwrap_or_default().split(',').any(|entry| {
        let (coding, weight) = entry.split_once(';').unwrap_or((entry, ""));
        ["gzip", "*"].contains(&coding.trim()) && !["q=0", "q=0.0"].contains(&weight.trim())
    })
}

/// A line of text.
pub(crate) fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut reply = Response::new(Body::from(text));
    *reply.status_mut() = status;
    reply.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    reply
}
