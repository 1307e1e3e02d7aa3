//! The second stage: who asks?
//!
//! A request without a token is anonymous. One with a token is either verified whole (RFC 9068 under RFC 8725) or
//! refused: nothing is ever "anonymous because the token was bad". The accepted algorithms, issuer, audience and type
//! come from the settings, the key from the issuer's published set; the token only names which key.

mod claims;

mod jwks;
mod keys;
mod revocation;
mod token_header;
mod token_source;

pub(crate) use claims::{AccessClaims, WholeClaims};
pub use jwks::{JwksError, JwksSource, SubgraphJwks};
pub use revocation::{Revocations, RevokedSessions, Standing};

use std::net::IpAddr;
use std::sync::Arc;

use http::{HeaderMap, StatusCode, header};
use thiserror::Error;

use self::keys::{KeyLookupError, KeyStore};
use self::token_header::TokenHeader;
use self::token_source::TokenSources;
use crate::clock::Clock;
use crate::configuration::{AuthenticationSettings, IssuerSettings, WhenUnsure};
use crate::rates::RefusedTokens;
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

impl Viewer {
    /// What is known of a viewer with a token.
    pub(crate) fn claims(&self) -> Option<&Arc<AccessClaims>> {
        match self {
            Self::Anonymous => None,
            Self::Authenticated(claims) => Some(claims),
        }
    }
}

/// Verifies access tokens.
#[derive(Debug)]
pub(crate) struct Identity {
    verifier: Option<Verifier>,
    /// None where any number of them may come.
    refused_tokens: Option<RefusedTokens>,
    clock: Arc<dyn Clock>,
}

#[derive(Debug)]
struct Verifier {
    sources: TokenSources,
    token_bytes_max: usize,
    issuers: Vec<Issuer>,
    clock: Arc<dyn Clock>,
}

/// Who issues tokens, and what is known of them.
#[derive(Debug)]
struct Issuer {
    settings: IssuerSettings,
    keys: Arc<KeyStore>,
    revocations: Option<Arc<dyn Revocations>>,
    whole_claims: WholeClaims,
}

/// What an issuer's tokens are judged by beside its settings.
#[derive(Debug)]
pub(crate) struct IssuerKnowledge {
    pub(crate) keys: Arc<dyn JwksSource>,
    /// Sessions that have ended, where somebody tells of them.
    pub(crate) revocations: Option<Arc<dyn Revocations>>,
}

/// Why a token is not accepted; the text is for the client (RFC 6750 section 3.1).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum TokenError {
    #[error("a token must be sent once, as in the header authorization: Bearer <token>")]
    Scheme,
    #[error("a page of another site asks with the viewer's cookie; send the token in a header")]
    OtherSite,
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
    /// An identity that accepts the tokens of these issuers, each with what is known of it, in the order of the settings.
    /// `whole_claims` says whose claims are kept as they are written; a token in a cookie is believed of pages of the
    /// `origins`, too.
    pub(crate) fn new(
        settings: &AuthenticationSettings,
        known: Vec<IssuerKnowledge>,
        whole_claims: &WholeClaims,
        origins: Vec<String>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let issuers = settings.issuers.iter().zip(known).map(|(settings, known)| Issuer {
            keys: Arc::new(KeyStore::new(settings.jwks.clone(), settings.algorithms.clone(), known.keys)),
            revocations: known.revocations,
            settings: settings.clone(),
            whole_claims: whole_claims.clone(),
        });
        let verifier = Verifier {
            sources: TokenSources::new(&settings.token_sources, origins),
            token_bytes_max: settings.token_bytes_max,
            issuers: issuers.collect(),
            clock: Arc::clone(&clock),
        };
        Self { verifier: Some(verifier), refused_tokens: None, clock }
    }

    /// An identity that accepts no tokens.
    pub(crate) fn without_issuers(clock: Arc<dyn Clock>) -> Self {
        Self { verifier: None, refused_tokens: None, clock }
    }

    /// The same, which looks at no more than so many bad tokens of an address.
    pub(crate) fn limiting(self, refused_tokens: Option<RefusedTokens>) -> Self {
        Self { refused_tokens, ..self }
    }

    /// Whether the viewer's session is known to have ended since the token was accepted.
    pub(crate) fn has_ended(&self, viewer: &Viewer) -> bool {
        let (Viewer::Authenticated(claims), Some(verifier)) = (viewer, &self.verifier) else { return false };
        let issuer = verifier.issuers.iter().find(|issuer| issuer.settings.issuer == claims.issuer);
        issuer.is_some_and(|issuer| issuer.standing(claims) == Some(Standing::Ended))
    }

    /// The time by which tokens are judged, in milliseconds since 1970.
    pub(crate) fn now_unix_ms(&self) -> u64 {
        self.clock.now_unix_ms()
    }
}

/// Finds the viewer of a request from this address. One that has sent too many bad tokens is refused before its next one is
/// looked at.
pub(crate) async fn identify_from(
    identity: &Identity,
    headers: &HeaderMap,
    address: Option<IpAddr>,
) -> Result<Viewer, Refusal> {
    let (Some(limit), Some(address)) = (&identity.refused_tokens, address) else {
        return identify(identity, headers).await;
    };
    let has_token = identity.verifier.as_ref().is_some_and(|verifier| verifier.sources.token(headers).is_some());
    if !has_token {
        return identify(identity, headers).await;
    }
    limit.require(address, identity.now_unix_ms())?;
    let identified = identify(identity, headers).await;
    if identified.as_ref().is_err_and(|refusal| refusal.class == RefusalClass::Http(StatusCode::UNAUTHORIZED)) {
        limit.count(address, identity.now_unix_ms());
    }
    identified
}

/// Finds the viewer of a request.
pub(crate) async fn identify(identity: &Identity, headers: &HeaderMap) -> Result<Viewer, Refusal> {
    let verified = match &identity.verifier {
        Some(verifier) => match verifier.sources.token(headers) {
            None => return Ok(Viewer::Anonymous),
            Some(Ok(token)) => verifier.verify(token).await,
            Some(Err(error)) => Err(error),
        },
        None if headers.contains_key(header::AUTHORIZATION) => Err(TokenError::NotConfigured),
        None => return Ok(Viewer::Anonymous),
    };
    match verified {
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
        if token.len() > self.token_bytes_max {
            return Err(TokenError::TooLong(self.token_bytes_max));
        }
        let header = TokenHeader::parse(token)?;
        self.issuer_of(token)?.verify(token, &header, self.clock.now_unix_ms() / 1000).await
    }

    /// The issuer that is to judge the token. Its name in the token only chooses; it is believed once that issuer's key
    /// has verified it (RFC 8725 section 3.8).
    fn issuer_of(&self, token: &str) -> Result<&Issuer, TokenError> {
        if let [only] = self.issuers.as_slice() {
            return Ok(only);
        }
        let named = claims::unverified_issuer(token)?;
        self.issuers.iter().find(|issuer| issuer.settings.issuer == named).ok_or(TokenError::Issuer)
    }
}

impl Issuer {
    async fn verify(&self, token: &str, header: &TokenHeader, now: u64) -> Result<AccessClaims, TokenError> {
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
        let claims = claims::verify(token, &key, &self.settings, &self.whole_claims, now)?;
        self.require_session(&claims)?;
        Ok(claims)
    }

    /// A token of a session goes no further than the session (domain section 4.1). One without is of a program.
    fn require_session(&self, claims: &AccessClaims) -> Result<(), TokenError> {
        let Some(standing) = self.standing(claims) else { return Ok(()) };
        telemetry::count_session_check(standing.name());
        match (standing, self.settings.revocation.when_unsure) {
            (Standing::Good, _) | (Standing::Unsure, WhenUnsure::Accept) => Ok(()),
            (Standing::Ended, _) => Err(TokenError::SessionEnded),
            (Standing::Unsure, WhenUnsure::Refuse) => Err(TokenError::SessionUnsure),
        }
    }

    /// What is known of the token's session; nothing when it has none, or nobody tells of this issuer's.
    fn standing(&self, claims: &AccessClaims) -> Option<Standing> {
        Some(self.revocations.as_ref()?.standing(claims.session.as_ref()?))
    }
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
