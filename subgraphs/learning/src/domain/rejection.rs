//! Why a change is rejected for business reasons; user errors in the graph (P7).

use thiserror::Error;

/// Why a change is rejected.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Rejection {
    /// The course has changed since the editor read it.
    #[error("the course has changed since it was read and is at version {present} now; read it again")]
    VersionConflict {
        /// Its present version.
        present: i64,
    },
    /// The course lacks something.
    #[error("a course needs {missing} before it is published; add it first")]
    NotPublishable {
        /// What it lacks.
        missing: &'static str,
    },
    /// Another one has the slug.
    #[error("another one has this slug; choose another slug")]
    SlugTaken,
    /// The tree of categories would have a circle, or a fourth level.
    #[error("a category cannot stand below itself, nor below the third level; choose another place for it")]
    CategoryCycle,
    /// A published course keeps a lesson.
    #[error("a published course keeps at least one lesson; archive the course or add another lesson first")]
    LastLesson,
    /// There is no such place.
    #[error("there is no such place; places go from 1 to {last}")]
    PositionInvalid {
        /// The last place.
        last: i64,
    },
    /// The idempotency key was used with another input.
    #[error("this key was used with another input; send a new key")]
    IdempotencyConflict,
    /// There is no such thing.
    #[error("there is no such {what}; check the id")]
    NotFound {
        /// What is missing.
        what: &'static str,
        /// The input field that names it.
        field: &'static str,
    },
}

impl Rejection {
    /// The input field at fault.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::VersionConflict { .. } => Some("expectedVersion"),
            Self::SlugTaken => Some("slug"),
            Self::CategoryCycle => Some("parentId"),
            Self::PositionInvalid { .. } => Some("position"),
            Self::NotFound { field, .. } => Some(field),
            Self::IdempotencyConflict => Some("idempotencyKey"),
            Self::NotPublishable { .. } | Self::LastLesson => None,
        }
    }
}
