//! What a client, and every cache on the way to it, is told of how long a reply may be kept (RFC 9110, RFC 9111).

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use router_execution::{CachePolicy, CacheScope};
use router_studio::CacheVerdict;
use sha2::{Digest, Sha256};

use axum::body::Body;

/// Why a reply is not kept, as far as this is known here.
static NOT_ALLOWED: LazyLock<Arc<str>> = LazyLock::new(|| Arc::from("a part of it may not be kept"));

/// How a reply may be kept, and how long it has been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ReplyCaching {
    policy: CachePolicy,
    age: Option<Duration>,
}

impl ReplyCaching {
    /// A reply that was made now.
    pub(super) fn fresh(policy: CachePolicy) -> Self {
        Self { policy, age: None }
    }

    /// One that was made so long ago.
    pub(super) fn kept(policy: CachePolicy, age: Duration) -> Self {
        Self { policy, age: Some(age) }
    }

    /// How long ago it was made, if it was kept as a whole.
    pub(crate) fn age(self) -> Option<Duration> {
        self.age
    }

    /// Of which nothing may be kept.
    pub(crate) fn none() -> Self {
        Self::fresh(CachePolicy::NOT_KEPT)
    }

    /// The same, as it is told to operators.
    pub(crate) fn verdict(self) -> CacheVerdict {
        match self.age {
            Some(age) => CacheVerdict::Hit { age: age.as_secs() },
            None if self.policy.may_be_kept() => CacheVerdict::Miss,
            None => CacheVerdict::Uncacheable(Arc::clone(&NOT_ALLOWED)),
        }
    }

    /// That of several replies in one (CC-06).
    pub(crate) fn and(self, other: Self) -> Self {
        Self { policy: self.policy.and(other.policy), age: self.age.max(other.age) }
    }

    /// What is for those only who send the same token is for nobody else's cache (CC-04).
    pub(crate) fn private(self) -> Self {
        Self { policy: CachePolicy { scope: CacheScope::Private, ..self.policy }, ..self }
    }
}

/// Says it on the reply, whose body this is. With `request`, the headers of a `GET`, a client that has the very reply is
/// told so instead (CC-13).
pub(crate) fn write_headers(
    mut reply: Response<Body>,
    body: &Bytes,
    caching: ReplyCaching,
    stale_seconds: u32,
    request: Option<&HeaderMap>,
) -> Response<Body> {
    let ReplyCaching { policy, age } = caching;
    if reply.status() != StatusCode::OK || !policy.may_be_kept() || reply.headers().contains_key(header::SET_COOKIE) {
        return reply;
    }
    let scope = if policy.scope == CacheScope::Public { "public" } else { "private" };
    let mut directives = format!("{scope}, max-age={}", policy.max_age);
    if stale_seconds > 0 && policy.scope == CacheScope::Public {
        directives.push_str(&format!(", stale-while-revalidate={stale_seconds}"));
    }
    let headers = reply.headers_mut();
    if let Ok(directives) = HeaderValue::try_from(directives) {
        headers.insert(header::CACHE_CONTROL, directives);
    }
    if let Some(age) = age {
        headers.insert(header::AGE, age.as_secs().into());
    }
    let Some(request) = request else { return reply };
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(body)[..16]));
    let is_there = matches(request, &tag);
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    if is_there {
        *reply.status_mut() = StatusCode::NOT_MODIFIED;
        reply.headers_mut().remove(header::CONTENT_TYPE);
        *reply.body_mut() = Body::empty();
    }
    reply
}

/// Whether the client has it already (RFC 9110, section 13.1.2): the comparison is a weak one.
fn matches(request: &HeaderMap, tag: &str) -> bool {
    let values = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|each| each == "*" || each.trim_start_matches("W/") == tag)
}
