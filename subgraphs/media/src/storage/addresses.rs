//! Addresses of objects in a bucket that carry their own proof: AWS Signature Version 4 in the query, the body not signed.
//!
//! An address is good for one method and one key until its end. One to send something to binds its length, and that of a
//! whole file its media type and SHA-256 as well, and that nothing is there yet (PS-10, PS-11, PS-12, PS-13).

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use rusty_s3::S3Action;
use rusty_s3::actions::{GetObject, PutObject, UploadPart};

use super::{Bucket, StorageError};
use crate::domain::Sha256Hash;

/// Where clients put what is not verified yet. Nothing is ever read from there but to verify it.
pub(super) const INCOMING: &str = "incoming";
/// The longest that the signature's own rules allow (PS-04).
const SECONDS_MAX: i64 = 604_800;

/// When an address is made and when it ends, in unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lifetime {
    pub(crate) now: i64,
    pub(crate) end: i64,
}

/// What a client will send.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Announcement<'f> {
    pub(crate) content_type: &'f str,
    pub(crate) byte_size: i64,
    pub(crate) sha256: Sha256Hash,
}

/// What the store is to say of an object: what the service decides, not whoever sent it.
#[derive(Debug, Clone)]
pub(crate) struct Served {
    pub(crate) content_type: String,
    pub(crate) content_disposition: String,
}

impl Bucket {
    /// The key under which a client puts a file in one piece.
    pub(crate) fn incoming(object_key: &str) -> String {
        format!("{INCOMING}/{object_key}")
    }

    /// The address to read an object from.
    pub(crate) async fn reading(&self, key: &str, served: &Served, lifetime: Lifetime) -> Result<String, StorageError> {
        let credentials = self.credentials().await?;
        let mut action = GetObject::new(&self.public, Some(&credentials), key);
        let left = lifetime.end.saturating_sub(lifetime.now).max(0);
        action.query_mut().insert("response-cache-control", format!("private, max-age={left}"));
        action.query_mut().insert("response-content-disposition", served.content_disposition.clone());
        action.query_mut().insert("response-content-type", served.content_type.clone());
        lifetime.sign(&action)
    }

    /// The address to put a whole file to, and the headers that must be sent along. It takes one, once.
    pub(crate) async fn sending(
        &self,
        key: &str,
        announced: Announcement<'_>,
        lifetime: Lifetime,
    ) -> Result<(String, Vec<(String, String)>), StorageError> {
        let credentials = self.credentials().await?;
        let mut action = PutObject::new(&self.public, Some(&credentials), key);
        let headers = [
            ("content-type", announced.content_type.to_owned()),
            ("if-none-match", "*".to_owned()),
            ("x-amz-checksum-sha256", STANDARD.encode(announced.sha256.0)),
        ];
        for (name, value) in &headers {
            action.headers_mut().insert(*name, value.clone());
        }
        // Every client sends it by itself; browsers let nobody else set it.
        action.headers_mut().insert("content-length", announced.byte_size.to_string());
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Ok((lifetime.sign(&action)?, headers))
    }

    /// The addresses to put the parts of a large file to, by their sizes in order. A part that is sent again takes the place
    /// of the earlier one.
    pub(crate) async fn sending_parts(
        &self,
        key: &str,
        upload: &str,
        sizes: impl IntoIterator<Item = i64>,
        lifetime: Lifetime,
    ) -> Result<Vec<String>, StorageError> {
        let credentials = self.credentials().await?;
        let parts = (1_u16..).zip(sizes);
        parts
            .map(|(number, byte_size)| {
                let mut action = UploadPart::new(&self.public, Some(&credentials), key, number, upload);
                action.headers_mut().insert("content-length", byte_size.to_string());
                lifetime.sign(&action)
            })
            .collect()
    }
}

impl Lifetime {
    fn sign<'a>(self, action: &impl S3Action<'a>) -> Result<String, StorageError> {
        // An address whose end is past is still told, and is as good as none.
        let signed_at = self.now.min(self.end.saturating_sub(1));
        let seconds = (self.end.saturating_sub(signed_at)).clamp(1, SECONDS_MAX);
        let moment = Timestamp::from_second(signed_at)
            .map_err(|error| StorageError::configured(format!("{signed_at} is no moment: {error}")))?;
        let seconds = Duration::from_secs(seconds.unsigned_abs());
        Ok(action.sign_with_time(seconds, &moment).into())
    }
}

#[cfg(test)]
mod tests;
