//! How an announced file comes: in one piece, or in parts when it is large.

use kit_ids::{MediaFileId, UploadId, UserId};

const MEBIBYTE: i64 = 1024 * 1024;

/// What is larger comes in parts of this size, the last one smaller.
pub(crate) const PART_BYTES: i64 = 32 * MEBIBYTE;
/// The most that a person without `media:write` may keep here, in bytes.
pub(crate) const QUOTA_BYTES: i64 = 10 * 1024 * MEBIBYTE;
/// The most files that a person without `media:write` may keep here.
pub(crate) const QUOTA_FILES: i64 = 500;

/// An announced file on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Upload {
    pub(crate) id: UploadId,
    pub(crate) file_id: MediaFileId,
    pub(crate) uploader_id: UserId,
    pub(crate) byte_size: i64,
    /// How many parts it comes in; 0 when it comes in one piece.
    pub(crate) part_count: i64,
    /// The store's own name of it, when its sender puts the parts into the store.
    pub(crate) storage_id: Option<String>,
    pub(crate) expires_at: i64,
    /// Where what has come in one piece lies; where it comes to, when its sender puts it into the store.
    pub(crate) object_key: Option<String>,
    pub(crate) received_at: Option<i64>,
    /// When its sender said that all parts are there.
    pub(crate) submitted_at: Option<i64>,
    pub(crate) completed_at: Option<i64>,
    pub(crate) failed_at: Option<i64>,
}

/// A part that has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UploadPart {
    pub(crate) number: i64,
    pub(crate) byte_size: i64,
    pub(crate) etag: String,
    pub(crate) object_key: String,
}

impl Upload {
    /// Whether its sender puts it into the store, without us between.
    pub(crate) const fn comes_by_store(&self) -> bool {
        self.object_key.is_some() && self.received_at.is_none()
    }
}

/// How many parts a file comes in; 0 when it comes in one piece.
pub(crate) const fn part_count(byte_size: i64) -> i64 {
    if byte_size > PART_BYTES { (byte_size + PART_BYTES - 1) / PART_BYTES } else { 0 }
}

/// The size of a part, numbered from 1.
pub(crate) const fn part_size(byte_size: i64, number: i64) -> i64 {
    let before = (number - 1) * PART_BYTES;
    if byte_size - before < PART_BYTES { byte_size - before } else { PART_BYTES }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::MediaKind;

    proptest! {
        /// domain 4.3: parts of 5 to 64 MiB, the last of any size; they make the whole.
        #[test]
        fn parts_make_the_whole(byte_size in 1..=MediaKind::Video.bytes_max()) {
            let count = part_count(byte_size);
            if count == 0 {
                prop_assert!(byte_size <= PART_BYTES);
            } else {
                let sizes: Vec<i64> = (1..=count).map(|number| part_size(byte_size, number)).collect();
                prop_assert_eq!(sizes.iter().sum::<i64>(), byte_size);
                prop_assert!(sizes.iter().all(|size| (1..=PART_BYTES).contains(size)));
                prop_assert!(sizes[..sizes.len() - 1].iter().all(|size| *size >= 5 * MEBIBYTE));
                prop_assert!(count <= 10_000, "S3 takes no more");
            }
        }
    }
}
