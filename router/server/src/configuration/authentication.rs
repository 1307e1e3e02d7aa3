use std::collections::BTreeSet;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{RevocationSettings, SettingsError};

/// How an access token is verified (RFC 9068 under the rules of RFC 8725; domain section 4.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthenticationSettings {
    /// Who issues tokens. Each is trusted with its own keys and for its own audience only.
    pub issuers: Vec<IssuerSettings>,
    /// Where a request carries its token. The first of them that a request has is the one that counts; a bad token there is
    /// not made good by another. Default: the header `authorization` with the scheme `Bearer`.
    #[serde(default = "AuthenticationSettings::default_token_sources")]
    pub token_sources: Vec<TokenSource>,
    /// The longest token, in bytes. Default 8192. `LYCEUM_ROUTER__AUTHENTICATION__TOKEN_BYTES_MAX`
    #[serde(default = "AuthenticationSettings::default_token_bytes_max")]
    pub token_bytes_max: usize,
}

/// One place that a token may stand in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum TokenSource {
    /// A header: `{ header: { name: authorization, scheme: Bearer } }`; without a scheme the whole value is the token.
    Header {
        /// The header's name.
        name: String,
        /// What stands before the token, with one space between.
        #[serde(default)]
        scheme: Option<String>,
    },
    /// A cookie, which a browser sends by itself: `{ cookie: { name: __Host-access } }`. Set it `SameSite=Strict` or `Lax`.
    Cookie {
        /// The cookie's name.
        name: String,
    },
}

/// One issuer of access tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssuerSettings {
    /// The tokens' `iss`, to the letter. No default.
    pub issuer: String,
    /// The value that `aud` must be or hold. No default.
    pub audience: String,
    /// Where the public keys come from.
    pub jwks: JwksSettings,
    /// The signature algorithms that are accepted; the token's own header never widens this list. Default `[EdDSA]`.
    #[serde(default = "IssuerSettings::default_algorithms")]
    pub algorithms: Vec<SignatureAlgorithm>,
    /// The accepted `typ`. Default `at+jwt` (RFC 9068).
    #[serde(default = "IssuerSettings::default_token_type")]
    pub token_type: String,
    /// How far the issuer's clock may be off, in seconds. Default 30.
    #[serde(default = "IssuerSettings::default_leeway_seconds")]
    pub leeway_seconds: u64,
    /// The longest time from `iat` to `exp`, in seconds: a token that lives longer was not meant as an access token.
    /// Default 3600.
    #[serde(default = "IssuerSettings::default_lifetime_seconds_max")]
    pub lifetime_seconds_max: u64,
    /// Stands before the `sub` of its tokens in what subgraphs are told, so that two issuers' subjects are never the same
    /// viewer. Default: nothing.
    #[serde(default)]
    pub subject_prefix: String,
    /// The scopes that it may grant; others in its tokens count for nothing. Default: absent, it may grant any.
    #[serde(default)]
    pub scopes: Option<BTreeSet<String>>,
    /// How tokens of sessions that have ended are refused.
    #[serde(default)]
    pub revocation: RevocationSettings,
}

/// Where the issuer's public keys are fetched (RFC 7517), and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JwksSettings {
    /// The subgraph that serves them, reached through its own transport. Default: absent. Exactly one of `subgraph`, `url` and
    /// `file` is given.
    #[serde(default)]
    pub subgraph: Option<String>,
    /// The path at that subgraph. Default `/.well-known/jwks.json`.
    #[serde(default = "JwksSettings::default_path")]
    pub path: String,
    /// The address of an issuer that is no subgraph. Default: absent.
    #[serde(default)]
    pub url: Option<String>,
    /// A file that holds them, relative to the configuration file; read anew every `refresh_seconds`, so that keys rotate by
    /// replacing it. Default: absent.
    #[serde(default)]
    pub file: Option<PathBuf>,
    /// After how many seconds the keys are fetched anew. Default 300, the `max-age` identity gives them.
    #[serde(default = "JwksSettings::default_refresh_seconds")]
    pub refresh_seconds: u64,
    /// The least time between two fetches that unknown key ids cause, in seconds, so that made-up ids cannot flood the
    /// issuer. Default 10.
    #[serde(default = "JwksSettings::default_refresh_seconds_min")]
    pub refresh_seconds_min: u64,
    /// For how long the last keys are trusted while the issuer cannot be reached, in seconds. Default 86400, the time
    /// an old key is kept after a rotation.
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
    /// The defaults, for these issuers.
    #[must_use]
    pub fn new(issuers: Vec<IssuerSettings>) -> Self {
        Self { issuers, token_sources: Self::default_token_sources(), token_bytes_max: Self::default_token_bytes_max() }
    }

    fn default_token_sources() -> Vec<TokenSource> {
        vec![TokenSource::Header { name: "authorization".to_owned(), scheme: Some("Bearer".to_owned()) }]
    }

    fn default_token_bytes_max() -> usize {
        8 * 1024
    }

    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        if self.issuers.is_empty() {
            return Err(SettingsError::new(
                "authentication.issuers",
                "the list is empty",
                "name one, or leave authentication out",
            ));
        }
        for (index, issuer) in self.issuers.iter().enumerate() {
            issuer.validate(&format!("authentication.issuers[{index}]"))?;
            if self.issuers[..index].iter().any(|before| before.issuer == issuer.issuer) {
                return Err(SettingsError::new(
                    format!("authentication.issuers[{index}].issuer"),
                    format!("`{}` stands there twice", issuer.issuer),
                    "give each issuer one entry",
                ));
            }
        }
        if self.token_sources.is_empty() {
            return Err(SettingsError::new(
                "authentication.token_sources",
                "the list is empty",
                "leave it out for the header authorization",
            ));
        }
        self.token_sources.iter().enumerate().try_for_each(|(index, source)| source.validate(index))
    }
}

impl TokenSource {
    fn validate(&self, index: usize) -> Result<(), SettingsError> {
        let (name, scheme) = match self {
            Self::Header { name, scheme } => (name, scheme.as_deref()),
            Self::Cookie { name } => (name, None),
        };
        // What RFC 9110 section 5.6.2 lets a token be made of, as header, cookie and scheme names are.
        let is_name = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
        };
        if is_name(name) && scheme.is_none_or(is_name) {
            return Ok(());
        }
        Err(SettingsError::new(
            format!("authentication.token_sources[{index}]"),
            format!("`{name}` or its scheme is no name"),
            "write it like { header: { name: authorization, scheme: Bearer } }",
        ))
    }
}

impl IssuerSettings {
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
                file: None,
                refresh_seconds: JwksSettings::default_refresh_seconds(),
                refresh_seconds_min: JwksSettings::default_refresh_seconds_min(),
                stale_seconds_max: JwksSettings::default_stale_seconds_max(),
            },
            algorithms: Self::default_algorithms(),
            token_type: Self::default_token_type(),
            leeway_seconds: Self::default_leeway_seconds(),
            lifetime_seconds_max: Self::default_lifetime_seconds_max(),
            subject_prefix: String::new(),
            scopes: None,
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

    fn default_lifetime_seconds_max() -> u64 {
        3600
    }

    fn validate(&self, key: &str) -> Result<(), SettingsError> {
        if self.issuer.is_empty() || self.audience.is_empty() {
            return Err(SettingsError::new(key, "issuer or audience is empty", "give both"));
        }
        if self.algorithms.is_empty() {
            return Err(SettingsError::new(
                format!("{key}.algorithms"),
                "the list is empty",
                "name one, such as EdDSA",
            ));
        }
        let jwks = &self.jwks;
        if [jwks.subgraph.is_some(), jwks.url.is_some(), jwks.file.is_some()].iter().filter(|given| **given).count()
            != 1
        {
            return Err(SettingsError::new(
                format!("{key}.jwks"),
                "exactly one of subgraph, url and file must be given",
                "name the subgraph that serves the keys, the issuer's address, or a file",
            ));
        }
        self.revocation.validate(&format!("{key}.revocation"))
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
