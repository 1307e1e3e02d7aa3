//! The rules of files: what may be sent, where it lies, and who may play what it belongs to. No I/O.

mod access;
mod content;
mod file;
mod hash;
mod kind;
pub(crate) mod mp4;
mod scan;
mod served;
mod upload;
pub(crate) mod wav;

pub(crate) use access::{Denial, PlayableFacts, Standing, may_play};
pub(crate) use content::{FIRST_BYTES, endings, is_content};
pub(crate) use file::{MediaFile, MediaStatus, file_name, storage_key};
pub(crate) use hash::Sha256Hash;
pub(crate) use kind::MediaKind;
pub(crate) use scan::{QUARANTINE_US, Scan, Verdict, finding};
pub(crate) use served::{content_disposition, served_type};
pub(crate) use upload::{PART_BYTES, QUOTA_BYTES, QUOTA_FILES, Upload, UploadPart, part_count, part_size};
