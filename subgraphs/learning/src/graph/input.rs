//! What mutations need.

use async_graphql::InputObject;
use kit_graph::{Money, Url};
use kit_ids::{CategoryId, CourseId, LessonId, UserId};

use super::course::CourseLevel;
use crate::domain::Price;
use crate::service::{CategoryDraft, CourseChange, LessonChange, NewCourse, NewLesson};

/// What `createCourse` needs.
#[derive(InputObject)]
pub(crate) struct CreateCourseInput {
    /// Name in addresses; made from the title when left out.
    slug: Option<String>,
    /// Title.
    title: String,
    /// What it teaches, to whom.
    description: String,
    /// What it expects.
    level: CourseLevel,
    /// Language taught in, as a BCP 47 tag.
    language: String,
    /// Where it belongs.
    category_id: CategoryId,
    /// Who teaches it, in order of appearance.
    instructor_ids: Vec<UserId>,
    /// What it costs; zero makes it free.
    list_price: Money,
    /// Picture.
    thumbnail_url: Option<Url>,
    /// Repeating a request with the same key within 24 hours returns the first answer instead of acting again.
    pub(super) idempotency_key: Option<async_graphql::ID>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl From<CreateCourseInput> for NewCourse {
    fn from(input: CreateCourseInput) -> Self {
        Self {
            slug: input.slug,
            title: input.title,
            description: input.description,
            level: input.level.into(),
            language: input.language,
            category_id: input.category_id,
            instructor_ids: input.instructor_ids,
            list_price: price(input.list_price),
            thumbnail_url: input.thumbnail_url.map(|url| url.as_str().to_owned()),
        }
    }
}

/// What `updateCourse` needs.
#[derive(InputObject)]
pub(crate) struct UpdateCourseInput {
    /// The course.
    pub(super) course_id: CourseId,
    /// `Course.version` as the editor saw it; another value is refused.
    pub(super) expected_version: i32,
    /// Name in addresses; fixed once published.
    slug: Option<String>,
    /// Title.
    title: Option<String>,
    /// What it teaches, to whom.
    description: Option<String>,
    /// What it expects.
    level: Option<CourseLevel>,
    /// Language taught in, as a BCP 47 tag.
    language: Option<String>,
    /// Where it belongs.
    category_id: Option<CategoryId>,
    /// Who teaches it, replacing the former ones.
    instructor_ids: Option<Vec<UserId>>,
    /// What it costs; the currency is fixed once published.
    list_price: Option<Money>,
    /// Picture.
    thumbnail_url: Option<Url>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl From<UpdateCourseInput> for CourseChange {
    fn from(input: UpdateCourseInput) -> Self {
        Self {
            slug: input.slug,
            title: input.title,
            description: input.description,
            level: input.level.map(Into::into),
            language: input.language,
            category_id: input.category_id,
            instructor_ids: input.instructor_ids,
            list_price: input.list_price.map(price),
            thumbnail_url: input.thumbnail_url.map(|url| url.as_str().to_owned()),
        }
    }
}

/// What `publishCourse` needs.
#[derive(InputObject)]
pub(crate) struct PublishCourseInput {
    /// The course.
    pub(super) course_id: CourseId,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `archiveCourse` needs.
#[derive(InputObject)]
pub(crate) struct ArchiveCourseInput {
    /// The course.
    pub(super) course_id: CourseId,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `addLesson` needs.
#[derive(InputObject)]
pub(crate) struct AddLessonInput {
    /// The course.
    course_id: CourseId,
    /// Title.
    title: String,
    /// What it is about.
    summary: Option<String>,
    /// Length; filled in from the video once that is ready.
    #[graphql(default_with = "Some(0)")]
    duration_seconds: Option<i32>,
    /// Whether it is open to those not enrolled.
    #[graphql(default_with = "Some(false)")]
    is_free_preview: Option<bool>,
    /// Place among the lessons from 1; last when left out.
    position: Option<i32>,
    /// Repeating a request with the same key within 24 hours returns the first answer instead of acting again.
    pub(super) idempotency_key: Option<async_graphql::ID>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl From<AddLessonInput> for NewLesson {
    fn from(input: AddLessonInput) -> Self {
        Self {
            course_id: input.course_id,
            title: input.title,
            summary: input.summary.filter(|text| !text.is_empty()),
            duration_seconds: input.duration_seconds.unwrap_or_default().into(),
            is_free_preview: input.is_free_preview.unwrap_or_default(),
            position: input.position.map(i64::from),
        }
    }
}

/// What `updateLesson` needs.
#[derive(InputObject)]
pub(crate) struct UpdateLessonInput {
    /// The lesson.
    pub(super) lesson_id: LessonId,
    /// Title.
    title: Option<String>,
    /// What it is about; an empty text removes it.
    summary: Option<String>,
    /// Length.
    duration_seconds: Option<i32>,
    /// Whether it is open to those not enrolled.
    is_free_preview: Option<bool>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl From<UpdateLessonInput> for LessonChange {
    fn from(input: UpdateLessonInput) -> Self {
        Self {
            title: input.title,
            summary: input.summary,
            duration_seconds: input.duration_seconds.map(i64::from),
            is_free_preview: input.is_free_preview,
        }
    }
}

/// What `moveLesson` needs.
#[derive(InputObject)]
pub(crate) struct MoveLessonInput {
    /// The lesson.
    pub(super) lesson_id: LessonId,
    /// Its new place from 1; the others close ranks.
    pub(super) position: i32,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `removeLesson` needs.
#[derive(InputObject)]
pub(crate) struct RemoveLessonInput {
    /// The lesson.
    pub(super) lesson_id: LessonId,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `upsertCategory` needs.
#[derive(InputObject)]
pub(crate) struct UpsertCategoryInput {
    /// The category to change; a new one when left out.
    category_id: Option<CategoryId>,
    /// Name in addresses.
    slug: String,
    /// Name.
    name: String,
    /// The category above; none makes it a top one. At most three levels.
    parent_id: Option<CategoryId>,
    /// Repeating a request with the same key within 24 hours returns the first answer instead of acting again.
    pub(super) idempotency_key: Option<async_graphql::ID>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl From<UpsertCategoryInput> for CategoryDraft {
    fn from(input: UpsertCategoryInput) -> Self {
        Self { id: input.category_id, slug: input.slug, name: input.name, parent_id: input.parent_id }
    }
}

fn price(money: Money) -> Price {
    Price { amount_minor: money.amount_minor.get(), currency: money.currency.name().to_owned() }
}
