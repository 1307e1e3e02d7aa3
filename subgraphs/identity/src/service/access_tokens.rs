//! Access tokens: what the router believes about a caller (RFC 9068, domain.md 4.1).

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit_ids::Randomness;
use kit_viewer::{Role, Scope};
use serde_json::{Value, json};

use super::Keys;
use crate::domain::{Partner, SessionId, User};

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

    /// Who issues them.
    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// A token of the user's session. `now` is in UTC microseconds.
    pub(crate) fn issue(&self, user: &User, roles: &BTreeSet<Role>, session: SessionId, now: i64) -> String {
        let scope: Vec<&str> = Role::scopes_of(roles.iter().copied()).into_iter().map(Scope::name).collect();
        self.sign(
            json!({
                "sub": user.id, "sid": session, "ver": user.version, "scope": scope.join(" "),
                "roles": roles.iter().map(|role| role.name()).collect::<Vec<_>>(),
            }),
            (now, ACCESS_LIFETIME_SECONDS),
        )
    }

    /// A token of a partner's program, which acts for itself and has no session; it says what is agreed with the partner,
    /// so that the router asks nobody. Now is in UTC microseconds.
    pub(crate) fn issue_to_partner(
        &self,
        partner: &Partner,
        scope: &str,
        (now, lifetime_seconds): (i64, i64),
    ) -> String {
        let (client_id, terms) = (partner.client_id.as_str(), &partner.terms);
        let claims = json!({
            "sub": client_id, "client_id": client_id, "scope": scope, "roles": [Role::Partner.name()],
            "contract": terms.contract, "operations_per_second": terms.operations_per_second,
            "cost_per_minute": terms.cost_per_minute,
        });
        self.sign(claims, (now, lifetime_seconds))
    }

    /// The token with these claims, and those that all tokens have.
    fn sign(&self, mut claims: Value, (now, lifetime_seconds): (i64, i64)) -> String {
        let issued_at = now / 1_000_000;
        let mut jti = [0; JTI_BYTES];
        self.randomness.fill(&mut jti);
        claims["iss"] = json!(self.issuer);
        claims["aud"] = json!(self.audience);
        claims["iat"] = json!(issued_at);
        claims["exp"] = json!(issued_at + lifetime_seconds);
        claims["jti"] = json!(URL_SAFE_NO_PAD.encode(jti));
        let key = self.keys.at(now);
        let header = json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": key.kid() });
        let encode = |part: Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}
