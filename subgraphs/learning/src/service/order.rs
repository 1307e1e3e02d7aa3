//! The orders of lists, for cursors.

use kit_paging::{Order, Position};

use crate::domain::{Course, CourseSort, CourseStatus, Lesson};
use crate::store::{course_list, lesson};

/// The order of a list of courses that all have this status.
pub(crate) fn course_order(sort: CourseSort, status: CourseStatus) -> &'static Order {
    course_list::order(sort, status)
}

/// Where a course stands in its list.
pub(crate) fn course_position(sort: CourseSort, course: &Course) -> Position {
    course_list::position(sort, course)
}

/// The order of the lessons of a course.
pub(crate) fn by_position() -> &'static Order {
    &lesson::BY_POSITION
}

/// Where a lesson stands in its course.
pub(crate) fn lesson_position(of: &Lesson) -> Position {
    lesson::position(of)
}
