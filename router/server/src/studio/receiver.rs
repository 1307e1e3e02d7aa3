//! Spans that others send (OTLP/HTTP): subgraphs in processes of their own.

use std::time::Duration;

use axum::body::Body;
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode, header};
use router_studio::otlp;
use telemetry::Span;

use super::query::unreadable;
use super::{Door, reply};
use crate::admission::{BodyError, collect};
use crate::problem::Problem;

const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

/// Takes spans. Those of traces that are not kept are forgotten.
///
/// # Errors
/// When the body is too large, or no request of OTLP.
pub(super) async fn receive(door: &Door, head: &Parts, body: Body) -> Result<Response<Body>, Problem> {
    let media_type = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    let is_json = media_type.eq_ignore_ascii_case(JSON);
    if !is_json && !media_type.eq_ignore_ascii_case(PROTOBUF) {
        return Err(unsupported(format!("Send {PROTOBUF} or {JSON}, as OTLP/HTTP says.")));
    }
    let encoding = head.headers.get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes);
    let is_compressed = match encoding {
        None | Some(b"identity") => false,
        Some(b"gzip") => true,
        Some(_) => return Err(unsupported("A body may be compressed with gzip, and with nothing else.".to_owned())),
    };
    let mut body = collect(body, BODY_BYTES_MAX, BODY_TIMEOUT).await.map_err(unread)?.to_vec();
    if is_compressed {
        body = inflated(&body)?;
    }
    let spans = if is_json { otlp::from_json(&body) } else { otlp::from_protobuf(&body) };
    let spans = spans.map_err(|error| unreadable(format!("It is no request of OTLP: {error}.")))?;
    take(door, spans);
    // An ExportTraceServiceResponse with nothing in it: all is well.
    Ok(if is_json { reply(JSON, "{}") } else { reply(PROTOBUF, "") })
}

/// Traces under way are held until it is known whether they are kept; for those that were answered long ago, who keeps them
/// knows.
fn take(door: &Door, spans: Vec<Span>) {
    let collector = &door.collector;
    let (under_way, later): (Vec<_>, Vec<_>) =
        spans.into_iter().partition(|span| collector.wants(span.trace_id, false));
    under_way.into_iter().for_each(|span| collector.ended(span, false));
    door.studio.take_foreign(later);
}

fn inflated(body: &[u8]) -> Result<Vec<u8>, Problem> {
    use std::io::Read;
    let mut whole = Vec::new();
    let limit = u64::try_from(BODY_BYTES_MAX).unwrap_or(u64::MAX);
    let read = flate2::read::GzDecoder::new(body).take(limit + 1).read_to_end(&mut whole);
    match read {
        Ok(_) if whole.len() > BODY_BYTES_MAX => Err(unread(BodyError::TooLarge)),
        Ok(_) => Ok(whole),
        Err(error) => Err(unreadable(format!("The body is not compressed with gzip: {error}."))),
    }
}

fn unsupported(detail: String) -> Problem {
    Problem {
        status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
        slug: "unsupported-media-type",
        code: "BAD_USER_INPUT",
        title: "The body is of another kind",
        detail,
    }
}

/// The body could not be read.
pub(super) fn unread(error: BodyError) -> Problem {
    let (status, detail) = match error {
        BodyError::TooLarge => (
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("The body is larger than {BODY_BYTES_MAX} bytes; send less at once."),
        ),
        BodyError::TooSlow => {
            (StatusCode::REQUEST_TIMEOUT, format!("The body did not arrive within {} s.", BODY_TIMEOUT.as_secs()))
        }
        BodyError::Broken => (StatusCode::BAD_REQUEST, "The body ended before it was complete.".to_owned()),
    };
    Problem { status, slug: "bad-body", code: "BAD_USER_INPUT", title: "The body cannot be read", detail }
}
