//! What is taught: categories, courses and lessons. Learning writes these rows.

mod course;
mod lesson;
mod subjects;
mod wording;

use kit_ids::CategoryId;
use serde::Serialize;

pub(super) use self::course::FLAGSHIP;
use self::{course::Titles, subjects::SUBJECTS};
pub use self::{
    course::{Course, CourseLevel, CourseStatus},
    lesson::Lesson,
    wording::Language,
};
use super::{WorldKey, mint, people::People};
use crate::timeline::{MINUTE, UtcMicros};

/// A node of the category tree.
#[derive(Clone, Debug, Serialize)]
pub struct Category {
    /// The row in [`World::categories`](crate::World::categories).
    pub row: usize,
    /// The category's id.
    pub id: CategoryId,
    /// The unique slug.
    pub slug: &'static str,
    /// The name shown.
    pub name: &'static str,
    /// The row of the parent; always smaller than this row.
    pub parent_row: Option<usize>,
    /// The id of the parent.
    pub parent_id: Option<CategoryId>,
    /// When the category was set up.
    pub created_at: UtcMicros,
}

/// Learning's share of the world.
#[derive(Debug, Serialize)]
pub(super) struct Catalogue {
    pub(super) categories: Vec<Category>,
    pub(super) courses: Vec<Course>,
    pub(super) lessons: Vec<Lesson>,
}

impl Catalogue {
    pub(super) fn new(key: &WorldKey, people: &People) -> Self {
        let counts = key.profile.counts();
        let categories: Vec<Category> = (0..counts.categories).map(|row| category(key, row)).collect();
        let sizes = lesson::counts_per_course(key, counts.courses, counts.lessons);
        let mut titles = Titles::default();
        let mut lessons = Vec::with_capacity(counts.lessons);
        let mut courses = Vec::with_capacity(counts.courses);
        for (row, size) in sizes.into_iter().enumerate() {
            let draft = course::draft(key, row, &categories, people, &mut titles);
            let its_lessons = lesson::of_course(key, &draft, lessons.len(), size);
            courses.push(draft.into_course(&its_lessons));
            lessons.extend(its_lessons);
        }
        Self { categories, courses, lessons }
    }

    pub(super) fn lessons_of(&self, course: &Course) -> &[Lesson] {
        &self.lessons[course.first_lesson_row..][..course.lesson_count as usize]
    }
}

/// The id of a category: known without computing the catalogue, so that people can have interests.
pub(super) fn category_id(key: &WorldKey, row: usize) -> CategoryId {
    mint(category_created_at(key, row), &mut key.random("categories", row))
}

fn category_created_at(key: &WorldKey, row: usize) -> UtcMicros {
    key.opening() + row as i64 * MINUTE
}

fn category(key: &WorldKey, row: usize) -> Category {
    let subject = SUBJECTS[row];
    let parent_row = subject.parent.map(|parent| {
        SUBJECTS[..row]
            .iter()
            .position(|earlier| earlier.slug == parent)
            .expect("invariant: a parent stands before its children")
    });
    Category {
        row,
        id: category_id(key, row),
        slug: subject.slug,
        name: subject.name,
        parent_row,
        parent_id: parent_row.map(|parent| category_id(key, parent)),
        created_at: category_created_at(key, row),
    }
}
