//! A file, and where it is in its life.

use kit_ids::{MediaFileId, PlayableId, UserId};
use kit_names::Named;

use super::{MediaKind, Sha256Hash};

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

/// Where a file is stored: made of ids, never of what somebody wrote (AS-053).
pub(crate) fn storage_key(owner: Option<PlayableId>, uploader: UserId, kind: MediaKind, id: MediaFileId) -> String {
    let kind = kind.name().to_ascii_lowercase();
    match owner {
        Some(owner) => format!("{}/{owner}/{kind}/{id}", owner.prefix()),
        None => format!("usr/{uploader}/{kind}/{id}"),
    }
}

/// A name as people see it: the last part of a path, without control characters; nothing when nothing is left, or too
/// much is.
pub(crate) fn file_name(sent: &str) -> Option<String> {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let is_plain = !last.chars().any(|one| one.is_control() || is_direction(one));
    let length = last.chars().count();
    (is_plain && (1..=FILE_NAME_LENGTH_MAX).contains(&length) && !last.trim_matches('.').is_empty())
        .then(|| last.to_owned())
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
        for (sent, kept) in [("a.mp4", "a.mp4"), ("../../etc/passwd", "passwd"), ("C:\\x\\강의 1.mp4", "강의 1.mp4")]
        {
            assert_eq!(file_name(sent).as_deref(), Some(kept));
        }
        for sent in ["", " ", "..", "a/", "a\r\nb", "a\u{202e}4pm.exe", &"x".repeat(121)] {
            assert_eq!(file_name(sent), None, "{sent:?}");
        }
    }

    proptest! {
        #[test]
        fn no_name_leads_anywhere(sent in any::<String>()) {
            if let Some(name) = file_name(&sent) {
                prop_assert!(!name.contains(['/', '\\', '\r', '\n', '\0']) && name != "." && name != "..");
            }
        }
    }
}
