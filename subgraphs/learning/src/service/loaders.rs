//! What resolvers read many of at once (P16).

use std::collections::HashMap;
use std::hash::Hash;

use kit_database::{Database, DatabaseError};
use kit_graph::{BatchLoad, Loaders};
use kit_ids::{CategoryId, CourseId, LessonId, UserId};
use kit_paging::Windows;
use kit_service::window_loader;

use crate::domain::{Category, Course, CourseSort, Lesson};
use crate::store;

/// The loaders of one request.
#[must_use]
pub fn loaders(database: &Database) -> Loaders {
    Loaders::new()
        .with(CourseById(database.clone()))
        .with(CourseBySlug(database.clone()))
        .with(CategoryById(database.clone()))
        .with(CategoryBySlug(database.clone()))
        .with(LessonById(database.clone()))
        .with(InstructorsOfCourse(database.clone()))
        .with(CourseCountOfCategory(database.clone()))
        .with(CourseCountOfInstructor(database.clone()))
        .with(Windows(CoursesOfCategory(database.clone())))
        .with(Windows(CoursesOfInstructor(database.clone())))
        .with(Windows(LessonsOfCourse(database.clone())))
}

fn by<K: Eq + Hash, V>(values: Vec<V>, key: impl Fn(&V) -> K) -> HashMap<K, V> {
    values.into_iter().map(|value| (key(&value), value)).collect()
}

macro_rules! batch {
    ($(#[$doc:meta])* $loader:ident: $key:ty => $value:ty, |$database:ident, $keys:ident| $load:expr) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $loader(Database);

        impl BatchLoad for $loader {
            type Key = $key;
            type Value = $value;
            type Error = DatabaseError;

            async fn load(&self, $keys: &[$key]) -> Result<HashMap<$key, $value>, DatabaseError> {
                let $database = &self.0;
                Ok($load)
            }
        }
    };
}

batch! {
    /// Courses by id.
    CourseById: CourseId => Course, |database, ids| by(store::course::by_ids(database, ids).await?, |c| c.id)
}
batch! {
    /// Courses by slug.
    CourseBySlug: String => Course,
    |database, slugs| by(store::course::by_slugs(database, slugs).await?, |c| c.slug.clone())
}
batch! {
    /// Categories by id.
    CategoryById: CategoryId => Category, |database, ids| by(store::category::by_ids(database, ids).await?, |c| c.id)
}
batch! {
    /// Categories by slug.
    CategoryBySlug: String => Category,
    |database, slugs| by(store::category::by_slugs(database, slugs).await?, |c| c.slug.clone())
}
batch! {
    /// Lessons by id.
    LessonById: LessonId => Lesson, |database, ids| by(store::lesson::by_ids(database, ids).await?, |l| l.id)
}
batch! {
    /// The instructors of courses, in order of appearance.
    InstructorsOfCourse: CourseId => Vec<UserId>, |database, ids| {
        let mut found: HashMap<CourseId, Vec<UserId>> = HashMap::new();
        for (course, user) in store::instructor::of_courses(database, ids).await? {
            found.entry(course).or_default().push(user);
        }
        found
    }
}
batch! {
    /// How many published courses categories have, those below included.
    CourseCountOfCategory: CategoryId => i64,
    |database, ids| store::course_window::count_of_categories(database, ids).await?.into_iter().collect()
}
batch! {
    /// How many published courses persons teach.
    CourseCountOfInstructor: UserId => i64,
    |database, ids| store::course_window::count_of_instructors(database, ids).await?.into_iter().collect()
}

window_loader!(
    /// Published courses of categories, those below included.
    #[derive(Debug)]
    pub CoursesOfCategory: CategoryId, CourseSort => Course, store::course_window::of_categories
);
window_loader!(
    /// Published courses that persons teach.
    #[derive(Debug)]
    pub CoursesOfInstructor: UserId, CourseSort => Course, store::course_window::of_instructors
);
window_loader!(
    /// Lessons of courses, by place.
    #[derive(Debug)]
    pub LessonsOfCourse: CourseId, () => Lesson, store::lesson::of_courses
);
