//! The domain's values as GraphQL spells them.

use async_graphql::Enum;

use crate::domain;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::MediaKind")]
pub(crate) enum MediaKind {
    /// Moving pictures.
    Video,
    /// Sound.
    Audio,
    /// Text over time.
    Subtitle,
    /// A large picture.
    Poster,
    /// A small picture.
    Thumbnail,
    /// Anything else.
    Attachment,
}

/// Where a file is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::MediaStatus")]
pub(crate) enum MediaStatus {
    /// Announced, not verified.
    Pending,
    /// Verified.
    Ready,
    /// What was sent is not what was announced.
    Failed,
    /// Deleted.
    Deleted,
}

/// How to play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum StreamProtocol {
    /// One file, by byte ranges.
    Progressive,
    /// HTTP Live Streaming.
    Hls,
}

/// Why the viewer may not play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum AccessDeniedReason {
    /// Nobody is signed in.
    SignInRequired,
    /// The viewer is not enrolled in the course.
    NotEnrolled,
    /// The viewer's membership is over.
    SubscriptionExpired,
    /// It is not open.
    NotPublished,
    /// There is no file yet.
    NoMedia,
    /// It is not offered where the viewer is.
    Region,
}
