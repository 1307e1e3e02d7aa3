use std::collections::{BTreeSet, HashSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Validation;
use serde::Deserialize;
use serde_json::Value;

use super::TokenError;
use super::keys::VerificationKey;
use crate::configuration::IssuerSettings;

/// What a verified access token says of its viewer (domain section 4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccessClaims {
    /// Who says so.
    pub(crate) issuer: String,
    /// The viewer's id.
    pub(crate) subject: String,
    /// The session the token belongs to.
    pub(crate) session: Option<String>,
    /// The token's own id.
    pub(crate) token_id: String,
    /// The viewer's roles.
    pub(crate) roles: Vec<String>,
    /// The scopes granted.
    pub(crate) scopes: Vec<String>,
    /// When the token ends, in unix seconds.
    pub(crate) expires_at: u64,
    /// All claims, when somebody may look at them.
    pub(crate) whole: Option<Value>,
}

/// The claims as they are written. Types are exact: a number in quotes is a malformed token, not a number
/// (GHSA-h395-gr6q-cpjc); a repeated claim does not parse.
#[derive(Debug, Deserialize)]
struct RawClaims {
    iss: String,
    aud: Audience,
    sub: String,
    exp: u64,
    iat: u64,
    jti: String,
    #[serde(default)]
    nbf: Option<u64>,
    #[serde(default)]
    sid: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    scope: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Whose claims are kept as they are written, for whoever looks at more of them than those that have a meaning here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WholeClaims {
    /// Everybody's.
    OfAll,
    /// Those of viewers with one of these roles.
    OfRoles(BTreeSet<String>),
}

impl WholeClaims {
    fn are_kept(&self, roles: &[String]) -> bool {
        match self {
            Self::OfAll => true,
            Self::OfRoles(those) => roles.iter().any(|role| those.contains(role)),
        }
    }
}

/// Checks signature, then claims, at `now` in unix seconds.
pub(super) fn verify(
    token: &str,
    key: &VerificationKey,
    settings: &IssuerSettings,
    whole: &WholeClaims,
    now: u64,
) -> Result<AccessClaims, TokenError> {
    let claims = verified_payload(token, key)?;
    if claims.iss != settings.issuer {
        return Err(TokenError::Issuer);
    }
    let meant_for_us = match &claims.aud {
        Audience::One(audience) => *audience == settings.audience,
        Audience::Many(audiences) => audiences.contains(&settings.audience),
    };
    if !meant_for_us {
        return Err(TokenError::Audience);
    }
    let leeway = settings.leeway_seconds;
    if claims.exp.saturating_add(leeway) <= now {
        return Err(TokenError::Expired);
    }
    if claims.nbf.unwrap_or(claims.iat).max(claims.iat) > now.saturating_add(leeway) {
        return Err(TokenError::NotYetValid);
    }
    if claims.exp.saturating_sub(claims.iat) > settings.lifetime_seconds_max {
        return Err(TokenError::Malformed("it lives longer than an access token may"));
    }
    if claims.sub.is_empty() || claims.jti.is_empty() {
        return Err(TokenError::Malformed("its sub or jti is empty"));
    }
    let whole = if whole.are_kept(&claims.roles) { Some(payload(token)?) } else { None };
    Ok(AccessClaims {
        whole,
        issuer: claims.iss,
        subject: format!("{}{}", settings.subject_prefix, claims.sub),
        session: claims.sid,
        token_id: claims.jti,
        roles: claims.roles,
        scopes: claims.scope.split(' ').filter(|scope| may_grant(settings, scope)).map(str::to_owned).collect(),
        expires_at: claims.exp,
    })
}

fn may_grant(settings: &IssuerSettings, scope: &str) -> bool {
    !scope.is_empty() && settings.scopes.as_ref().is_none_or(|scopes| scopes.contains(scope))
}

/// The `iss` of a token that nobody has verified yet.
pub(super) fn unverified_issuer(token: &str) -> Result<String, TokenError> {
    #[derive(Deserialize)]
    struct Named {
        iss: String,
    }
    let payload = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let named = payload.and_then(|payload| serde_json::from_slice::<Named>(&payload).ok());
    named.map(|named| named.iss).ok_or(TokenError::Malformed("its claims name no issuer (iss)"))
}

/// The library checks the signature only. The claims are checked above, where each has its own reason and the clock is
/// given.
fn verified_payload(token: &str, key: &VerificationKey) -> Result<RawClaims, TokenError> {
    let mut signature_only = Validation::new(key.library_algorithm());
    signature_only.required_spec_claims = HashSet::new();
    signature_only.validate_exp = false;
    signature_only.validate_nbf = false;
    signature_only.validate_aud = false;
    jsonwebtoken::decode::<RawClaims>(token, &key.key, &signature_only).map(|data| data.claims).map_err(|error| {
        use jsonwebtoken::errors::ErrorKind;
        match error.kind() {
            ErrorKind::InvalidSignature => TokenError::Signature,
            ErrorKind::InvalidAlgorithm => TokenError::Algorithm,
            ErrorKind::Json(_) => TokenError::Malformed(
                "its claims must hold iss, aud, sub, exp, iat and jti, once each and with the types of RFC 9068",
            ),
            _ => TokenError::Malformed("it is not a compact JWS with base64url parts"),
        }
    })
}

/// The claims as they are written, of a token that has been verified.
fn payload(token: &str) -> Result<Value, TokenError> {
    let malformed = || TokenError::Malformed("it is not a compact JWS with base64url parts");
    let encoded = token.split('.').nth(1).ok_or_else(malformed)?;
    let text = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| malformed())?;
    serde_json::from_slice(&text).map_err(|_| malformed())
}
