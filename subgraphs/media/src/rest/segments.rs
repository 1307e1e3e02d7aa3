//! HTTP Live Streaming (RFC 8216): the playlist of a film in fragments, and the fragments, straight out of its file.

use std::fmt::Write;
use std::ops::Range;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use kit_ids::MediaFileId;

use super::content::{NotOpened, Opened, open};
use super::problem::{Refusal, failed};
use crate::domain::mp4::SegmentIndex;
use crate::service::{Archive, ServiceError};

const PLAYLIST: &str = "index.m3u8";
const BEGINNING: &str = "init.mp4";

/// `GET /media/v1/files/{id}/hls/{proof}/{name}`
pub(super) async fn segments(
    State(archive): State<Archive>,
    Path((id, proof, name)): Path<(String, String, String)>,
) -> Response {
    let Ok(id) = id.parse::<MediaFileId>() else { return Refusal::TicketNeeded.into_response() };
    let ticket = archive.tickets.segments(id, &proof, archive.clock.now());
    let opened = match open(&archive, ticket).await {
        Ok(opened) => opened,
        Err(refusal) => return refusal.into_response(),
    };
    match served(&archive, &opened, &name).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

async fn served(archive: &Archive, opened: &Opened, name: &str) -> Result<Response, NotOpened> {
    let missing = || NotOpened::Refused(Refusal::NoFile);
    let index = archive.segments_of(opened.file.id).await.map_err(NotOpened::Failed)?.ok_or_else(missing)?;
    if name == PLAYLIST {
        let headers = [(CONTENT_TYPE, "application/vnd.apple.mpegurl"), (CACHE_CONTROL, "no-store")];
        return Ok((headers, playlist(&index)).into_response());
    }
    let (range, content_type) = range(&index, name).ok_or_else(missing)?;
    let length = range.end - range.start;
    let bytes = match archive.storage.read(&opened.object_key, range).await {
        Ok(bytes) => bytes,
        Err(error) => return Ok(failed(&ServiceError::Storage(error))),
    };
    let headers = [
        (CONTENT_TYPE, content_type.to_owned()),
        (CONTENT_LENGTH, length.to_string()),
        (CACHE_CONTROL, format!("private, max-age={}", opened.left.unwrap_or_default())),
    ];
    Ok((headers, Body::from_stream(bytes)).into_response())
}

/// The bytes of a name in the playlist.
fn range(index: &SegmentIndex, name: &str) -> Option<(Range<u64>, &'static str)> {
    if name == BEGINNING {
        return Some((0..index.begin, "video/mp4"));
    }
    let number: usize = name.strip_prefix("segment-")?.strip_suffix(".m4s")?.parse().ok()?;
    let is_named = name == segment_name(number);
    Some((index.range(number.checked_sub(1).filter(|_| is_named)?)?, "video/iso.segment"))
}

/// The one name of a segment, numbered from 1.
fn segment_name(number: usize) -> String {
    format!("segment-{number}.m4s")
}

fn playlist(index: &SegmentIndex) -> String {
    let seconds = |units: u32| f64::from(units) / f64::from(index.timescale);
    let longest = index.segments.iter().map(|(_, units)| seconds(*units)).fold(1.0, f64::max).ceil();
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{longest}\n#EXT-X-PLAYLIST-TYPE:VOD\n\
         #EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"{BEGINNING}\"\n"
    );
    for (number, (_, units)) in (1..).zip(&index.segments) {
        write!(text, "#EXTINF:{:.5},\n{}\n", seconds(*units), segment_name(number))
            .expect("invariant: text takes text");
    }
    text + "#EXT-X-ENDLIST\n"
}
