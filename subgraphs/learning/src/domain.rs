//! Courses, lessons and categories, and the rules that hold for them (domain 3.2). Pure: no I/O, no clock, no chance.

mod category;
mod course;
mod lesson;
mod lesson_order;
mod rejection;
mod slug;

pub use category::{CATEGORY_NAME_LENGTH_MAX, Category, CategoryTree};
pub use course::{
    Course, CourseFilter, CourseLevel, CourseSort, CourseStatus, DESCRIPTION_BYTES_MAX, INSTRUCTORS_MAX, Price,
    TITLE_LENGTH_MAX,
};
pub use lesson::{LESSONS_MAX, Lesson};
pub use lesson_order::{LessonOrder, Shift};
pub use rejection::Rejection;
pub use slug::{SLUG_LENGTH_MAX, is_slug, slug_of_title};
