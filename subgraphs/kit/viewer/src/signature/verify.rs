//! Making a viewer of the headers, or refusing the request.

use std::fmt;
use std::sync::Arc;

use hmac::Mac;
use http::HeaderMap;
use kit_ids::Clock;
use subtle::ConstantTimeEq;
use thiserror::Error;

use super::header::SignatureHeader;
use super::spent::SpentIds;
use super::{SIGNATURE_BYTES_MAX, SIGNATURE_HEADER, SKEW_MAX_MS, Signed, VIEWER_BYTES_MAX, VIEWER_HEADER, claims};
use crate::{KeyRing, Viewer};

/// Verifies the requests to one subgraph.
#[derive(Clone)]
pub struct RequestVerifier {
    subgraph: String,
    keys: KeyRing,
    clock: Arc<dyn Clock>,
    spent: Arc<SpentIds>,
}

/// What of a request is verified: all of it.
#[derive(Debug, Clone, Copy)]
pub struct RequestToVerify<'a> {
    /// In upper case.
    pub method: &'a str,
    /// As it was sent.
    pub path_and_query: &'a str,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The whole body, as it was sent.
    pub body: &'a [u8],
}

/// A request is not what the router signed. `UNAUTHENTICATED` at the GraphQL edge, 401.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// One of the two headers is not there.
    #[error("the header `{0}` is missing; this service answers the router and its sister services only")]
    Missing(&'static str),
    /// A header is there more than once, longer than allowed, or not ASCII.
    #[error("the header `{0}` is not acceptable; send it once, in ASCII, within its length")]
    Unacceptable(&'static str),
    /// The signature is not of the form of the contract.
    #[error("`{SIGNATURE_HEADER}` must read `v1;kid=…;t=…;sig=…`")]
    Malformed,
    /// The key is not on the ring.
    #[error("no key is called `{0}` here; add it to the keys of this service before the router uses it")]
    UnknownKey(String),
    /// The clocks are too far apart, or the request is being replayed.
    #[error(
        "the signature is {off_ms} ms off this clock, and {SKEW_MAX_MS} are allowed; are both clocks synchronised?"
    )]
    Skewed {
        /// How far; positive when the signature lies in the past.
        off_ms: i64,
    },
    /// The signature is not of this request, this subgraph or this key.
    #[error("the signature does not fit the request; do both sides hold the same key and address the same subgraph?")]
    Wrong,
    /// The claims were signed, but say nothing that can be understood.
    #[error("the claims in `{VIEWER_HEADER}` cannot be read: {0}")]
    Claims(String),
    /// A request that changes something was heard before.
    #[error("this very request was heard before; sign each attempt anew")]
    Replayed,
    /// The access token behind the claims has ended.
    #[error("the access token has expired; refresh it")]
    TokenExpired,
}

impl RequestVerifier {
    /// A verifier for the subgraph of this name.
    #[must_use]
    pub fn new(subgraph: impl Into<String>, keys: KeyRing, clock: Arc<dyn Clock>) -> Self {
        Self { subgraph: subgraph.into(), keys, clock, spent: Arc::default() }
    }

    /// The viewer of a request.
    ///
    /// # Errors
    /// [`SignatureError`]: the request must not be answered.
    pub fn verify(&self, request: &RequestToVerify<'_>) -> Result<Viewer, SignatureError> {
        let viewer = single(request.headers, VIEWER_HEADER, VIEWER_BYTES_MAX)?;
        let signature = single(request.headers, SIGNATURE_HEADER, SIGNATURE_BYTES_MAX)?;
        let header = SignatureHeader::parse(signature).ok_or(SignatureError::Malformed)?;
        let key = self.keys.get(header.key_id).ok_or_else(|| SignatureError::UnknownKey(header.key_id.to_owned()))?;
        let now_ms = self.clock.now() / 1_000;
        let off_ms = now_ms.saturating_sub(header.time_ms);
        if off_ms.abs() > SKEW_MAX_MS {
            return Err(SignatureError::Skewed { off_ms });
        }
        let signed = Signed {
            key_id: header.key_id,
            time_ms: header.time_ms,
            subgraph: &self.subgraph,
            method: request.method,
            path_and_query: request.path_and_query,
            viewer,
            body: request.body,
        };
        let expected = signed.hash(key).finalize().into_bytes();
        if !bool::from(expected.as_slice().ct_eq(&header.signature)) {
            return Err(SignatureError::Wrong);
        }
        let viewer = claims::decode(viewer).map_err(SignatureError::Claims)?;
        // The same leeway that the router gives a token: its clock and ours may differ by that much.
        if viewer.user.as_ref().is_some_and(|user| user.expires_at < (now_ms - SKEW_MAX_MS) / 1_000) {
            return Err(SignatureError::TokenExpired);
        }
        Ok(viewer)
    }

    /// Takes note of a verified request that changes something, so that it is not heard again while its signature is valid.
    /// One without an id (`jti`) is not noted. Clones of a verifier take note together.
    ///
    /// # Errors
    /// [`SignatureError::Replayed`] when it was heard before.
    pub fn hear_once(&self, headers: &HeaderMap) -> Result<(), SignatureError> {
        let viewer = single(headers, VIEWER_HEADER, VIEWER_BYTES_MAX)?;
        let Some(id) = claims::id(viewer).map_err(SignatureError::Claims)? else { return Ok(()) };
        if self.spent.spend(id, self.clock.now() / 1_000) { Ok(()) } else { Err(SignatureError::Replayed) }
    }

    /// Whether a request says who asks at all, truly or not.
    #[must_use]
    pub fn is_claimed(headers: &HeaderMap) -> bool {
        headers.contains_key(VIEWER_HEADER) || headers.contains_key(SIGNATURE_HEADER)
    }
}

impl fmt::Debug for RequestVerifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RequestVerifier").field("subgraph", &self.subgraph).field("keys", &self.keys).finish()
    }
}

/// The one value of a header.
fn single<'h>(headers: &'h HeaderMap, name: &'static str, bytes_max: usize) -> Result<&'h str, SignatureError> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().ok_or(SignatureError::Missing(name))?;
    let unacceptable = SignatureError::Unacceptable(name);
    if values.next().is_some() || value.len() > bytes_max {
        return Err(unacceptable);
    }
    value.to_str().map_err(|_| unacceptable)
}
