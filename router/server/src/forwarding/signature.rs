//! The router's side of the contract in `docs/reference/signed-requests.md`.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use secrecy::{ExposeSecret, SecretSlice};
use serde::Serialize;
use sha2::{Digest, Sha256};
use telemetry::viewer::ViewerKey;
use thiserror::Error;

use super::ClientDescription;
use super::trace::random_hexadecimal;
use crate::clock::{Clock, SystemClock};
use crate::identity::Viewer;

/// Every header that speaks of a viewer begins with this, and only the router may write one (P10).
pub(crate) const VIEWER_PREFIX: &str = "x-viewer";
const VIEWER: HeaderName = HeaderName::from_static("x-viewer");
const VIEWER_SIGNATURE: HeaderName = HeaderName::from_static("x-viewer-sig");
/// As long as the hash: a shorter key is the weaker part.
const KEY_BYTES_MIN: usize = 32;

/// Signs requests to subgraphs. Cheap to clone.
#[derive(Clone)]
pub struct RequestSigner {
    key_id: Arc<str>,
    key: Arc<SecretSlice<u8>>,
    clock: Arc<dyn Clock>,
}

impl RequestSigner {
    /// The key by which viewers are told apart in lines and records: that of the subgraphs, which share this one's secret.
    pub(crate) fn viewer_key(&self) -> ViewerKey {
        ViewerKey::derive(self.key.expose_secret())
    }
}

/// A key that cannot sign.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SigningKeyError {
    /// The key is short.
    #[error("the request-signing key has {0} bytes; give one of at least {KEY_BYTES_MIN}")]
    TooShort(usize),
    /// The id would break the header apart.
    #[error("the request-signing key's id `{0}` must be letters, digits, `-`, `_` or `.`")]
    KeyId(String),
}

/// What is signed of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignedRequest<'a> {
    pub(crate) subgraph: &'a str,
    pub(crate) method: &'a Method,
    /// Path and query, as sent.
    pub(crate) target: &'a str,
    pub(crate) body: &'a [u8],
}

/// The value of `x-viewer`, made once per client request and signed anew for each subgraph.
#[derive(Debug, Clone)]
pub(crate) struct ViewerHeader {
    value: HeaderValue,
    /// The document, where each request gets an id of its own: what changes something is believed once.
    believed_once: Option<String>,
}

#[derive(Debug, Default, Serialize)]
struct ViewerDocument<'a> {
    act: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roles: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ua: Option<&'a str>,
}

impl ViewerHeader {
    /// For a request that no client caused.
    pub(crate) fn of_router() -> Self {
        Self::encode(&ViewerDocument { act: "router", ..ViewerDocument::default() })
    }

    pub(crate) fn new(viewer: &Viewer, client: &ClientDescription) -> Self {
        let mut document = ViewerDocument {
            act: "router",
            ip: client.address.map(|address| address.to_string()),
            ua: client.user_agent.as_deref(),
            ..ViewerDocument::default()
        };
        if let Viewer::Authenticated(claims) = viewer {
            document.sub = Some(&claims.subject);
            document.sid = claims.session.as_deref();
            document.roles = Some(&claims.roles);
            document.scopes = Some(&claims.scopes);
            document.exp = Some(claims.expires_at);
        }
        Self::encode(&document)
    }

    /// For a request that is passed on by this method.
    pub(crate) fn of_method(method: &Method, viewer: &Viewer, client: &ClientDescription) -> Self {
        if method.is_safe() { Self::new(viewer, client) } else { Self::of_changes(viewer, client) }
    }

    /// The same as [`Self::new`] for requests that may change something. Subgraphs refuse to hear one twice (`jti`).
    pub(crate) fn of_changes(viewer: &Viewer, client: &ClientDescription) -> Self {
        let once = Self::new(viewer, client);
        let document = URL_SAFE_NO_PAD.decode(once.value.as_bytes()).ok().and_then(|json| String::from_utf8(json).ok());
        Self { believed_once: document, ..once }
    }

    fn encode(document: &ViewerDocument<'_>) -> Self {
        let json = serde_json::to_vec(document).expect("invariant: strings, lists of strings and numbers become JSON");
        Self { value: base64url(&json), believed_once: None }
    }

    /// The value for one request. An attempt that is made again is another request.
    fn for_one_request(&self) -> Cow<'_, HeaderValue> {
        match self.believed_once.as_deref().and_then(|document| document.strip_suffix('}')) {
            None => Cow::Borrowed(&self.value),
            Some(open) => {
                let id = random_hexadecimal::<16>();
                Cow::Owned(base64url(format!("{open},\"jti\":\"{id}\"}}").as_bytes()))
            }
        }
    }
}

impl RequestSigner {
    /// A signer with the key that `key_id` names to the subgraphs.
    ///
    /// # Errors
    /// When the key has fewer than 32 bytes, or the id other characters than letters, digits, `-`, `_` and `.`.
    pub fn new(key_id: &str, key: SecretSlice<u8>) -> Result<Self, SigningKeyError> {
        Self::with_clock(key_id, key, Arc::new(SystemClock))
    }

    /// [`RequestSigner::new`] with a clock of one's own.
    ///
    /// # Errors
    /// The same.
    pub fn with_clock(key_id: &str, key: SecretSlice<u8>, clock: Arc<dyn Clock>) -> Result<Self, SigningKeyError> {
        let length = key.expose_secret().len();
        if length < KEY_BYTES_MIN {
            return Err(SigningKeyError::TooShort(length));
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if key_id.is_empty() || !key_id.bytes().all(plain) {
            return Err(SigningKeyError::KeyId(key_id.to_owned()));
        }
        Ok(Self { key_id: key_id.into(), key: Arc::new(key), clock })
    }

    /// Puts the two headers on a request, in place of any that stand there.
    pub(crate) fn sign(&self, viewer: &ViewerHeader, request: &SignedRequest<'_>, headers: &mut HeaderMap) {
        let time = self.clock.now_unix_ms();
        let viewer = viewer.for_one_request();
        let text = format!(
            "v1\n{key_id}\n{time}\n{subgraph}\n{method}\n{target}\n{viewer}\n{body}",
            key_id = self.key_id,
            subgraph = request.subgraph,
            method = request.method,
            target = request.target,
            viewer = viewer.to_str().expect("invariant: base64url is visible ASCII"),
            body = hexadecimal(&Sha256::digest(request.body)),
        );
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.expose_secret())
            .expect("invariant: HMAC takes a key of any length");
        mac.update(text.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        let value = HeaderValue::try_from(format!("v1;kid={};t={time};sig={signature}", self.key_id));
        headers.insert(VIEWER, viewer.into_owned());
        headers.insert(VIEWER_SIGNATURE, value.expect("invariant: the key's id was checked, the rest is base64url"));
    }
}

fn base64url(bytes: &[u8]) -> HeaderValue {
    let value = HeaderValue::try_from(URL_SAFE_NO_PAD.encode(bytes));
    value.expect("invariant: base64url is made of header characters")
}

fn hexadecimal(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("invariant: writing to a String does not fail");
        text
    })
}

impl fmt::Debug for RequestSigner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RequestSigner").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct VectorClock;

    impl Clock for VectorClock {
        fn now_unix_ms(&self) -> u64 {
            1_790_000_000_000
        }
    }

    /// The vector at the end of `docs/reference/signed-requests.md` (P10).
    #[test]
    fn the_signature_of_the_reference_vector_is_the_documented_one() {
        let key = SecretSlice::from(b"0123456789abcdef0123456789abcdef".to_vec());
        let signer = RequestSigner::with_clock("k1", key, Arc::new(VectorClock)).unwrap();
        let request = SignedRequest {
            subgraph: "identity",
            method: &Method::POST,
            target: "/graphql",
            body: br#"{"query":"{__typename}"}"#,
        };
        let mut headers = HeaderMap::new();
        signer.sign(&ViewerHeader::of_router(), &request, &mut headers);
        assert_eq!(headers["x-viewer"], "eyJhY3QiOiJyb3V0ZXIifQ");
        assert_eq!(
            headers["x-viewer-sig"],
            "v1;kid=k1;t=1790000000000;sig=8Sjl3jWh3V2V_GrZKPH_B9BQRlpcwRLWbSdxgHvAydk"
        );
    }

    #[test]
    fn a_short_key_or_an_unsafe_id_is_refused() {
        let short = RequestSigner::new("k1", SecretSlice::from(vec![0; 31]));
        assert_eq!(short.unwrap_err(), SigningKeyError::TooShort(31));
        let unsafe_id = RequestSigner::new("k1;sig=x", SecretSlice::from(vec![0; 32]));
        assert_eq!(unsafe_id.unwrap_err(), SigningKeyError::KeyId("k1;sig=x".to_owned()));
    }
}
