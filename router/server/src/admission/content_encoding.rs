//! Compressed bodies: one coding, and never more of it than a body may have as it is.

use std::io::Read;

use brotli_decompressor::Decompressor;
use bytes::Bytes;
use flate2::bufread::{MultiGzDecoder, ZlibDecoder};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use ruzstd::decoding::StreamingDecoder;

use super::body::too_large;
use crate::configuration::{AdmissionSettings, ContentEncoding};
use crate::refusal::Refusal;

/// What a decoder of zstd is to support at least, and of ours is to hold at most (RFC 8878 section 3.1.1.1.2).
const ZSTD_WINDOW_MAX: u64 = 8 * 1024 * 1024;
/// What brotli reads at once.
const BROTLI_BUFFER: usize = 4096;

/// How a body is compressed; `None` for one that is sent as it is.
///
/// # Errors
/// When it is compressed in another way, or twice: what is small in each step may be large in the end (AMP-19).
pub(super) fn of(settings: &AdmissionSettings, headers: &HeaderMap) -> Result<Option<ContentEncoding>, Refusal> {
    let mut values = headers.get_all(header::CONTENT_ENCODING).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let name = value.to_str().unwrap_or_default().trim().to_ascii_lowercase();
    if values.next().is_some() {
        return Err(unsupported(settings));
    }
    let encoding = match name.as_str() {
        "identity" => return Ok(None),
        "gzip" | "x-gzip" => ContentEncoding::Gzip,
        "br" => ContentEncoding::Br,
        "zstd" => ContentEncoding::Zstd,
        "deflate" => ContentEncoding::Deflate,
        _ => return Err(unsupported(settings)),
    };
    if settings.encodings.contains(&encoding) { Ok(Some(encoding)) } else { Err(unsupported(settings)) }
}

/// The body as it was before. What grows beyond the limit of bodies is left alone there.
pub(super) fn inflate(settings: &AdmissionSettings, encoding: ContentEncoding, body: &[u8]) -> Result<Bytes, Refusal> {
    let limit = settings.body_bytes_max;
    let mut inflated = Vec::new();
    let read = match encoding {
        ContentEncoding::Gzip => read(MultiGzDecoder::new(body), limit, &mut inflated),
        ContentEncoding::Deflate => read(ZlibDecoder::new(body), limit, &mut inflated),
        ContentEncoding::Br => read(Decompressor::new(body, BROTLI_BUFFER), limit, &mut inflated),
        ContentEncoding::Zstd => StreamingDecoder::new_with_max_window_size(body, ZSTD_WINDOW_MAX)
            .is_ok_and(|decoder| read(decoder, limit, &mut inflated)),
    };
    if inflated.len() > limit {
        return Err(too_large(limit));
    }
    if !read {
        return Err(refused(
            settings,
            &format!("The body is not compressed as its content-encoding says ({})", encoding.name()),
        ));
    }
    Ok(inflated.into())
}

/// Whether all could be read, or as much as shows that it is too much.
fn read(decoder: impl Read, limit: usize, inflated: &mut Vec<u8>) -> bool {
    let one_too_many = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder.take(one_too_many).read_to_end(inflated).is_ok()
}

fn unsupported(settings: &AdmissionSettings) -> Refusal {
    refused(settings, "The body is compressed (content-encoding) in a way that is not read here")
}

fn refused(settings: &AdmissionSettings, problem: &str) -> Refusal {
    let names: Vec<&str> = settings.encodings.iter().map(|encoding| encoding.name()).collect();
    let known = if names.is_empty() { "identity".to_owned() } else { names.join(", ") };
    let message = format!("{problem}; send it as it is, or by one of: {known}.");
    let mut refusal = Refusal::http(StatusCode::UNSUPPORTED_MEDIA_TYPE, message);
    // RFC 9110 section 15.5.16.
    let known = HeaderValue::from_str(&known).expect("invariant: names of codings are ASCII");
    refusal.headers.push((header::ACCEPT_ENCODING, known));
    refusal
}
