//! What mutations answer, and why they refuse (P7).

use kit_graph::{GraphError, GraphResult};

use super::category::Category;
use super::course::Course;
use super::lesson::Lesson;
use crate::domain::Rejection;
use crate::service::{ServiceError, ServiceResult};

kit_graph::user_errors! {
    /// Why learning refused; new values may be added.
    pub enum LearningErrorCode {
        /// Someone changed the course since; read it again.
        VersionConflict,
        /// The course lacks a lesson, an instructor or a category.
        NotPublishable,
        /// Another one has the slug.
        SlugTaken,
        /// The category would stand below itself, or below a third level.
        CategoryCycle,
        /// A published course keeps at least one lesson.
        LastLesson,
        /// There is no such place.
        PositionInvalid,
        /// There is no such thing, or not for the viewer.
        NotFound,
        /// The idempotency key was used for another request.
        IdempotencyConflict,
    }
    /// A refusal by learning.
    pub struct LearningUserError;
}

macro_rules! payloads {
    ($($(#[$doc:meta])* $payload:ident, $(#[$entity_doc:meta])* $entity:ident: $type:ty;)+) => {$(
        kit_graph::payload! {
            $(#[$doc])*
            pub struct $payload refusing LearningUserError {
                $(#[$entity_doc])*
                $entity: $type,
            }
        }

        impl $payload {
            /// What the service answered.
            pub(super) fn of<D>(
                answer: ServiceResult<D>,
                client_mutation_id: Option<String>,
                entity: impl FnOnce(D) -> $type,
            ) -> GraphResult<Option<Self>> {
                Ok(Some(match answer {
                    Ok(done) => Self::done(entity(done), client_mutation_id),
                    Err(ServiceError::Rejected(rejection)) => {
                        Self::refused([user_error(&rejection)], client_mutation_id)
                    }
                    Err(error) => return Err(graph_error(error)),
                }))
            }
        }
    )+};
}

payloads! {
    /// What `createCourse` answers.
    CreateCoursePayload, /// The draft; null when refused.
    course: Course;
    /// What `updateCourse` answers.
    UpdateCoursePayload, /// The course, changed; null when refused.
    course: Course;
    /// What `publishCourse` answers.
    PublishCoursePayload, /// The course, published; null when refused.
    course: Course;
    /// What `archiveCourse` answers.
    ArchiveCoursePayload, /// The course, archived; null when refused.
    course: Course;
    /// What `addLesson` answers.
    AddLessonPayload, /// The lesson; null when refused.
    lesson: Lesson;
    /// What `updateLesson` answers.
    UpdateLessonPayload, /// The lesson, changed; null when refused.
    lesson: Lesson;
    /// What `moveLesson` answers.
    MoveLessonPayload, /// The lesson, moved; null when refused.
    lesson: Lesson;
    /// What `removeLesson` answers.
    RemoveLessonPayload, /// The course, without the lesson; null when refused.
    course: Course;
    /// What `upsertCategory` answers.
    UpsertCategoryPayload, /// The category; null when refused.
    category: Category;
}

fn user_error(rejection: &Rejection) -> LearningUserError {
    let code = match rejection {
        Rejection::VersionConflict { .. } => LearningErrorCode::VersionConflict,
        Rejection::NotPublishable { .. } => LearningErrorCode::NotPublishable,
        Rejection::SlugTaken => LearningErrorCode::SlugTaken,
        Rejection::CategoryCycle => LearningErrorCode::CategoryCycle,
        Rejection::LastLesson => LearningErrorCode::LastLesson,
        Rejection::PositionInvalid { .. } => LearningErrorCode::PositionInvalid,
        Rejection::IdempotencyConflict => LearningErrorCode::IdempotencyConflict,
        Rejection::NotFound { .. } => LearningErrorCode::NotFound,
    };
    let error = LearningUserError::new(code, rejection.to_string());
    match rejection.field() {
        Some(field) => error.at(["input", field]),
        None => error,
    }
}

/// An error that is no data (P8).
pub(super) fn graph_error(error: ServiceError) -> GraphError {
    match error {
        ServiceError::Refused(refusal) => refusal.into(),
        ServiceError::Invalid(message) => GraphError::bad_user_input(message),
        ServiceError::Rejected(rejection) => GraphError::bad_user_input(rejection.to_string()),
        ServiceError::Database(_) => GraphError::internal(&error),
    }
}
