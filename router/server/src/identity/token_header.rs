use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::TokenError;
use crate::configuration::SignatureAlgorithm;

/// Longer than any key id in use, short enough for logs and look-ups.
const KEY_ID_BYTES_MAX: usize = 200;

/// The JOSE header of a token, read by our own strict rules before any key is touched.
#[derive(Debug)]
pub(super) struct TokenHeader {
    pub(super) typ: String,
    pub(super) alg: String,
    pub(super) kid: String,
}

/// What may stand in the header. A member that names or carries a key, compresses, or changes what the signature covers
/// makes the token malformed (RFC 8725 sections 3.6 and 3.10, RFC 7515 section 4.1.11); a repeated one does not parse.
#[derive(Debug, Deserialize)]
struct RawHeader {
    #[serde(default)]
    typ: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    jku: Option<IgnoredAny>,
    #[serde(default)]
    jwk: Option<IgnoredAny>,
    #[serde(default)]
    x5u: Option<IgnoredAny>,
    #[serde(default)]
    x5c: Option<IgnoredAny>,
    #[serde(default)]
    crit: Option<IgnoredAny>,
    #[serde(default)]
    b64: Option<IgnoredAny>,
    #[serde(default)]
    zip: Option<IgnoredAny>,
    #[serde(default)]
    enc: Option<IgnoredAny>,
}

impl TokenHeader {
    /// Reads the first part of a compact JWS.
    pub(super) fn parse(token: &str) -> Result<Self, TokenError> {
        let mut parts = token.split('.');
        let (Some(header), Some(_payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenError::Malformed("it must have three parts, joined by dots"));
        };
        if signature.is_empty() {
            return Err(TokenError::Signature);
        }
        let header = URL_SAFE_NO_PAD
            .decode(header)
            .map_err(|_| TokenError::Malformed("its header is not base64url without padding"))?;
        let raw: RawHeader =
            serde_json::from_slice(&header).map_err(|_| TokenError::Malformed("its header is not a JOSE header"))?;
        let forbidden = [raw.jku, raw.jwk, raw.x5u, raw.x5c, raw.crit, raw.b64, raw.zip, raw.enc];
        if forbidden.iter().any(Option::is_some) {
            return Err(TokenError::Malformed("its header may hold none of jku, jwk, x5u, x5c, crit, b64, zip, enc"));
        }
        let kid = raw.kid.filter(|kid| !kid.is_empty() && kid.len() <= KEY_ID_BYTES_MAX);
        Ok(Self {
            typ: raw.typ.unwrap_or_default(),
            alg: raw.alg.unwrap_or_default(),
            kid: kid.ok_or(TokenError::Malformed("its header names no key (kid)"))?,
        })
    }

    /// The algorithm that the header names, if it is one that can be configured at all.
    pub(super) fn algorithm(&self) -> Option<SignatureAlgorithm> {
        match self.alg.as_str() {
            "EdDSA" => Some(SignatureAlgorithm::EdDSA),
            "ES256" => Some(SignatureAlgorithm::ES256),
            "PS256" => Some(SignatureAlgorithm::PS256),
            "RS256" => Some(SignatureAlgorithm::RS256),
            _ => None,
        }
    }
}
