//! Learning's share of the demonstration world.

use async_trait::async_trait;
use kit_database::Database;
use kit_demonstration::{BulkInsert, DemonstrationError, Progress, Seeder, Table, World, row, table};

const NAME: &str = "learning";

const CATEGORIES: Table = table! {
    categories
    key { id: Bytes }
    columns { slug: Text, name: Text, parent_id: Bytes, created_at: Integer }
    self_reference parent_id
};
const COURSES: Table = table! {
    courses
    key { id: Bytes }
    columns {
        slug: Text, title: Text, description: Text, level: Text, language: Text, status: Text, category_id: Bytes,
        thumbnail_url: Text, list_price_minor: Integer, currency: Text, lesson_count: Integer, total_duration: Integer, created_at: Integer,
        published_at: Integer, updated_at: Integer,
    }
};
const COURSE_INSTRUCTORS: Table = table! {
    course_instructors
    key { course_id: Bytes, user_id: Bytes }
    columns { position: Integer }
};
const LESSONS: Table = table! {
    lessons
    key { id: Bytes }
    columns {
        course_id: Bytes, position: Integer, title: Text, summary: Text, duration_seconds: Integer,
        is_free_preview: Integer, created_at: Integer, updated_at: Integer,
    }
};

/// Writes categories, courses, who teaches them, and lessons.
#[derive(Debug, Clone)]
pub(crate) struct LearningSeeder {
    /// The origin of the addresses of files, where the pictures of courses are.
    pub(crate) media_origin: String,
}

#[async_trait]
impl Seeder for LearningSeeder {
    fn name(&self) -> &'static str {
        NAME
    }

    fn tables(&self) -> &'static [Table] {
        &[CATEGORIES, COURSES, COURSE_INSTRUCTORS, LESSONS]
    }

    async fn seed(&self, world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
        categories(world, database, progress).await?;
        courses(world, self.media_origin.trim_end_matches('/'), database, progress).await?;
        instructors(world, database, progress).await?;
        lessons(world, database, progress).await
    }
}

async fn categories(world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
    let rows = world.categories();
    let bar = progress.table(NAME, CATEGORIES.name(), rows.len());
    let mut insert = BulkInsert::new(database, CATEGORIES, bar);
    for category in rows {
        insert.push(row![category.id, category.slug, category.name, category.parent_id, category.created_at]).await?;
    }
    insert.finish().await
}

async fn courses(
    world: &World,
    media_origin: &str,
    database: &Database,
    progress: &Progress,
) -> Result<(), DemonstrationError> {
    let rows = world.courses();
    let bar = progress.table(NAME, COURSES.name(), rows.len());
    let mut insert = BulkInsert::new(database, COURSES, bar);
    for course in rows {
        let written = row![
            course.id,
            &course.slug,
            &course.title,
            &course.description,
            course.level.name(),
            course.language.tag(),
            course.status.name(),
            course.category_id,
            world.thumbnail_of(course).map(|file| format!("{media_origin}/media/v1/files/{file}/content")),
            course.list_price_minor,
            course.currency,
            course.lesson_count,
            course.total_duration_seconds,
            course.created_at,
            course.published_at,
            course.updated_at,
        ];
        insert.push(written).await?;
    }
    insert.finish().await
}

async fn instructors(world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
    let count = world.courses().iter().map(|course| course.instructor_ids.len()).sum();
    let bar = progress.table(NAME, COURSE_INSTRUCTORS.name(), count);
    let mut insert = BulkInsert::new(database, COURSE_INSTRUCTORS, bar);
    for course in world.courses() {
        for (user, position) in course.instructor_ids.iter().zip(1_i64..) {
            insert.push(row![course.id, *user, position]).await?;
        }
    }
    insert.finish().await
}

async fn lessons(world: &World, database: &Database, progress: &Progress) -> Result<(), DemonstrationError> {
    let rows = world.lessons();
    let bar = progress.table(NAME, LESSONS.name(), rows.len());
    let mut insert = BulkInsert::new(database, LESSONS, bar);
    for lesson in rows {
        let written = row![
            lesson.id,
            lesson.course_id,
            lesson.position,
            &lesson.title,
            lesson.summary.clone(),
            lesson.duration_seconds,
            lesson.is_free_preview,
            lesson.created_at,
            lesson.created_at,
        ];
        insert.push(written).await?;
    }
    insert.finish().await
}
