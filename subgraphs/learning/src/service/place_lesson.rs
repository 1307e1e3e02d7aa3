//! `addLesson`, `moveLesson` and `removeLesson`: what changes the places of lessons.

use kit_database::idempotency::{Claim, claim};
use kit_database::{Transaction, in_transaction};
use kit_ids::{CourseId, LessonId};
use kit_service::Call;
use serde::Serialize;

use super::create_course::idempotency_key;
use super::{Catalogue, ServiceError, ServiceResult, access, validation};
use crate::domain::{Course, CourseStatus, LESSONS_MAX, Lesson, LessonOrder, Rejection};
use crate::{events, store};

/// What a lesson is made of.
#[derive(Debug, Clone, Serialize)]
pub struct NewLesson {
    /// Its course.
    pub course_id: CourseId,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub summary: Option<String>,
    /// Its length.
    pub duration_seconds: i64,
    /// Whether it is open to those not enrolled.
    pub is_free_preview: bool,
    /// Its place; last when left out.
    pub position: Option<i64>,
}

impl Catalogue {
    /// Adds a lesson; under an idempotency key only once (P7).
    ///
    /// # Errors
    /// [`ServiceError`]: not the viewer's course, `NOT_FOUND`, `POSITION_INVALID`, or values that cannot be used.
    pub async fn add_lesson(&self, call: &Call, new: &NewLesson, key: Option<&str>) -> ServiceResult<Lesson> {
        validation::title(&new.title)?;
        validation::duration(new.duration_seconds)?;
        new.summary.as_deref().map_or(Ok(()), validation::description)?;
        let key = idempotency_key(call, key, "addLesson", new)?;
        let (id, now): (LessonId, i64) = (self.ids.mint(), self.clock.now());
        in_transaction!(self.database, |transaction| {
            match claim::<LessonId>(transaction, key.as_ref(), now).await? {
                Claim::First(ticket) => {
                    let lesson = insert(transaction, call, new, id, now).await?;
                    ticket.store(transaction, &id).await?;
                    Ok(lesson)
                }
                Claim::Repeated(id) => {
                    let missing = Rejection::NotFound { what: "lesson", field: "idempotencyKey" };
                    Ok(store::lesson::by_ids(&mut *transaction, &[id]).await?.pop().ok_or(missing)?)
                }
            }
        })
    }

    /// Gives a lesson another place; the others close ranks.
    ///
    /// # Errors
    /// [`ServiceError`]: not the viewer's course, `NOT_FOUND`, or `POSITION_INVALID`.
    pub async fn move_lesson(&self, call: &Call, id: LessonId, position: i64) -> ServiceResult<Lesson> {
        let now = self.clock.now();
        in_transaction!(self.database, |transaction| {
            let (lesson, course) = access::lesson_to_change(transaction, &call.viewer, id).await?;
            let shift = LessonOrder::of(course.lesson_count).relocate(lesson.position, position)?;
            let moved = Lesson { position, ..lesson };
            if !shift.is_empty() {
                store::lesson::shift(transaction, course.id, shift, now).await?;
                // Its new place is free now, and its old one is free before the others settle.
                store::lesson::update(transaction, &moved, now).await?;
                store::lesson::settle(transaction, course.id).await?;
                store::course::count_lessons(transaction, course.id, now).await?;
                events::lesson(transaction, &call.origin, events::LESSON_MOVED, &moved, now).await?;
            }
            Ok(moved)
        })
    }

    /// Removes a lesson and returns its course.
    ///
    /// # Errors
    /// [`ServiceError`]: not the viewer's course, `NOT_FOUND`, or `LAST_LESSON` of a published course.
    pub async fn remove_lesson(&self, call: &Call, id: LessonId) -> ServiceResult<Course> {
        let now = self.clock.now();
        in_transaction!(self.database, |transaction| {
            let (lesson, course) = access::lesson_to_change(transaction, &call.viewer, id).await?;
            if course.status == CourseStatus::Published && course.lesson_count == 1 {
                return Err(Rejection::LastLesson.into());
            }
            store::lesson::remove(transaction, id).await?;
            let shift = LessonOrder::of(course.lesson_count).remove(lesson.position);
            store::lesson::shift(transaction, course.id, shift, now).await?;
            store::lesson::settle(transaction, course.id).await?;
            store::course::count_lessons(transaction, course.id, now).await?;
            events::lesson(transaction, &call.origin, events::LESSON_REMOVED, &lesson, now).await?;
            Ok(Course {
                lesson_count: course.lesson_count - 1,
                total_duration: course.total_duration - lesson.duration_seconds,
                updated_at: now,
                ..course
            })
        })
    }
}

async fn insert(
    transaction: &mut Transaction,
    call: &Call,
    new: &NewLesson,
    id: LessonId,
    now: i64,
) -> ServiceResult<Lesson> {
    let (course, _) = access::course_to_change(transaction, &call.viewer, new.course_id).await?;
    if course.lesson_count >= LESSONS_MAX {
        return Err(ServiceError::Invalid(format!("a course has at most {LESSONS_MAX} lessons")));
    }
    let (position, shift) = LessonOrder::of(course.lesson_count).insert(new.position)?;
    let lesson = Lesson {
        id,
        course_id: course.id,
        position,
        title: new.title.clone(),
        summary: new.summary.clone(),
        duration_seconds: new.duration_seconds,
        is_free_preview: new.is_free_preview,
    };
    store::lesson::shift(transaction, course.id, shift, now).await?;
    store::lesson::insert(transaction, &lesson, now).await?;
    store::lesson::settle(transaction, course.id).await?;
    store::course::count_lessons(transaction, course.id, now).await?;
    events::lesson(transaction, &call.origin, events::LESSON_ADDED, &lesson, now).await?;
    Ok(lesson)
}
