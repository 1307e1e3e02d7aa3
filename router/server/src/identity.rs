//! The second stage: who asks?
//!
//! A request without a token is anonymous. One with a token is either verified whole (RFC 9068 under RFC 8725) or
//! refused: nothing is ever "anonymous because the token was bad". The accepted algorithms, issuer, audience and type
//! come from the settings, the key from the issuer's published set; the token only names which key.

mod claims;
mod header;
mod jwks;
mod keys;
mod revocation;

pub(crate) use claims::AccessClaims;
pub use jwks::{JwksError, JwksSource, SubgraphJwks};
pub use revocation::{Revocations, RevokedSessions, Standing};

use std::sync::Arc;

use http::{HeaderMap, StatusCode, header as header_name};
use thiserror::Error;

use self::header::TokenHeader;
use self::keys::{KeyLookupError, KeyStore};
use crate::clock::Clock;
use crate::configuration::{AuthenticationSettings, WhenUnsure};
use crate::refusal::{ErrorCode, Refusal, RefusalClass};
use crate::telemetry;

/// On whose behalf a request is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Viewer {
    /// No token was sent.
    Anonymous,
    /// The claims of a verified token.
    Authenticated(Arc<AccessClaims>),
}

/// Verifies access tokens.
#[derive(Debug)]
pub(crate) struct Identity {
    verifier: Option<Verifier>,
    clock: Arc<dyn Clock>,
}

#[derive(Debug)]
struct Verifier {
    settings: AuthenticationSettings,
    keys: Arc<KeyStore>,
    revocations: Option<Arc<dyn Revocations>>,
    keeps_whole_claims: bool,
    clock: Arc<dyn Clock>,
}

/// Why a token is not accepted; the text is for the client (RFC 6750 section 3.1).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum TokenError {
    #[error("the authorization header must appear once, as: Bearer <token>")]
    Scheme,
    #[error("the token is longer than {0} bytes")]
    TooLong(usize),
    #[error("the token is malformed: {0}")]
    Malformed(&'static str),
    #[error("the token is of the wrong type: its typ must be {0}")]
    WrongType(String),
    #[error("the token is signed with an algorithm that is not accepted")]
    Algorithm,
    #[error("the token is signed with an unknown key")]
    UnknownKey,
    #[error("the token's signature is wrong")]
    Signature,
    #[error("the token was issued by somebody else (iss)")]
    Issuer,
    #[error("the token is meant for somebody else (aud)")]
    Audience,
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet")]
    NotYetValid,
    #[error("this server accepts no tokens")]
    NotConfigured,
    #[error("the session of the token has ended")]
    SessionEnded,
    /// Not the client's fault: whether the session goes on is not known.
    #[error("whether the session has ended cannot be told at present")]
    SessionUnsure,
    /// Not the client's fault: without keys nothing can be said of the token.
    #[error("the issuer's signing keys cannot be fetched at present")]
    KeysUnavailable,
}

impl Identity {
    pub(crate) fn new(
        authentication: Option<(AuthenticationSettings, Arc<dyn JwksSource>)>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let verifier = authentication.map(|(settings, source)| Verifier {
            keys: Arc::new(KeyStore::new(settings.jwks.clone(), settings.algorithms.clone(), source)),
            revocations: None,
            keeps_whole_claims: false,
            settings,
            clock: Arc::clone(&clock),
        });
        Self { verifier, clock }
    }

    /// Whether the viewer's session is known to have ended since the token was accepted.
    pub(crate) fn has_ended(&self, viewer: &Viewer) -> bool {
        let (Viewer::Authenticated(claims), Some(verifier)) = (viewer, &self.verifier) else { return false };
        let (Some(revocations), Some(session)) = (&verifier.revocations, &claims.session) else { return false };
        revocations.standing(session) == Standing::Ended
    }

    /// The time by which tokens are judged, in milliseconds since 1970.
    pub(crate) fn now_unix_ms(&self) -> u64 {
        self.clock.now_unix_ms()
    }

    /// Refuses the tokens of sessions that have ended, as these know.
    pub(crate) fn with_revocations(mut self, revocations: Option<Arc<dyn Revocations>>) -> Self {
        if let Some(verifier) = &mut self.verifier {
            verifier.revocations = revocations;
        }
        self
    }

    /// Keeps all claims of each token, for whoever looks at more than those that have a meaning here.
    pub(crate) fn with_whole_claims(mut self, keeps: bool) -> Self {
        if let Some(verifier) = &mut self.verifier {
            verifier.keeps_whole_claims = keeps;
        }
        self
    }
}

/// Finds the viewer of a request.
pub(crate) async fn identify(identity: &Identity, headers: &HeaderMap) -> Result<Viewer, Refusal> {
    let mut values = headers.get_all(header_name::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(Viewer::Anonymous) };
    let verified = async {
        let token = match values.next() {
            None => bearer_token(value.as_bytes()).ok_or(TokenError::Scheme)?,
            Some(_second) => return Err(TokenError::Scheme),
        };
        identity.verifier.as_ref().ok_or(TokenError::NotConfigured)?.verify(token).await
    };
    match verified.await {
        Ok(claims) => Ok(Viewer::Authenticated(Arc::new(claims))),
        Err(error @ (TokenError::KeysUnavailable | TokenError::SessionUnsure)) => {
            let mut refusal = Refusal::new(
                RefusalClass::Http(StatusCode::SERVICE_UNAVAILABLE),
                ErrorCode::SubgraphUnavailable,
                sentence(&error),
            );
            refusal.retry_after_seconds = Some(keys::RETRY_SECONDS);
            Err(refusal)
        }
        Err(error) => {
            tracing::info!(reason = %error, "access token refused");
            Err(unauthenticated(&error))
        }
    }
}

impl Verifier {
    async fn verify(&self, token: &str) -> Result<AccessClaims, TokenError> {
        if token.len() > self.settings.token_bytes_max {
            return Err(TokenError::TooLong(self.settings.token_bytes_max));
        }
        let header = TokenHeader::parse(token)?;
        if !header.typ.eq_ignore_ascii_case(&self.settings.token_type) {
            return Err(TokenError::WrongType(self.settings.token_type.clone()));
        }
        let algorithm = header.algorithm().ok_or(TokenError::Algorithm)?;
        if !self.settings.algorithms.contains(&algorithm) {
            return Err(TokenError::Algorithm);
        }
        let key = self.keys.find(&header.kid).await.map_err(|error| match error {
            KeyLookupError::Unknown => TokenError::UnknownKey,
            KeyLookupError::Unavailable => TokenError::KeysUnavailable,
        })?;
        // The key says for which algorithm it is; a token that names another one is an attempt to confuse.
        if key.algorithm != algorithm {
            return Err(TokenError::Algorithm);
        }
        let now = self.clock.now_unix_ms() / 1000;
        let claims = claims::verify(token, &key, &self.settings, self.keeps_whole_claims, now)?;
        self.require_session(&claims)?;
        Ok(claims)
    }

    /// A token of a session goes no further than the session (domain section 4.1). One without is of a program.
    fn require_session(&self, claims: &AccessClaims) -> Result<(), TokenError> {
        let (Some(revocations), Some(session)) = (&self.revocations, &claims.session) else { return Ok(()) };
        let standing = revocations.standing(session);
        telemetry::count_session_check(standing.name());
        match (standing, self.settings.revocation.when_unsure) {
            (Standing::Good, _) | (Standing::Unsure, WhenUnsure::Accept) => Ok(()),
            (Standing::Ended, _) => Err(TokenError::SessionEnded),
            (Standing::Unsure, WhenUnsure::Refuse) => Err(TokenError::SessionUnsure),
        }
    }
}

/// The token of `Bearer <token>` (RFC 6750 section 2.1): one space, and nothing else.
fn bearer_token(value: &[u8]) -> Option<&str> {
    let (scheme, token) = std::str::from_utf8(value).ok()?.split_once(' ')?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.bytes().all(plain)).then_some(token)
}

fn unauthenticated(error: &TokenError) -> Refusal {
    let mut refusal =
        Refusal::new(RefusalClass::Http(StatusCode::UNAUTHORIZED), ErrorCode::Unauthenticated, sentence(error));
    let code = if *error == TokenError::Scheme { "invalid_request" } else { "invalid_token" };
    refusal.challenge = Some(format!("Bearer realm=\"graphql\", error=\"{code}\", error_description=\"{error}\""));
    refusal
}

fn sentence(error: &TokenError) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    let first = characters.next().map(|character| character.to_ascii_uppercase());
    first.into_iter().chain(characters).chain(['.']).collect()
}
