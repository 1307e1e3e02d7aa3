//! Files, as front ends send and fetch them.

use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Client;

/// A film of some seconds.
pub(crate) const FILM: &[u8] = include_bytes!("../../subgraphs/media/src/seed/clip.mp4");

/// A film that takes a while to fetch: what is under way between processes is a small part of it.
pub(crate) fn long_film() -> Vec<u8> {
    const BYTES: usize = 32 * 1024 * 1024;
    let mut bytes = FILM.to_vec();
    // A box that players skip.
    let rest = BYTES - FILM.len();
    bytes.extend(u32::try_from(rest).unwrap().to_be_bytes());
    bytes.extend(b"free");
    bytes.extend((8..rest).map(|place| u8::try_from((place / 251 + place) % 256).unwrap()));
    bytes
}

/// The bytes' digest, as `createUpload` wants it.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Client {
    /// Announces, sends and completes a film, of a lesson or of nothing; its id.
    pub(crate) async fn upload(&self, owner: Option<&Value>, bytes: &[u8]) -> Value {
        let input = json!({
            "kind": "VIDEO", "fileName": "lesson.mp4", "contentType": "video/mp4", "byteSize": bytes.len(),
            "sha256": sha256_hex(bytes), "ownerId": owner,
        });
        let selection = "upload { id url headers { name value } file { id } }";
        let announced = self.change("createUpload", selection, input).await;
        let upload = &announced["upload"];
        let headers: Vec<(&str, &str)> = upload["headers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|header| (header["name"].as_str().unwrap(), header["value"].as_str().unwrap()))
            .collect();
        let sent = self.follow_address(Method::PUT, upload["url"].as_str().unwrap(), &headers, bytes.to_vec()).await;
        assert!([200, 201].contains(&sent.status), "{} {}", sent.status, String::from_utf8_lossy(&sent.bytes));
        let selection = "file { status sha256 durationSeconds }";
        let completed = self.change("completeUpload", selection, json!({ "uploadId": upload["id"] })).await;
        assert_eq!(completed["file"]["status"], "READY");
        assert_eq!(completed["file"]["sha256"], sha256_hex(bytes));
        upload["file"]["id"].clone()
    }
}
