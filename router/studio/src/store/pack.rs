//! Values as small bytes: JSON, compressed.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// No value is larger when it is unpacked: what says so was not packed here.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The value in few bytes; nothing for one that JSON cannot say.
pub fn pack<T: Serialize>(value: &T) -> Option<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&serde_json::to_vec(value).ok()?).ok()?;
    encoder.finish().ok()
}

/// The value again; nothing when these are no bytes of one.
pub fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let mut text = Vec::new();
    DeflateDecoder::new(bytes).take(BYTES_MAX).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
