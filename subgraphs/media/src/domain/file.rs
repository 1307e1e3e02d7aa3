//! A file, and where it is in its life.

use kit_ids::{MediaFileId, PlayableId, UserId};
use kit_names::Named;

use super::{MediaKind, Sha256Hash, endings};

/// Longest name of a file, in characters.
pub(crate) const FILE_NAME_LENGTH_MAX: usize = 120;

kit_names::named! {
    /// Where a file is in its life.
    pub(crate) enum MediaStatus {
        /// Announced, not verified.
        Pending = "PENDING",
        /// Verified.
        Ready = "READY",
        /// What was sent is not what was announced, or nothing was.
        Failed = "FAILED",
        /// Deleted.
        Deleted = "DELETED",
    }
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MediaFile {
    pub(crate) id: MediaFileId,
    pub(crate) owner: Option<PlayableId>,
    pub(crate) kind: MediaKind,
    pub(crate) status: MediaStatus,
    pub(crate) file_name: String,
    pub(crate) content_type: String,
    pub(crate) byte_size: i64,
    pub(crate) sha256: Sha256Hash,
    pub(crate) storage_key: String,
    /// Where the bytes lie, once they have been verified.
    pub(crate) object_key: Option<String>,
    pub(crate) duration_seconds: Option<i64>,
    pub(crate) uploader_id: UserId,
    /// Whether anyone may see it without a ticket: avatars, and pictures of what is open to everyone.
    pub(crate) is_public: bool,
    pub(crate) created_at: i64,
    pub(crate) ready_at: Option<i64>,
}

impl MediaFile {
    /// Whether it is the avatar of its sender: an open picture that belongs to nothing else.
    pub(crate) fn is_avatar(&self) -> bool {
        self.is_public && self.owner.is_none() && self.kind.is_picture()
    }
}

/// Where a file is stored: made of ids, never of what somebody wrote (AS-053).
pub(crate) fn storage_key(owner: Option<PlayableId>, uploader: UserId, kind: MediaKind, id: MediaFileId) -> String {
    let kind = kind.name().to_ascii_lowercase();
    match owner {
        Some(owner) => format!("{}/{owner}/{kind}/{id}", owner.prefix()),
        None => format!("usr/{uploader}/{kind}/{id}"),
    }
}

/// A name as people see it: the last part of a path, without control characters, and with an ending of its media type, so
/// that nobody's machine takes it for something else (AS-047, AS-055); nothing when nothing is left, or too much is.
pub(crate) fn file_name(sent: &str, content_type: &str) -> Option<String> {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let is_plain = !last.chars().any(|one| one.is_control() || is_direction(one));
    let length = last.chars().count();
    let is_name = is_plain && (1..=FILE_NAME_LENGTH_MAX).contains(&length) && !last.trim_matches('.').is_empty();
    is_name.then(|| with_ending(last, content_type))
}

fn with_ending(name: &str, content_type: &str) -> String {
    let endings = endings(content_type);
    let has_one =
        name.rsplit_once('.').is_some_and(|(_, last)| endings.iter().any(|one| last.eq_ignore_ascii_case(one)));
    match endings.first() {
        Some(ending) if !has_one => format!("{}.{ending}", name.trim_end_matches('.')),
        _ => name.to_owned(),
    }
}

/// Characters that turn the direction of writing, and so hide the ending of a name.
fn is_direction(one: char) -> bool {
    matches!(one, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

#[cfg(test)]
mod tests {
    use kit_ids::LessonId;
    use proptest::prelude::*;

    use super::*;

    const FILE: MediaFileId = MediaFileId::from_bytes([1; 16]);
    const USER: UserId = UserId::from_bytes([2; 16]);

    /// S0-FILE-2, AS-053
    #[test]
    fn a_key_is_made_of_ids() {
        let lesson = LessonId::from_bytes([3; 16]);
        let key = storage_key(Some(lesson.into()), USER, MediaKind::Video, FILE);
        assert_eq!(key, format!("les/{lesson}/video/{FILE}"));
        assert_eq!(storage_key(None, USER, MediaKind::Poster, FILE), format!("usr/{USER}/poster/{FILE}"));
    }

    /// AS-055
    #[test]
    fn a_name_is_the_last_part_of_what_was_sent() {
        for (sent, kept) in
            [("a.mp4", "a.mp4"), ("../../etc/passwd", "passwd.mp4"), ("C:\\x\\강의 1.mp4", "강의 1.mp4")]
        {
            assert_eq!(file_name(sent, "video/mp4").as_deref(), Some(kept));
        }
        for (sent, content_type, kept) in [
            ("page.html", "text/plain", "page.html.txt"),
            ("a.MP4", "video/mp4", "a.MP4"),
            ("a.mp4.exe", "video/mp4", "a.mp4.exe.mp4"),
            ("photo.jpeg", "image/jpeg", "photo.jpeg"),
            ("photo", "image/png", "photo.png"),
            ("what...", "image/png", "what.png"),
        ] {
            assert_eq!(file_name(sent, content_type).as_deref(), Some(kept), "AS-047");
        }
        for sent in ["", " ", "..", "a/", "a\r\nb", "a\u{202e}4pm.exe", &"x".repeat(121)] {
            assert_eq!(file_name(sent, "video/mp4"), None, "{sent:?}");
        }
    }

    proptest! {
        #[test]
        fn no_name_leads_anywhere(sent in any::<String>()) {
            if let Some(name) = file_name(&sent, "text/plain") {
                prop_assert!(!name.contains(['/', '\\', '\r', '\n', '\0']) && name != "." && name != "..");
            }
        }
    }
}
