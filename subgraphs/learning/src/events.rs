//! What learning tells its sisters, and what it hears of them (P13, domain 3.2).

mod departures;
mod recordings;

use kit_database::{DatabaseError, Transaction};
use kit_events::{NewEvent, Origin, outbox};
use serde_json::json;

pub use self::departures::Departures;
pub use self::recordings::Recordings;
use crate::domain::{Category, Course, Lesson};

/// A course was opened to everyone.
pub const COURSE_PUBLISHED: &str = "learning.course.published.v1";
/// A course that was published at some time has changed.
pub const COURSE_UPDATED: &str = "learning.course.updated.v1";
/// A course was taken out of the catalogue.
pub const COURSE_ARCHIVED: &str = "learning.course.archived.v1";
/// A lesson was added.
pub const LESSON_ADDED: &str = "learning.lesson.added.v1";
/// A lesson has changed.
pub const LESSON_UPDATED: &str = "learning.lesson.updated.v1";
/// A lesson has another place.
pub const LESSON_MOVED: &str = "learning.lesson.moved.v1";
/// A lesson was removed.
pub const LESSON_REMOVED: &str = "learning.lesson.removed.v1";
/// A category was made or changed.
pub const CATEGORY_UPSERTED: &str = "learning.category.upserted.v1";

/// Tells of a course; subject is the course.
pub(crate) async fn course(
    transaction: &mut Transaction,
    origin: &Origin,
    kind: &'static str,
    course: &Course,
) -> Result<(), DatabaseError> {
    let data = json!({
        "id": course.id,
        "title": course.title,
        "price": course.list_price.amount_minor,
        "currency": course.list_price.currency,
        "status": course.status.name(),
    });
    let event = NewEvent { kind, subject: course.id.to_string(), time: course.updated_at, data };
    outbox::append(transaction, origin, event).await.map(drop)
}

/// Tells of a category as it is now; subject is the category.
pub(crate) async fn category(
    transaction: &mut Transaction,
    origin: &Origin,
    category: &Category,
    time: i64,
) -> Result<(), DatabaseError> {
    let data = json!({
        "id": category.id, "slug": category.slug, "name": category.name, "parentId": category.parent_id,
    });
    let event = NewEvent { kind: CATEGORY_UPSERTED, subject: category.id.to_string(), time, data };
    outbox::append(transaction, origin, event).await.map(drop)
}

/// Tells of a lesson; subject is its course, the aggregate that keeps the places of its lessons: who follows them hears
/// what happens to a course in the order in which it happens.
pub(crate) async fn lesson(
    transaction: &mut Transaction,
    origin: &Origin,
    kind: &'static str,
    lesson: &Lesson,
    time: i64,
) -> Result<(), DatabaseError> {
    let data = json!({
        "id": lesson.id,
        "courseId": lesson.course_id,
        "position": lesson.position,
        "title": lesson.title,
        "durationSeconds": lesson.duration_seconds,
        "isFreePreview": lesson.is_free_preview,
    });
    let event = NewEvent { kind, subject: lesson.course_id.to_string(), time, data };
    outbox::append(transaction, origin, event).await.map(drop)
}
