//! Access tokens: what the router believes about a caller (RFC 9068, domain.md 4.1).

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit_ids::Randomness;
use kit_viewer::{Role, Scope};
use serde_json::json;

use super::Keys;
use crate::domain::{SessionId, User};

/// How long an access token lives, in seconds (domain.md 4.1).
pub(crate) const ACCESS_LIFETIME_SECONDS: i64 = 600;
const JTI_BYTES: usize = 16;

/// Issues access tokens.
pub(crate) struct AccessTokens {
    keys: Arc<Keys>,
    issuer: String,
    audience: String,
    randomness: Arc<dyn Randomness>,
}

impl AccessTokens {
    /// Tokens of this issuer, for this audience.
    pub(crate) fn new(keys: Arc<Keys>, issuer: String, audience: String, randomness: Arc<dyn Randomness>) -> Self {
        Self { keys, issuer, audience, randomness }
    }

    /// A token of the user's session. `now` is in UTC microseconds.
    pub(crate) fn issue(&self, user: &User, roles: &BTreeSet<Role>, session: SessionId, now: i64) -> String {
        let issued_at = now / 1_000_000;
        let scope: Vec<&str> = Role::scopes_of(roles.iter().copied()).into_iter().map(Scope::name).collect();
        let mut jti = [0; JTI_BYTES];
        self.randomness.fill(&mut jti);
        let header = json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": self.keys.kid() });
        let claims = json!({
            "iss": self.issuer, "aud": self.audience, "sub": user.id, "iat": issued_at,
            "exp": issued_at + ACCESS_LIFETIME_SECONDS, "jti": URL_SAFE_NO_PAD.encode(jti), "sid": session,
            "roles": roles.iter().map(|role| role.name()).collect::<Vec<_>>(), "scope": scope.join(" "),
            "ver": user.version,
        });
        let encode = |part: serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.keys.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}
