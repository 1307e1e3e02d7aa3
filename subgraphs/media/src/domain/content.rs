//! What a file is by its first bytes: the name that its sender gave it proves nothing (domain 3.4, AS-047).

/// How many of the first bytes are looked at.
pub(crate) const FIRST_BYTES: usize = 4_096;

/// Whether bytes may begin a file of this media type.
pub(crate) fn is_content(content_type: &str, first: &[u8]) -> bool {
    let found = infer::get(first).map(|found| found.mime_type());
    match content_type {
        "text/plain" => found.is_none() && is_text(first),
        "text/vtt" => is_text(first) && first.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(first).starts_with(b"WEBVTT"),
        "image/svg+xml" => found.is_none_or(|found| found.ends_with("xml")) && first.starts_with(b"<svg "),
        "audio/mp4" => matches!(found, Some("audio/m4a" | "audio/mp4" | "video/mp4")),
        "audio/wav" => found == Some("audio/x-wav"),
        "audio/ogg" => matches!(found, Some("audio/ogg" | "application/ogg" | "video/ogg")),
        _ => found == Some(content_type),
    }
}

/// The endings that names of this media type have, the usual one first.
pub(crate) fn endings(content_type: &str) -> &'static [&'static str] {
    match content_type {
        "video/mp4" => &["mp4", "m4v"],
        "video/webm" => &["webm"],
        "audio/mpeg" => &["mp3"],
        "audio/wav" => &["wav"],
        "audio/ogg" => &["ogg", "oga", "opus"],
        "audio/mp4" => &["m4a", "mp4"],
        "text/vtt" => &["vtt"],
        "image/png" => &["png"],
        "image/jpeg" => &["jpg", "jpeg"],
        "image/webp" => &["webp"],
        "application/pdf" => &["pdf"],
        "application/zip" => &["zip"],
        "text/plain" => &["txt", "md", "log"],
        _ => &[],
    }
}

/// UTF-8 without control characters but those of lines. The end may have been cut within a character.
fn is_text(first: &[u8]) -> bool {
    let valid = match std::str::from_utf8(first) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&first[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !valid.chars().any(|one| one.is_control() && !matches!(one, '\n' | '\r' | '\t'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::MediaKind;

    const MP4: &[u8] = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41";
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const WAV: &[u8] = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0";

    #[test]
    fn every_type_that_is_taken_has_an_ending() {
        use MediaKind::{Attachment, Audio, Poster, Subtitle, Thumbnail, Video};
        for kind in [Video, Audio, Subtitle, Poster, Thumbnail, Attachment] {
            assert!(kind.content_types().iter().all(|content_type| !endings(content_type).is_empty()), "{kind:?}");
        }
    }

    /// AS-047, PS-10
    #[test]
    fn a_file_is_what_its_bytes_say() {
        for (content_type, bytes) in [
            ("video/mp4", MP4),
            ("image/png", PNG),
            ("audio/wav", WAV),
            ("image/jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF"),
            ("application/pdf", b"%PDF-1.7\n"),
            ("application/zip", b"PK\x03\x04\x14\0"),
            ("text/vtt", b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello"),
            ("text/plain", "안녕, hello\n".as_bytes()),
            ("text/plain", &"안녕".as_bytes()[..4]),
        ] {
            assert!(is_content(content_type, bytes), "{content_type}");
            for other in ["video/webm", "image/webp", "audio/mpeg"] {
                assert!(!is_content(other, bytes), "{content_type} as {other}");
            }
        }
        for (content_type, bytes) in [
            ("image/png", MP4),
            ("video/mp4", PNG),
            ("text/plain", PNG),
            ("text/plain", b"\xff\xfe\0"),
            ("text/plain", b"a\0b"),
            ("text/vtt", b"<html>"),
            ("image/png", b"<svg onload=alert(1)>"),
            ("application/pdf", b""),
        ] {
            assert!(!is_content(content_type, bytes), "{content_type}");
        }
    }
}
