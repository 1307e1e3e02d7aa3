//! Making the headers: for calls from one subgraph to another, and for tests.

use hmac::Mac;
use http::{HeaderMap, HeaderValue};

use super::header::SignatureHeader;
use super::{SIGNATURE_HEADER, Signed, VIEWER_HEADER, claims};
use crate::{SharedKey, Viewer};

/// Signs requests with one key.
#[derive(Debug, Clone)]
pub struct RequestSigner {
    key: SharedKey,
}

/// The two headers of a signed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHeaders {
    /// The value of [`VIEWER_HEADER`].
    pub viewer: String,
    /// The value of [`SIGNATURE_HEADER`].
    pub signature: String,
}

impl RequestSigner {
    /// A signer with this key.
    #[must_use]
    pub fn new(key: SharedKey) -> Self {
        Self { key }
    }

    /// Signs a request of this viewer to a subgraph. `method` is in upper case, `path_and_query` as it will be sent,
    /// `now` in UTC microseconds.
    #[must_use]
    pub fn sign(
        &self,
        viewer: &Viewer,
        subgraph: &str,
        method: &str,
        path_and_query: &str,
        body: &[u8],
        now: i64,
    ) -> SignedHeaders {
        let viewer = claims::encode(viewer);
        let (key_id, time_ms) = (self.key.id(), now / 1_000);
        let signed = Signed { key_id, time_ms, subgraph, method, path_and_query, viewer: &viewer, body };
        let signature = signed.hash(&self.key).finalize().into_bytes().into();
        let signature = SignatureHeader { key_id, time_ms, signature }.write();
        SignedHeaders { viewer, signature }
    }
}

impl SignedHeaders {
    /// Adds them to a request.
    ///
    /// # Panics
    /// Never: both values are ASCII.
    pub fn add_to(&self, headers: &mut HeaderMap) {
        for (name, value) in [(VIEWER_HEADER, &self.viewer), (SIGNATURE_HEADER, &self.signature)] {
            let mut value = HeaderValue::from_str(value).expect("invariant: base64url and key ids are ASCII");
            value.set_sensitive(true);
            headers.insert(name, value);
        }
    }
}
