//! The ids of what can be played: lessons, episodes and movies are owned by different subgraphs and watched alike.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::{EpisodeId, LessonId, MovieId};

/// The id of something that can be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlayableId {
    /// One session of a course.
    Lesson(LessonId),
    /// One part of a drama.
    Episode(EpisodeId),
    /// A film.
    Movie(MovieId),
}

/// A text is not the id of something that can be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this is no id of something that can be played: `les_`, `eps_` or `mov_` and a lower-case ULID are needed")]
pub struct PlayableIdError;

impl PlayableId {
    /// The letters in front of it.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Lesson(_) => "les",
            Self::Episode(_) => "eps",
            Self::Movie(_) => "mov",
        }
    }

    /// The bytes behind its prefix; no two things share them, whatever their types.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        match self {
            Self::Lesson(id) => id.to_bytes(),
            Self::Episode(id) => id.to_bytes(),
            Self::Movie(id) => id.to_bytes(),
        }
    }

    /// The id of this prefix and these bytes.
    ///
    /// # Errors
    /// [`PlayableIdError`] when the prefix is of something else.
    pub fn from_parts(prefix: &str, bytes: [u8; 16]) -> Result<Self, PlayableIdError> {
        match prefix {
            "les" => Ok(Self::Lesson(LessonId::from_bytes(bytes))),
            "eps" => Ok(Self::Episode(EpisodeId::from_bytes(bytes))),
            "mov" => Ok(Self::Movie(MovieId::from_bytes(bytes))),
            _ => Err(PlayableIdError),
        }
    }
}

impl FromStr for PlayableId {
    type Err = PlayableIdError;

    fn from_str(text: &str) -> Result<Self, PlayableIdError> {
        let lesson = text.parse().map(Self::Lesson);
        let lesson = lesson.or_else(|_| text.parse().map(Self::Episode));
        lesson.or_else(|_| text.parse().map(Self::Movie)).map_err(|_| PlayableIdError)
    }
}

impl fmt::Display for PlayableId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lesson(id) => id.fmt(formatter),
            Self::Episode(id) => id.fmt(formatter),
            Self::Movie(id) => id.fmt(formatter),
        }
    }
}

impl From<LessonId> for PlayableId {
    fn from(id: LessonId) -> Self {
        Self::Lesson(id)
    }
}

impl Serialize for PlayableId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PlayableId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P5
    #[test]
    fn it_is_read_as_it_is_written_and_nothing_else_is() {
        let bytes = [7; 16];
        for prefix in ["les", "eps", "mov"] {
            let id = PlayableId::from_parts(prefix, bytes).unwrap();
            assert_eq!((id.prefix(), id.to_bytes()), (prefix, bytes));
            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(serde_json::from_str::<PlayableId>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
        }
        assert_eq!(PlayableId::from_parts("crs", bytes), Err(PlayableIdError));
        for text in ["", "les_", "crs_01jb0000000000000000000000", "LES_01jb0000000000000000000000"] {
            assert_eq!(text.parse::<PlayableId>(), Err(PlayableIdError), "{text}");
        }
    }
}
