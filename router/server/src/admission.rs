//! The first stage: is this a request that may be looked at at all?
//!
//! Sizes and times are bounded before anything is parsed. A `POST` must say `application/json`, which no HTML form can
//! send and for which a browser asks first (a CORS preflight), so that another site cannot make a viewer's browser
//! execute anything; a `GET` executes no mutations. Cookies are not read.

mod body;
mod content_encoding;
mod json_value;
pub(crate) mod media_type;
mod operation_reference;
mod parameters;
mod query_string;
pub(crate) mod stream_type;

pub(crate) use body::{BodyError, collect};
pub(crate) use operation_reference::OperationReference;
pub(crate) use parameters::{Asked, Asks, Parameters};

use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode, header};

use crate::configuration::{AdmissionSettings, BatchingSettings};
use crate::refusal::Refusal;

const ALLOWED_METHODS: &str = "GET, POST";

/// A request that is worth parsing.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) headers: HeaderMap,
    pub(crate) asks: Asks,
    /// False for `GET`.
    pub(crate) may_mutate: bool,
}

/// Reads the parameters of a `GET` or `POST`.
pub(crate) async fn admit(
    settings: &AdmissionSettings,
    batching: &BatchingSettings,
    request: Request<Body>,
) -> Result<Admitted, Refusal> {
    let (head, body) = request.into_parts();
    let url_bytes = head.uri.path_and_query().map_or(0, |target| target.as_str().len());
    if url_bytes > settings.url_bytes_max {
        return Err(Refusal::http(
            StatusCode::URI_TOO_LONG,
            format!(
                "The URL has {url_bytes} bytes; at most {} are read. Send the operation with POST.",
                settings.url_bytes_max
            ),
        ));
    }
    let asks = match head.method {
        Method::GET => {
            refuse_odd_content(&head.headers)?;
            Asks::One(Parameters::from_query(head.uri.query().unwrap_or_default())?)
        }
        Method::POST => {
            require_json(&head.headers)?;
            Asks::from_json(&body::read(settings, &head.headers, body).await?, batching)?
        }
        other => {
            return Err(Refusal::method_not_allowed(
                format!("{other} is not a method of this path: send POST, or GET for a query."),
                ALLOWED_METHODS,
            ));
        }
    };
    Ok(Admitted { headers: head.headers, asks, may_mutate: head.method == Method::POST })
}

fn require_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(unsupported("A POST needs exactly one content-type header: application/json."));
    };
    if media_type::is_utf8_json(value) {
        return Ok(());
    }
    let given = value.to_str().unwrap_or("not readable");
    Err(unsupported(&format!("The content-type is {given}; only application/json, encoded in UTF-8, is read.")))
}

/// A `GET` has no body whose type there is to tell. Types that look like none to a browser have been a way around the
/// question it has to ask before it calls another site (GHSA-hff2-gcpx-8f4p).
fn refuse_odd_content(headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.get_all(header::CONTENT_TYPE).iter().all(media_type::is_utf8_json) {
        return Ok(());
    }
    Err(unsupported("A GET needs no content-type header; leave it out, or say application/json."))
}

fn unsupported(message: &str) -> Refusal {
    Refusal::http(StatusCode::UNSUPPORTED_MEDIA_TYPE, message)
}
