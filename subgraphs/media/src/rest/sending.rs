//! `PUT`: a file in one piece, or one of its parts.

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderName};
use http::{HeaderMap, StatusCode};
use kit_ids::UploadId;

use super::problem::{Refusal, not_taken, refused};
use crate::domain::Sha256Hash;
use crate::service::Archive;
use crate::service::receiving::Sent;

/// RFC 9530.
const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");

/// `PUT /media/v1/uploads/{id}`
pub(super) async fn whole(
    State(archive): State<Archive>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (id, sent) = match admitted(&archive, &id, None, query.as_deref(), &headers) {
        Ok(admitted) => admitted,
        Err(refusal) => return *refusal,
    };
    match archive.receive(id, sent, body.into_data_stream()).await {
        Ok(sha256) => created(&sha256.to_string()),
        Err(error) => not_taken(&error),
    }
}

/// `PUT /media/v1/uploads/{id}/parts/{number}`
pub(super) async fn part(
    State(archive): State<Archive>,
    Path((id, number)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Some(number) = number.parse::<i64>().ok().filter(|read| read.to_string() == number) else {
        return Refusal::NoFile.into_response();
    };
    let (id, sent) = match admitted(&archive, &id, Some(number), query.as_deref(), &headers) {
        Ok(admitted) => admitted,
        Err(refusal) => return *refusal,
    };
    match archive.receive_part(id, number, sent, body.into_data_stream()).await {
        Ok(etag) => created(&etag),
        Err(error) => not_taken(&error),
    }
}

fn created(tag: &str) -> Response {
    (StatusCode::CREATED, [(ETAG, format!("\"{tag}\""))]).into_response()
}

/// Looks at everything but the body. The ticket comes first: without one nothing else is told.
fn admitted<'h>(
    archive: &Archive,
    id: &str,
    part: Option<i64>,
    query: Option<&str>,
    headers: &'h HeaderMap,
) -> Result<(UploadId, Sent<'h>), Box<Response>> {
    let refuse = |status, code, detail| Err(Box::new(refused(status, code, detail)));
    let Ok(id) = id.parse::<UploadId>() else { return Err(Box::new(Refusal::NoFile.into_response())) };
    let ticket = archive.tickets.may_send(id, part, query.unwrap_or_default(), archive.clock.now());
    ticket.map_err(|fault| Box::new(Refusal::Ticket(fault).into_response()))?;
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
    let Some(byte_size) = length else {
        return refuse(StatusCode::LENGTH_REQUIRED, "length-required", "say how long the body is: Content-Length");
    };
    if headers.contains_key(CONTENT_ENCODING) {
        return refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "encoded",
            "send the file as it is, without Content-Encoding",
        );
    }
    let digest = match digest(headers) {
        Ok(digest) => digest,
        Err(detail) => return refuse(StatusCode::BAD_REQUEST, "digest-malformed", detail),
    };
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.map(|text| text.split(';').next().unwrap_or_default().trim());
    Ok((id, Sent { byte_size, content_type, digest }))
}

/// The SHA-256 in `Content-Digest: sha-256=:…:`; other hashes beside it are not looked at.
fn digest(headers: &HeaderMap) -> Result<Option<Sha256Hash>, &'static str> {
    const MALFORMED: &str = "write it like Content-Digest: sha-256=:<base64>:";
    let lines = headers.get_all(CONTENT_DIGEST).iter().map(|value| value.to_str().map_err(|_| MALFORMED));
    for line in lines {
        for member in line?.split(',') {
            let (algorithm, value) = member.trim().split_once('=').ok_or(MALFORMED)?;
            if algorithm != "sha-256" {
                continue;
            }
            let encoded = value.strip_prefix(':').and_then(|value| value.strip_suffix(':')).ok_or(MALFORMED)?;
            let bytes = STANDARD.decode(encoded).map_err(|_| MALFORMED)?;
            return Ok(Some(Sha256Hash(bytes.try_into().map_err(|_| MALFORMED)?)));
        }
    }
    Ok(None)
}
