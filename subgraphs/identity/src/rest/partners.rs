//! `POST /auth/v1/partner/token`: tokens for partners' programs (RFC 6749 section 4.4), and
//! `GET /.well-known/oauth-authorization-server`: where they are (RFC 8414).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use kit_viewer::{Role, Scope};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::Rest;
use super::body::secret;
use super::client::call;
use super::form::{decoded, parameters};
use crate::service::{AuthError, PartnerError};

const FORM: &str = "application/x-www-form-urlencoded";
const GRANT_TYPE: &str = "client_credentials";

/// A refusal of RFC 6749, section 5.2.
struct Refusal {
    status: StatusCode,
    error: &'static str,
    description: String,
    retry_after_seconds: Option<i64>,
}

/// What a client asks for, and how it says who it is.
struct TokenRequest {
    client_id: String,
    secret: SecretString,
    scope: Option<String>,
}

/// `GET /.well-known/oauth-authorization-server`
pub(super) async fn metadata(State(rest): State<Arc<Rest>>) -> impl IntoResponse {
    let issuer = rest.accounts.sessions.access_tokens.issuer();
    let base = issuer.trim_end_matches('/');
    let scopes: Vec<&str> = Role::Partner.scopes().iter().copied().map(Scope::name).collect();
    let metadata = json!({
        "issuer": issuer,
        "token_endpoint": format!("{base}/auth/v1/partner/token"),
        "jwks_uri": format!("{base}/.well-known/jwks.json"),
        "service_documentation": format!("{base}/docs/rest"),
        "grant_types_supported": [GRANT_TYPE],
        // There is no page on which anybody authorises.
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "scopes_supported": scopes,
    });
    ([(CACHE_CONTROL, "public, max-age=300")], Json(metadata))
}

/// `POST /auth/v1/partner/token`
pub(super) async fn token(State(rest): State<Arc<Rest>>, parts: Parts, body: Bytes) -> Response {
    let request = match TokenRequest::read(&parts.headers, &body) {
        Ok(request) => request,
        Err(refusal) => return refusal.into_response(),
    };
    let TokenRequest { client_id, secret, scope } = request;
    match rest.partners.token(&client_id, secret, scope.as_deref(), &call(&parts)).await {
        Ok(token) => unstored(
            StatusCode::OK,
            json!({
                "access_token": token.access_token, "token_type": "Bearer", "expires_in": token.lifetime_seconds,
                "scope": token.scope,
            }),
        ),
        Err(error) => Refusal::of(&error).into_response(),
    }
}

impl TokenRequest {
    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(FORM) {
            return Err(Refusal::invalid_request(format!("the content type must be {FORM}")));
        }
        let parameters = parameters(body).ok_or_else(|| Refusal::invalid_request("the form is malformed"))?;
        let mut parameters = Parameters(parameters);
        match parameters.take("grant_type")?.as_deref() {
            Some(GRANT_TYPE) => {}
            Some(_) => return Err(Refusal::new("unsupported_grant_type", "only client_credentials is supported")),
            None => return Err(Refusal::invalid_request("grant_type is missing")),
        }
        let scope = parameters.take("scope")?;
        let of_body = (parameters.take("client_id")?, parameters.take("client_secret")?);
        let (client_id, secret) = match (basic(headers)?, of_body) {
            (Some((client_id, secret)), (repeated, None))
                if repeated.is_none() || repeated.as_ref() == Some(&client_id) =>
            {
                (client_id, secret)
            }
            (Some(_), _) => {
                return Err(Refusal::invalid_request("say who you are once: in the header, or else in the form"));
            }
            (None, (Some(client_id), Some(secret))) => (client_id, secret),
            (None, _) => return Err(Refusal::invalid_client("client id and secret are missing")),
        };
        Ok(Self { client_id, secret: self::secret(secret), scope })
    }
}

/// The parameters of a form.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// The one value of a parameter; one without a value counts as missing (RFC 6749, section 3.2).
    fn take(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        let (found, rest) = std::mem::take(&mut self.0).into_iter().partition(|(found, _)| found == name);
        self.0 = rest;
        let mut found: Vec<(String, String)> = found;
        if found.len() > 1 {
            return Err(Refusal::invalid_request(format!("{name} must appear once")));
        }
        Ok(found.pop().map(|(_, value)| value).filter(|value| !value.is_empty()))
    }
}

/// Client id and secret of HTTP Basic (RFC 7617), each encoded as in a form (RFC 6749, section 2.3.1).
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let read = || {
        let (scheme, credentials) = value.to_str().ok()?.split_once(' ')?;
        let bytes = STANDARD.decode(credentials.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        let text = String::from_utf8(bytes).ok()?;
        let (client_id, secret) = text.split_once(':')?;
        Some((decoded(client_id)?, decoded(secret)?))
    };
    match (read(), values.next()) {
        (Some(credentials), None) => Ok(Some(credentials)),
        _ => Err(Refusal::invalid_client("the authorization header must appear once, as: Basic <credentials>")),
    }
}

impl Refusal {
    fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error, description: description.into(), retry_after_seconds: None }
    }

    fn invalid_request(description: impl Into<String>) -> Self {
        Self::new("invalid_request", description)
    }

    fn invalid_client(description: impl Into<String>) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, ..Self::new("invalid_client", description) }
    }

    fn of(error: &PartnerError) -> Self {
        let unavailable = |status, seconds| Self {
            status,
            retry_after_seconds: Some(seconds),
            ..Self::new("temporarily_unavailable", error.to_string())
        };
        match error {
            PartnerError::InvalidClient
            | PartnerError::InvalidClientId
            | PartnerError::Disabled
            | PartnerError::Expired => Self::invalid_client(error.to_string()),
            PartnerError::InvalidScope => Self::new("invalid_scope", error.to_string()),
            PartnerError::Auth(AuthError::TooManyAttempts { retry_after_seconds }) => {
                unavailable(StatusCode::TOO_MANY_REQUESTS, *retry_after_seconds)
            }
            PartnerError::Auth(AuthError::Busy) => unavailable(StatusCode::SERVICE_UNAVAILABLE, 1),
            PartnerError::Auth(_) => {
                tracing::error!(%error, "the partners' token endpoint failed");
                let description = "something is wrong on our side; the trace id finds it in our logs";
                Self { status: StatusCode::INTERNAL_SERVER_ERROR, ..Self::new("server_error", description) }
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.error, "error_description": self.description });
        let mut response = unstored(self.status, body);
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"partners\", charset=\"UTF-8\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// An answer that nobody keeps (RFC 6749, section 5.1).
fn unstored(status: StatusCode, body: Value) -> Response {
    (status, [(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")], Json(body)).into_response()
}
