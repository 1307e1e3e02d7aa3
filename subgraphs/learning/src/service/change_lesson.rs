//! `updateLesson`.

use kit_database::in_transaction;
use kit_ids::LessonId;
use kit_service::Call;

use super::{Catalogue, ServiceResult, access, validation};
use crate::domain::Lesson;
use crate::{events, store};

/// What changes; what is left out stays.
#[derive(Debug, Clone, Default)]
pub struct LessonChange {
    /// Its title.
    pub title: Option<String>,
    /// What it is about; an empty text removes it.
    pub summary: Option<String>,
    /// Its length.
    pub duration_seconds: Option<i64>,
    /// Whether it is open to those not enrolled.
    pub is_free_preview: Option<bool>,
}

impl Catalogue {
    /// Changes a lesson.
    ///
    /// # Errors
    /// [`super::ServiceError`]: not the viewer's course, `NOT_FOUND`, or values that cannot be used.
    pub async fn update_lesson(&self, call: &Call, id: LessonId, change: &LessonChange) -> ServiceResult<Lesson> {
        change.title.as_deref().map_or(Ok(()), validation::title)?;
        change.summary.as_deref().map_or(Ok(()), validation::description)?;
        change.duration_seconds.map_or(Ok(()), validation::duration)?;
        let now = self.clock.now();
        in_transaction!(self.database, |transaction| {
            let (lesson, course) = access::lesson_to_change(transaction, &call.viewer, id).await?;
            let change = change.clone();
            let changed = Lesson {
                title: change.title.unwrap_or(lesson.title),
                summary: change.summary.or(lesson.summary).filter(|text| !text.is_empty()),
                duration_seconds: change.duration_seconds.unwrap_or(lesson.duration_seconds),
                is_free_preview: change.is_free_preview.unwrap_or(lesson.is_free_preview),
                ..lesson
            };
            store::lesson::update(transaction, &changed, now).await?;
            store::course::count_lessons(transaction, course.id, now).await?;
            events::lesson(transaction, &call.origin, events::LESSON_UPDATED, &changed, now).await?;
            Ok(changed)
        })
    }
}
