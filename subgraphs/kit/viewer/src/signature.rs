//! The signature between the router and the subgraphs (docs/reference/signed-requests.md).

mod claims;
mod header;
mod sign;
mod spent;
mod verify;

#[cfg(test)]
mod tests;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::SharedKey;

pub use sign::{RequestSigner, SignedHeaders};
pub use verify::{RequestToVerify, RequestVerifier, SignatureError};

/// Carries the claims.
pub const VIEWER_HEADER: &str = "x-viewer";
/// Carries the signature.
pub const SIGNATURE_HEADER: &str = "x-viewer-sig";
/// Longest claims: an access token has 8 KiB at most, and these are fewer.
pub const VIEWER_BYTES_MAX: usize = 8 * 1024;
/// Longest signature header: version, key id, time and 43 characters fit in less.
pub const SIGNATURE_BYTES_MAX: usize = 256;
/// How far apart the clocks of the router and of a subgraph may be, and how long a signature is valid.
pub const SKEW_MAX_MS: i64 = 30_000;

/// What is signed, beside the key.
struct Signed<'a> {
    key_id: &'a str,
    time_ms: i64,
    subgraph: &'a str,
    method: &'a str,
    path_and_query: &'a str,
    viewer: &'a str,
    body: &'a [u8],
}

impl Signed<'_> {
    /// The lines of the contract, hashed. None of them can contain a line feed: the header module and HTTP see to that.
    fn hash(&self, key: &SharedKey) -> Hmac<Sha256> {
        let mut hash = Hmac::<Sha256>::new_from_slice(key.expose()).expect("invariant: HMAC takes keys of any length");
        let time = self.time_ms.to_string();
        for line in ["v1", self.key_id, &time, self.subgraph, self.method, self.path_and_query, self.viewer] {
            hash.update(line.as_bytes());
            hash.update(b"\n");
        }
        for byte in Sha256::digest(self.body) {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            hash.update(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
        hash
    }
}
