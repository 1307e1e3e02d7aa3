use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{RevocationSettings, SettingsError};

/// How an access token is verified (RFC 9068 under the rules of RFC 8725; domain section 4.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthenticationSettings {
    /// The only `iss` that is accepted. No default. `LYCEUM_ROUTER__AUTHENTICATION__ISSUER`
    pub issuer: String,
    /// The value that `aud` must be or hold. No default. `LYCEUM_ROUTER__AUTHENTICATION__AUDIENCE`
    pub audience: String,
    /// Where the public keys come from.
    pub jwks: JwksSettings,
    /// The signature algorithms that are accepted; the token's own header never widens this list. Default `[EdDSA]`.
    #[serde(default = "AuthenticationSettings::default_algorithms")]
    pub algorithms: Vec<SignatureAlgorithm>,
    /// The accepted `typ`. Default `at+jwt` (RFC 9068). `LYCEUM_ROUTER__AUTHENTICATION__TOKEN_TYPE`
    #[serde(default = "AuthenticationSettings::default_token_type")]
    pub token_type: String,
    /// How far the issuer's clock may be off, in seconds. Default 30.
    /// `LYCEUM_ROUTER__AUTHENTICATION__LEEWAY_SECONDS`
    #[serde(default = "AuthenticationSettings::default_leeway_seconds")]
    pub leeway_seconds: u64,
    /// The longest token, in bytes. Default 8192. `LYCEUM_ROUTER__AUTHENTICATION__TOKEN_BYTES_MAX`
    #[serde(default = "AuthenticationSettings::default_token_bytes_max")]
    pub token_bytes_max: usize,
    /// The longest time from `iat` to `exp`, in seconds: a token that lives longer was not meant as an access token.
    /// Default 3600. `LYCEUM_ROUTER__AUTHENTICATION__LIFETIME_SECONDS_MAX`
    #[serde(default = "AuthenticationSettings::default_lifetime_seconds_max")]
    pub lifetime_seconds_max: u64,
    /// How tokens of sessions that have ended are refused.
    #[serde(default)]
    pub revocation: RevocationSettings,
}

/// Where the issuer's public keys are fetched (RFC 7517), and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JwksSettings {
    /// The subgraph that serves them, reached through its own transport. Default: absent; then `url` is used.
    /// `LYCEUM_ROUTER__AUTHENTICATION__JWKS__SUBGRAPH`
    #[serde(default)]
    pub subgraph: Option<String>,
    /// The path at that subgraph. Default `/.well-known/jwks.json`. `LYCEUM_ROUTER__AUTHENTICATION__JWKS__PATH`
    #[serde(default = "JwksSettings::default_path")]
    pub path: String,
    /// The address of an issuer that is no subgraph. Default: absent. `LYCEUM_ROUTER__AUTHENTICATION__JWKS__URL`
    #[serde(default)]
    pub url: Option<String>,
    /// After how many seconds the keys are fetched anew. Default 300, the `max-age` identity gives them.
    /// `LYCEUM_ROUTER__AUTHENTICATION__JWKS__REFRESH_SECONDS`
    #[serde(default = "JwksSettings::default_refresh_seconds")]
    pub refresh_seconds: u64,
    /// The least time between two fetches that unknown key ids cause, in seconds, so that made-up ids cannot flood the
    /// issuer. Default 10. `LYCEUM_ROUTER__AUTHENTICATION__JWKS__REFRESH_SECONDS_MIN`
    #[serde(default = "JwksSettings::default_refresh_seconds_min")]
    pub refresh_seconds_min: u64,
    /// For how long the last keys are trusted while the issuer cannot be reached, in seconds. Default 86400, the time
    /// an old key is kept after a rotation. `LYCEUM_ROUTER__AUTHENTICATION__JWKS__STALE_SECONDS_MAX`
    #[serde(default = "JwksSettings::default_stale_seconds_max")]
    pub stale_seconds_max: u64,
}

/// A signature algorithm with a public key (RFC 7518 section 3.1, RFC 8037). There is no HMAC here: a shared secret
/// among public keys is the oldest of the attacks that RFC 8725 names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SignatureAlgorithm {
    /// Ed25519.
    EdDSA,
    /// ECDSA with P-256.
    ES256,
    /// RSASSA-PSS with SHA-256, keys of at least 2048 bits.
    PS256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, keys of at least 2048 bits.
    RS256,
}

impl AuthenticationSettings {
    /// The defaults, for an issuer and an audience and keys that a subgraph serves.
    #[must_use]
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>, jwks_subgraph: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
            jwks: JwksSettings {
                subgraph: Some(jwks_subgraph.into()),
                path: JwksSettings::default_path(),
                url: None,
                refresh_seconds: JwksSettings::default_refresh_seconds(),
                refresh_seconds_min: JwksSettings::default_refresh_seconds_min(),
                stale_seconds_max: JwksSettings::default_stale_seconds_max(),
            },
            algorithms: Self::default_algorithms(),
            token_type: Self::default_token_type(),
            leeway_seconds: Self::default_leeway_seconds(),
            token_bytes_max: Self::default_token_bytes_max(),
            lifetime_seconds_max: Self::default_lifetime_seconds_max(),
            revocation: RevocationSettings::default(),
        }
    }

    fn default_algorithms() -> Vec<SignatureAlgorithm> {
        vec![SignatureAlgorithm::EdDSA]
    }

    fn default_token_type() -> String {
        "at+jwt".to_owned()
    }

    fn default_leeway_seconds() -> u64 {
        30
    }

    fn default_token_bytes_max() -> usize {
        8 * 1024
    }

    fn default_lifetime_seconds_max() -> u64 {
        3600
    }

    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        if self.issuer.is_empty() || self.audience.is_empty() {
            return Err(SettingsError::new("authentication", "issuer or audience is empty", "give both"));
        }
        if self.algorithms.is_empty() {
            return Err(SettingsError::new(
                "authentication.algorithms",
                "the list is empty",
                "name one, such as EdDSA",
            ));
        }
        if self.jwks.subgraph.is_some() == self.jwks.url.is_some() {
            return Err(SettingsError::new(
                "authentication.jwks",
                "exactly one of subgraph and url must be given",
                "name the subgraph that serves the keys, or the issuer's address",
            ));
        }
        self.revocation.validate()
    }
}

impl JwksSettings {
    fn default_path() -> String {
        "/.well-known/jwks.json".to_owned()
    }

    fn default_refresh_seconds() -> u64 {
        300
    }

    fn default_refresh_seconds_min() -> u64 {
        10
    }

    fn default_stale_seconds_max() -> u64 {
        86_400
    }
}
