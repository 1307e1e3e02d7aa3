//! What a file can be, and what may be sent as it.

kit_names::named! {
    /// What a file is.
    pub(crate) enum MediaKind {
        Video = "VIDEO",
        Audio = "AUDIO",
        Subtitle = "SUBTITLE",
        Poster = "POSTER",
        Thumbnail = "THUMBNAIL",
        Attachment = "ATTACHMENT",
    }
}

const MEBIBYTE: i64 = 1024 * 1024;
const PICTURES: &[&str] = &["image/png", "image/jpeg", "image/webp"];

impl MediaKind {
    /// The media types that may be sent as it. None of them is run by a browser (AS-052).
    pub(crate) const fn content_types(self) -> &'static [&'static str] {
        match self {
            Self::Video => &["video/mp4", "video/webm"],
            Self::Audio => &["audio/mpeg", "audio/wav", "audio/ogg", "audio/mp4"],
            Self::Subtitle => &["text/vtt"],
            Self::Poster | Self::Thumbnail => PICTURES,
            Self::Attachment => &["application/pdf", "application/zip", "text/plain", "image/png", "image/jpeg"],
        }
    }

    /// The most that may be sent as it, in bytes.
    pub(crate) const fn bytes_max(self) -> i64 {
        match self {
            Self::Video => 4_096 * MEBIBYTE,
            Self::Audio => 512 * MEBIBYTE,
            Self::Subtitle | Self::Thumbnail => 2 * MEBIBYTE,
            Self::Poster => 10 * MEBIBYTE,
            Self::Attachment => 100 * MEBIBYTE,
        }
    }

    /// Whether it is a picture, which may become somebody's avatar.
    pub(crate) const fn is_picture(self) -> bool {
        matches!(self, Self::Poster | Self::Thumbnail)
    }
}
