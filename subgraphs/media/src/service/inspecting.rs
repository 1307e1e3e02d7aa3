//! What a verified file says of itself: how long it plays, and where its fragments lie.

use std::ops::Range;

use bytes::Bytes;
use futures_util::TryStreamExt;

use super::{Archive, ServiceResult};
use crate::domain::mp4::{self, HEAD_BYTES, SegmentIndex};
use crate::domain::{FIRST_BYTES, MediaFile, wav};
use crate::storage::StorageError;

/// Boxes that are looked at; what describes a film stands before or behind its pictures.
const BOXES_MAX: usize = 1_000;
/// Largest description that is read, in bytes: a film of hours has a few mebibytes.
const DESCRIPTION_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) duration_seconds: Option<i64>,
    pub(super) segments: Option<SegmentIndex>,
}

impl Archive {
    /// Looks into a file. One that says nothing of itself is as good as any other.
    pub(super) async fn inspect(&self, file: &MediaFile, object_key: &str) -> ServiceResult<Found> {
        let byte_size = u64::try_from(file.byte_size).unwrap_or_default();
        match file.content_type.as_str() {
            "video/mp4" | "audio/mp4" => Ok(self.inspect_mp4(object_key, byte_size).await?),
            "audio/wav" => {
                let first = self.storage.first_bytes(object_key, FIRST_BYTES as u64).await?;
                Ok(Found { duration_seconds: wav::duration_seconds(&first, byte_size), segments: None })
            }
            _ => Ok(Found::default()),
        }
    }

    async fn inspect_mp4(&self, key: &str, byte_size: u64) -> Result<Found, StorageError> {
        let mut found = Found::default();
        let mut at = 0;
        for _ in 0..BOXES_MAX {
            if at >= byte_size {
                break;
            }
            let bytes = self.bytes(key, at..byte_size.min(at + HEAD_BYTES)).await?;
            let Some(head) = mp4::head(&bytes, byte_size - at) else { break };
            let inside = at + head.head..at + head.size;
            let is_short = inside.end - inside.start <= DESCRIPTION_BYTES_MAX;
            match &head.kind {
                b"moov" if is_short => found.duration_seconds = mp4::duration_seconds(&self.bytes(key, inside).await?),
                b"sidx" if is_short && found.segments.is_none() => {
                    let end = inside.end;
                    found.segments = mp4::segment_index(&self.bytes(key, inside).await?, end);
                }
                _ => {}
            }
            at += head.size;
        }
        found.segments = found.segments.filter(|index| ends_within(index, byte_size));
        if let Some(index) = &found.segments {
            found.duration_seconds = index.duration_seconds().or(found.duration_seconds);
        }
        Ok(found)
    }

    async fn bytes(&self, key: &str, range: Range<u64>) -> Result<Bytes, StorageError> {
        let blocks: Vec<Bytes> =
            self.storage.read(key, range).await?.try_collect().await.map_err(StorageError::broken)?;
        Ok(blocks.concat().into())
    }
}

/// An index that leads beyond the file is none.
fn ends_within(index: &SegmentIndex, byte_size: u64) -> bool {
    index.segments.len().checked_sub(1).and_then(|last| index.range(last)).is_some_and(|range| range.end <= byte_size)
}
