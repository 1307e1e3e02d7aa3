//! Where and how to send an announced file.

use async_graphql::SimpleObject;
use kit_graph::{DateTime, Long, Url};
use kit_ids::UploadId;

use super::file::MediaFile;
use crate::service::uploading::Announced;

/// Where and how to send an announced file.
#[derive(SimpleObject)]
pub(crate) struct Upload {
    /// The upload, `upl_…`.
    id: UploadId,
    /// The file.
    file: MediaFile,
    /// The HTTP method.
    method: String,
    /// The address.
    url: Url,
    /// Headers to send along, unchanged.
    headers: Vec<HttpHeader>,
    /// When the address stops working.
    expires_at: DateTime,
    /// The most it takes.
    max_bytes: Long,
    /// The addresses of its parts, in order, when it is too large for one piece; else empty, and the address takes it whole.
    parts: Vec<UploadPart>,
}

/// Where to send a part of a large file.
#[derive(SimpleObject)]
pub(crate) struct UploadPart {
    /// Its number, from 1.
    number: i32,
    /// The address.
    url: Url,
    /// Its exact size in bytes.
    byte_size: Long,
}

/// An HTTP header.
#[derive(SimpleObject)]
pub(crate) struct HttpHeader {
    /// Its name.
    name: String,
    /// Its value.
    value: String,
}

impl From<Announced> for Upload {
    fn from(announced: Announced) -> Self {
        let part = |(number, (url, byte_size)): (i32, (String, i64))| UploadPart {
            number,
            url: Url::trusted(url),
            byte_size: Long::from(byte_size),
        };
        let headers = announced.headers.into_iter().map(|(name, value)| HttpHeader { name, value }).collect();
        let first_bytes = announced.parts.first().map_or(announced.file.byte_size, |(_, byte_size)| *byte_size);
        Self {
            id: announced.upload.id,
            method: "PUT".to_owned(),
            url: Url::trusted(announced.url),
            headers,
            expires_at: announced.upload.expires_at.into(),
            max_bytes: Long::from(first_bytes),
            parts: (1..).zip(announced.parts).map(part).collect(),
            file: MediaFile(announced.file),
        }
    }
}
