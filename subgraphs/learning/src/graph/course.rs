//! `Course` and its lists.

use async_graphql::{Context, Enum, Object};
use kit_graph::{
    CacheControlScope, CurrencyCode, DateTime, GraphError, GraphResult, Money, RequestContext, Url, cache_control,
};
use kit_ids::CourseId;
use kit_paging::{CursorKey, Page, PageArguments, PagingContext, WindowKey, Windows};

use super::category::Category;
use super::lesson::{Lesson, LessonConnection, LessonEdge};
use super::user::User;
use crate::domain;
use crate::service::{
    CategoryById, InstructorsOfCourse, LessonsOfCourse, by_position, course_position, lesson_position, may_see_drafts,
};

/// Where a course is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::CourseStatus")]
pub enum CourseStatus {
    /// Only its instructors see it.
    Draft,
    /// Open to everyone.
    Published,
    /// Only those enrolled see it.
    Archived,
}

/// What a course expects of the learner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::CourseLevel")]
pub enum CourseLevel {
    /// Nothing.
    Beginner,
    /// The basics.
    Intermediate,
    /// Practice.
    Advanced,
}

/// Order of courses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::CourseSort")]
pub enum CourseOrder {
    /// Latest published first.
    Newest,
    /// Latest changed first.
    Updated,
    /// By title.
    Title,
    /// Cheapest first.
    PriceLow,
    /// Dearest first.
    PriceHigh,
}

kit_paging::connection! {
    /// Courses, page by page.
    pub struct CourseConnection;
    /// One entry of a CourseConnection.
    pub struct CourseEdge for Course;
}

impl CourseConnection {
    /// The connection of a page of courses that all have this status.
    pub(super) fn of(
        page: Page<domain::Course>,
        total: Option<i64>,
        (sort, status): (domain::CourseSort, domain::CourseStatus),
        key: &CursorKey,
    ) -> Self {
        let order = crate::service::course_order(sort, status);
        Self::new(page, total, |course| {
            let cursor = key.cursor(order, &course_position(sort, &course));
            CourseEdge { cursor, node: Course(course) }
        })
    }
}

pub(crate) struct Course(pub(super) domain::Course);

impl Course {
    /// The course, unless it is a draft that the viewer must not see.
    pub(super) async fn visible(ctx: &Context<'_>, course: Option<domain::Course>) -> GraphResult<Option<Self>> {
        let Some(course) = course else { return Ok(None) };
        if course.status == domain::CourseStatus::Draft {
            ctx.forbid_sharing();
            let instructors = ctx.load::<InstructorsOfCourse>(course.id).await?.unwrap_or_default();
            if !may_see_drafts(ctx.viewer(), &instructors) {
                return Ok(None);
            }
        }
        Ok(Some(Self(course)))
    }
}

/// Lessons on one subject, offered as a whole.
#[Object(
    tag = "partner",
    directive = cache_control::apply(Some(120), Some(CacheControlScope::Public)),
    cache_control(max_age = 120)
)]
impl Course {
    /// Global id, `crs_…`.
    async fn id(&self) -> CourseId {
        self.0.id
    }

    /// Name in addresses.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// What it teaches, to whom.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// What it expects.
    async fn level(&self) -> CourseLevel {
        self.0.level.into()
    }

    /// Language taught in, as a BCP 47 tag.
    async fn language(&self) -> &str {
        &self.0.language
    }

    /// Where it is in its life.
    async fn status(&self) -> CourseStatus {
        self.0.status.into()
    }

    /// Where it belongs.
    async fn category(&self, ctx: &Context<'_>) -> GraphResult<Category> {
        ctx.load::<CategoryById>(self.0.category_id).await?.map(Category).ok_or_else(|| dangling("a category"))
    }

    /// Who teaches it, in order of appearance; an entry is null when its profile cannot be read.
    async fn instructors(&self, ctx: &Context<'_>) -> GraphResult<Vec<Option<User>>> {
        let found = ctx.load::<InstructorsOfCourse>(self.0.id).await?.unwrap_or_default();
        Ok(found.into_iter().map(|id| Some(User(id))).collect())
    }

    /// Picture.
    async fn thumbnail_url(&self) -> Option<Url> {
        self.0.thumbnail_url.as_deref().map(Url::trusted)
    }

    /// Grows with each change; for `updateCourse`.
    async fn version(&self) -> i32 {
        int(self.0.version)
    }

    /// What it costs without any reduction.
    async fn list_price(&self) -> GraphResult<Money> {
        let price = &self.0.list_price;
        let currency = CurrencyCode::from_name(&price.currency).ok_or_else(|| dangling("the currency of a course"))?;
        Ok(Money::new(price.amount_minor, currency))
    }

    /// How many lessons it has.
    async fn lesson_count(&self) -> i32 {
        int(self.0.lesson_count)
    }

    /// Length of all lessons together.
    async fn total_duration_seconds(&self) -> i32 {
        int(self.0.total_duration)
    }

    /// When it was opened.
    async fn published_at(&self) -> Option<DateTime> {
        self.0.published_at.map(DateTime::from)
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Its lessons, in order.
    async fn lessons(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> GraphResult<LessonConnection> {
        let page = PageArguments::new(first, after, last, before).parse(by_position(), ctx.cursor_key())?;
        let rows = ctx.load::<Windows<LessonsOfCourse>>(WindowKey::new(self.0.id, (), page)).await?;
        let rows = rows.unwrap_or_else(Page::empty);
        Ok(LessonConnection::new(rows, Some(self.0.lesson_count), |lesson| {
            let cursor = ctx.cursor_key().cursor(by_position(), &lesson_position(&lesson));
            LessonEdge { cursor, node: Lesson(lesson) }
        }))
    }
}

/// GraphQL's `Int` ends where no real course gets to.
pub(super) fn int(value: i64) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

/// A row refers to what is not there, against the tables' own constraints.
pub(super) fn dangling(what: &'static str) -> GraphError {
    GraphError::internal(&std::io::Error::other(format!("{what} is not there, although a row refers to it")))
}
