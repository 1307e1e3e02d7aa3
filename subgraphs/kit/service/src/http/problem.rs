//! Errors of REST routes: `application/problem+json` (RFC 9457).

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

/// What went wrong with a REST request.
///
/// A handler returns it like any response; the path and the trace id are added on the way out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: String,
    title: String,
    #[serde(serialize_with = "status_number")]
    status: StatusCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    code: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    #[serde(rename = "traceId", skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct FieldProblem {
    pointer: String,
    detail: String,
}

impl Problem {
    /// A problem with a code such as `EMAIL_TAKEN`; its type is `/problems/email-taken`, its title "Email taken".
    #[must_use]
    pub fn new(status: StatusCode, code: &str) -> Self {
        let words = code.to_ascii_lowercase().replace(['_', '-'], " ");
        let mut title = words.clone();
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        Self {
            kind: format!("/problems/{}", words.replace(' ', "-")),
            title,
            status,
            detail: None,
            code: code.to_owned(),
            errors: Vec::new(),
            instance: None,
            trace_id: None,
        }
    }

    /// With a sentence on what happened and what to do.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// With what is wrong with one field; `pointer` is a JSON pointer (RFC 6901) into the body.
    #[must_use]
    pub fn with_error(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.errors.push(FieldProblem { pointer: pointer.into(), detail: detail.into() });
        self
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    fn body(&self) -> Body {
        Body::from(serde_json::to_vec(self).expect("invariant: a problem can be written as JSON"))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(self.body());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // For `complete`, which knows what the handler does not.
        response.extensions_mut().insert(self);
        response
    }
}

/// Adds to a problem where and in which trace it happened. Other responses stay as they are.
pub(super) fn complete(mut response: Response, path: &str, trace_id: &str) -> Response {
    let Some(mut problem) = response.extensions_mut().remove::<Problem>() else { return response };
    problem.instance = Some(path.to_owned());
    problem.trace_id = Some(trace_id.to_owned());
    *response.body_mut() = problem.body();
    response
}

/// What no route answers.
pub(super) async fn not_found(request: Request) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "NOT_FOUND").with_detail(format!("nothing is at {}", request.uri().path()))
}

fn status_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}
