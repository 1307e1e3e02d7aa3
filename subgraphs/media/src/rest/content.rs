//! `GET` and `HEAD` of a file: whole, in ranges, on conditions (RFC 9110).

use std::ops::Range;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, LAST_MODIFIED,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use kit_ids::MediaFileId;
use kit_service::TooOften;

use super::conditions::{Validators, Verdict, ranges_apply, verdict, written_date};
use super::problem::{Refusal, failed, internal, too_often};
use super::range::{Wanted, wanted};
use crate::domain::{MediaFile, MediaKind, MediaStatus, content_disposition, served_type};
use crate::service::tickets::{ContentTicket, Holder, TicketFault, Use};
use crate::service::{Archive, ServiceError};
use crate::storage::StorageError;

/// A file that is opened by itself runs nothing (AS-012, PS-25).
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; img-src 'self'; sandbox";
/// How long anyone may keep a file that is open to everyone: it is never changed, but may be deleted.
const PUBLIC_SECONDS: i64 = 24 * 60 * 60;

/// A file, and what its holder may do with it.
pub(super) struct Opened {
    pub(super) file: MediaFile,
    pub(super) object_key: String,
    /// The ticket's, in seconds; nothing when the file is open to everyone.
    pub(super) left: Option<i64>,
    is_attachment: bool,
}

/// Why a file is not opened.
pub(super) enum NotOpened {
    Refused(Refusal),
    TooOften(TooOften),
    Failed(ServiceError),
}

impl IntoResponse for NotOpened {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(refusal) => refusal.into_response(),
            Self::TooOften(refusal) => too_often(refusal),
            Self::Failed(error) => failed(&error),
        }
    }
}

/// `GET /media/v1/files/{id}/content`
pub(super) async fn content(
    State(archive): State<Archive>,
    method: Method,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let opened = match open_by_query(&archive, &id, query.as_deref()).await {
        Ok(opened) => opened,
        Err(refusal) => return refusal.into_response(),
    };
    match reply(&archive, &opened, &method, &headers).await {
        Ok(response) => response,
        Err(error) => failed(&ServiceError::Storage(error)),
    }
}

async fn open_by_query(archive: &Archive, id: &str, query: Option<&str>) -> Result<Opened, NotOpened> {
    let needed = || NotOpened::Refused(Refusal::TicketNeeded);
    let id: MediaFileId = id.parse().map_err(|_| needed())?;
    let now = archive.clock.now();
    if let Some(query) = query.filter(|query| !query.is_empty()) {
        let ticket = archive.tickets.content(id, query, now);
        return open(archive, ticket).await;
    }
    let file = archive.found(id).await.map_err(NotOpened::Failed)?;
    let file = file.filter(|file| file.is_public && file.status == MediaStatus::Ready).ok_or_else(needed)?;
    let object_key = file.object_key.clone().ok_or_else(needed)?;
    Ok(Opened { file, object_key, left: None, is_attachment: false })
}

/// The file of a ticket. Whether its holder may still have it is looked at again for each request (RG-34).
pub(super) async fn open(archive: &Archive, ticket: Result<ContentTicket, TicketFault>) -> Result<Opened, NotOpened> {
    let ticket = ticket.map_err(|fault| NotOpened::Refused(Refusal::Ticket(fault)))?;
    let (Holder::Person(user) | Holder::Keeper(user)) = ticket.holder;
    archive.paces.downloads.admit(user, archive.clock.now()).map_err(NotOpened::TooOften)?;
    let missing = || NotOpened::Refused(Refusal::NoFile);
    let file = archive.found(ticket.file).await.map_err(NotOpened::Failed)?.ok_or_else(missing)?;
    match file.status {
        MediaStatus::Ready => {}
        MediaStatus::Deleted => return Err(NotOpened::Refused(Refusal::Deleted)),
        MediaStatus::Pending | MediaStatus::Failed => return Err(missing()),
    }
    if !archive.may_still_read(ticket.holder, &file).await.map_err(NotOpened::Failed)? {
        return Err(NotOpened::Refused(Refusal::AccessOver));
    }
    let object_key = file.object_key.clone().ok_or_else(missing)?;
    let left = (ticket.expires_at - archive.clock.now() / 1_000_000).max(0);
    Ok(Opened { file, object_key, left: Some(left), is_attachment: ticket.purpose == Use::Download })
}

async fn reply(
    archive: &Archive,
    opened: &Opened,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, StorageError> {
    let byte_size = u64::try_from(opened.file.byte_size).unwrap_or_default();
    let validators = Validators {
        etag: format!("\"{}\"", opened.file.sha256),
        last_modified: u64::try_from(opened.file.ready_at.unwrap_or_default() / 1_000_000).unwrap_or_default(),
    };
    match verdict(headers, &validators) {
        Verdict::Proceed => {}
        Verdict::NotChanged => return Ok(described(Refusal::NotChanged.into_response(), opened, &validators)),
        Verdict::Failed => return Ok(Refusal::ConditionFailed.into_response()),
    }
    // Ranges are for GET only (section 14.2).
    let wanted = match *method {
        Method::GET if ranges_apply(headers, &validators) => wanted(headers, byte_size),
        _ => Wanted::Whole,
    };
    let content_type = served_type(&opened.file.content_type);
    let response = match wanted {
        Wanted::Whole => {
            let body = match *method {
                Method::HEAD => Body::empty(),
                _ => Body::from_stream(archive.storage.read(&opened.object_key, 0..byte_size).await?),
            };
            with_body(StatusCode::OK, &content_type, byte_size, body)
        }
        Wanted::Parts(parts) => match <[Range<u64>; 1]>::try_from(parts) {
            Ok([part]) => {
                let body = Body::from_stream(archive.storage.read(&opened.object_key, part.clone()).await?);
                let length = part.end - part.start;
                let mut response = with_body(StatusCode::PARTIAL_CONTENT, &content_type, length, body);
                response.headers_mut().insert(CONTENT_RANGE, header(&content_range(&part, byte_size)));
                response
            }
            Err(parts) => several(archive, opened, parts, &content_type, byte_size),
        },
        Wanted::Nothing => {
            let mut response = Refusal::RangeNotSatisfiable.into_response();
            response.headers_mut().insert(CONTENT_RANGE, header(&format!("bytes */{byte_size}")));
            return Ok(response);
        }
        Wanted::Ambiguous => return Ok(Refusal::RangeAmbiguous.into_response()),
    };
    Ok(described(response, opened, &validators))
}

/// `multipart/byteranges` (section 14.6), each part read when the one before it has been taken.
fn several(archive: &Archive, opened: &Opened, parts: Vec<Range<u64>>, content_type: &str, byte_size: u64) -> Response {
    // The file's own hash: a file that holds it has not been found yet.
    let boundary = opened.file.sha256.to_string();
    let head = |part: &Range<u64>| {
        let range = content_range(part, byte_size);
        format!("\r\n--{boundary}\r\ncontent-type: {content_type}\r\ncontent-range: {range}\r\n\r\n")
    };
    let end = format!("\r\n--{boundary}--\r\n");
    let pieces: Vec<(String, Range<u64>)> = parts.into_iter().map(|part| (head(&part), part)).collect();
    let length = pieces.iter().map(|(head, part)| head.len() as u64 + part.end - part.start).sum::<u64>();
    let length = length + end.len() as u64;
    let (storage, key) = (archive.storage.clone(), opened.object_key.clone());
    let bodies = stream::iter(pieces).then(move |(head, part)| {
        let (storage, key) = (storage.clone(), key.clone());
        async move {
            let head = stream::once(async move { Ok(Bytes::from(head)) });
            match storage.read(&key, part).await {
                Ok(bytes) => head.chain(bytes).boxed(),
                Err(error) => stream::once(async move { Err(std::io::Error::other(error)) }).boxed(),
            }
        }
    });
    let body = bodies.flatten().chain(stream::once(async move { Ok(Bytes::from(end)) }));
    let content_type = format!("multipart/byteranges; boundary={}", opened.file.sha256);
    with_body(StatusCode::PARTIAL_CONTENT, &content_type, length, Body::from_stream(body))
}

fn with_body(status: StatusCode, content_type: &str, length: u64, body: Body) -> Response {
    let response = Response::builder().status(status).header(CONTENT_TYPE, content_type);
    response.header(CONTENT_LENGTH, length).body(body).unwrap_or_else(|_| internal())
}

/// What every answer about a file says of it.
fn described(mut response: Response, opened: &Opened, validators: &Validators) -> Response {
    let is_attachment = opened.is_attachment || opened.file.kind == MediaKind::Attachment;
    let headers = response.headers_mut();
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(ETAG, header(&validators.etag));
    headers.insert(LAST_MODIFIED, written_date(validators.last_modified));
    headers.insert(CONTENT_DISPOSITION, header(&content_disposition(is_attachment, &opened.file.file_name)));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    let caching = match opened.left {
        Some(left) => format!("private, max-age={left}"),
        None => format!("public, max-age={PUBLIC_SECONDS}"),
    };
    headers.insert(CACHE_CONTROL, header(&caching));
    response
}

fn content_range(part: &Range<u64>, byte_size: u64) -> String {
    format!("bytes {}-{}/{byte_size}", part.start, part.end - 1)
}

fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("invariant: it is printable ASCII")
}
