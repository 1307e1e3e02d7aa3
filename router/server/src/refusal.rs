//! Why a request is not executed, in the shape that GraphQL over HTTP asks for.

use apollo_compiler::parser::LineColumn;
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::configuration::StatusRules;

/// A request error (GraphQL section 7.1.2): the answer has `errors` and no `data`.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) class: RefusalClass,
    pub(crate) errors: Vec<RequestError>,
    /// The value of `allow`, for a method that is not allowed.
    pub(crate) allow: Option<&'static str>,
    /// The value of `www-authenticate`, for a token that is not accepted, or not enough.
    pub(crate) challenge: Option<String>,
    /// The value of `retry-after`, in seconds.
    pub(crate) retry_after_seconds: Option<u64>,
    /// What else the reply says in its head.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

/// How far the request came; decides the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefusalClass {
    /// It is no GraphQL-over-HTTP request, or may not be made: this status, whatever the client accepts.
    Http(StatusCode),
    /// Its parameters have wrong types or are missing.
    Parameters,
    /// The document does not parse.
    Syntax,
    /// The document, its operation or its variables cannot be executed.
    Operation,
    /// Nothing is registered under the id that stands for the document.
    NotRegistered,
}

/// One entry of `errors`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RequestError {
    pub(crate) message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) locations: Vec<LineColumn>,
    pub(crate) extensions: Map<String, Value>,
}

/// The codes of P8 that the router itself gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    Unauthenticated,
    Forbidden,
    BadUserInput,
    OperationTooComplex,
    OperationTooDeep,
    PersistedQueryNotFound,
    PersistedQueryOnly,
    RateLimited,
    SubgraphUnavailable,
    Internal,
}

impl ErrorCode {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::OperationTooComplex => "OPERATION_TOO_COMPLEX",
            Self::OperationTooDeep => "OPERATION_TOO_DEEP",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::PersistedQueryOnly => "PERSISTED_QUERY_ONLY",
            Self::RateLimited => "RATE_LIMITED",
            Self::SubgraphUnavailable => "SUBGRAPH_UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }
}

impl RequestError {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let extensions = Map::from_iter([("code".to_owned(), Value::from(code.as_str()))]);
        Self { message: message.into(), locations: Vec::new(), extensions }
    }

    pub(crate) fn at(mut self, locations: Vec<LineColumn>) -> Self {
        self.locations = locations;
        self
    }
}

impl Refusal {
    pub(crate) fn new(class: RefusalClass, code: ErrorCode, message: impl Into<String>) -> Self {
        Self::of_errors(class, vec![RequestError::new(code, message)])
    }

    pub(crate) fn of_errors(class: RefusalClass, errors: Vec<RequestError>) -> Self {
        Self { class, errors, allow: None, challenge: None, retry_after_seconds: None, headers: Vec::new() }
    }

    pub(crate) fn http(status: StatusCode, message: impl Into<String>) -> Self {
        Self::new(RefusalClass::Http(status), ErrorCode::BadUserInput, message)
    }

    pub(crate) fn parameters(message: impl Into<String>) -> Self {
        Self::new(RefusalClass::Parameters, ErrorCode::BadUserInput, message)
    }

    pub(crate) fn method_not_allowed(message: impl Into<String>, allow: &'static str) -> Self {
        let mut refusal = Self::http(StatusCode::METHOD_NOT_ALLOWED, message);
        refusal.allow = Some(allow);
        refusal
    }

    /// The same, with the trace in each error (P8).
    pub(crate) fn traced(mut self, trace_id: &str) -> Self {
        for error in &mut self.errors {
            error.extensions.insert("traceId".to_owned(), trace_id.into());
        }
        self
    }

    /// The status, which for `application/json` is 200 once the request is well formed, because its readers take any
    /// other for a failure of something between them and the server (GraphQL over HTTP, section 6.4.1).
    pub(crate) fn status(&self, rules: StatusRules, legacy_media_type: bool) -> StatusCode {
        match (self.class, rules) {
            (RefusalClass::Http(status), _) => status,
            (RefusalClass::Syntax | RefusalClass::Operation | RefusalClass::NotRegistered, StatusRules::Audited)
                if legacy_media_type =>
            {
                StatusCode::OK
            }
            (RefusalClass::NotRegistered, _) => StatusCode::NOT_FOUND,
            (RefusalClass::Syntax, _) | (_, StatusRules::Audited) => StatusCode::BAD_REQUEST,
            (RefusalClass::Parameters | RefusalClass::Operation, StatusRules::Draft2026) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
        }
    }
}
