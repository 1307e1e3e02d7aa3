//! What can be played, by id.

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use kit_ids::{EpisodeId, Id, LessonId, MovieId};
use thiserror::Error;

use super::named::named;

/// Marks the sixteen bytes of a playable's id.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Playable {}

/// The bytes of a playable's id. They are unique whatever it is, so that they are the key of every table.
pub(crate) type PlayableKey = Id<Playable>;

named! {
    /// What a playable is; playback itself makes no difference between them.
    PlayableKind { Lesson = "LESSON", Episode = "EPISODE", Movie = "MOVIE" }
}

/// The id of something that can be played.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PlayableId {
    pub(crate) kind: PlayableKind,
    pub(crate) key: PlayableKey,
}

/// A text is not the id of anything that can be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this is no id of something that can be played: `les_…`, `eps_…` or `mov_…` is needed")]
pub(crate) struct NotPlayable;

impl FromStr for PlayableId {
    type Err = NotPlayable;

    fn from_str(text: &str) -> Result<Self, NotPlayable> {
        let of = |kind, bytes| Self { kind, key: PlayableKey::from_bytes(bytes) };
        let lesson = text.parse::<LessonId>().map(|id| of(PlayableKind::Lesson, id.to_bytes()));
        let episode = || text.parse::<EpisodeId>().map(|id| of(PlayableKind::Episode, id.to_bytes()));
        let movie = || text.parse::<MovieId>().map(|id| of(PlayableKind::Movie, id.to_bytes()));
        lesson.or_else(|_| episode()).or_else(|_| movie()).map_err(|_| NotPlayable)
    }
}

impl fmt::Display for PlayableId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.key.to_bytes();
        match self.kind {
            PlayableKind::Lesson => LessonId::from_bytes(bytes).fmt(formatter),
            PlayableKind::Episode => EpisodeId::from_bytes(bytes).fmt(formatter),
            PlayableKind::Movie => MovieId::from_bytes(bytes).fmt(formatter),
        }
    }
}

impl fmt::Debug for PlayableId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl From<LessonId> for PlayableId {
    fn from(id: LessonId) -> Self {
        Self { kind: PlayableKind::Lesson, key: PlayableKey::from_bytes(id.to_bytes()) }
    }
}
