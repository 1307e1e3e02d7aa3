//! The use cases of the catalogue: one function per query or mutation. They own transactions and check who may.

mod access;
mod archive_course;
mod change_lesson;
mod create_course;
mod error;
mod list_courses;
mod loaders;
mod order;
mod place_lesson;
mod publish_course;
mod take_duration;
mod take_leave;
mod update_course;
mod upsert_category;
mod validation;

use std::sync::Arc;

use kit_database::Database;
use kit_ids::{Clock, IdGenerator};

pub(crate) use access::may_see_drafts;
pub use change_lesson::LessonChange;
pub use create_course::NewCourse;
pub use error::ServiceError;
pub use loaders::{
    CategoryById, CategoryBySlug, CourseById, CourseBySlug, CourseCountOfCategory, CourseCountOfInstructor,
    CoursesOfCategory, CoursesOfInstructor, InstructorsOfCourse, LessonById, LessonsOfCourse, loaders,
};
pub(crate) use order::{by_position, course_order, course_position, lesson_position};
pub use place_lesson::NewLesson;
pub(crate) use take_duration::take_duration;
pub(crate) use take_leave::take_leave;
pub use update_course::CourseChange;
pub use upsert_category::CategoryDraft;

/// What a use case answers.
pub type ServiceResult<T> = Result<T, ServiceError>;

/// The catalogue of courses.
#[derive(Debug, Clone)]
pub struct Catalogue {
    database: Database,
    clock: Arc<dyn Clock>,
    ids: IdGenerator,
}

impl Catalogue {
    /// The catalogue in this database.
    #[must_use]
    pub fn new(database: Database, clock: Arc<dyn Clock>, ids: IdGenerator) -> Self {
        Self { database, clock, ids }
    }
}
