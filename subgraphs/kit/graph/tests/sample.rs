//! A subgraph with one entity, one mutation and one of everything.

use async_graphql::{Context, EmptySubscription, InputObject, Object, Schema};
use kit_graph::{
    CacheControlScope, CurrencyCode, Date, DateTime, GraphError, GraphResult, GridPoint, Implements, Long, Money, Node,
    RequestContext, RequireScope, RequireUser, TimeWindow, Url, UserError, authenticated, cache_control, schema,
};
use kit_ids::CourseId;
use kit_viewer::Scope;

pub(crate) type SampleSchema = Schema<Query, Mutation, EmptySubscription>;

pub(crate) fn sample() -> SampleSchema {
    schema(Query, Mutation)
        .register_output_type::<Implements<Node, Course>>()
        .register_output_type::<Implements<UserError, SampleUserError>>()
        .finish()
}

kit_graph::user_errors! {
    /// Why the sample refuses what a mutation asks for.
    pub enum SampleErrorCode {
        /// It does not exist.
        NotFound,
        /// The title is taken.
        TitleTaken,
    }
    /// What a mutation of the sample refuses.
    pub struct SampleUserError;
}

kit_graph::payload! {
    /// What `renameCourse` answers.
    pub struct RenameCoursePayload refusing SampleUserError {
        /// The course as it is now; null when there are user errors.
        course: Course,
    }
}

pub(crate) struct Course(CourseId);

/// A course.
#[Object(
    directive = cache_control::apply(Some(120), Some(CacheControlScope::Public)),
    cache_control(max_age = 120)
)]
impl Course {
    /// Its id.
    async fn id(&self) -> CourseId {
        self.0
    }

    /// What it costs.
    async fn list_price(&self) -> Money {
        Money::new(55_000, CurrencyCode::Krw)
    }

    /// When it was published.
    async fn published_at(&self) -> Option<DateTime> {
        Some(DateTime::from_micros(1_769_851_800_123_900))
    }

    /// What the signed-in user paid.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn paid(&self) -> Option<Long> {
        Some(Long::from(i64::MAX))
    }

    /// Where it takes place.
    async fn place(&self) -> Option<GridPoint> {
        None
    }

    /// Its picture.
    async fn thumbnail_url(&self) -> Option<Url> {
        Some(Url::trusted("https://cdn.example/course.png"))
    }
}

pub(crate) struct Query;

/// Where reading begins.
#[Object]
impl Query {
    /// The course of this id.
    async fn course(&self, id: CourseId) -> Option<Course> {
        Some(Course(id))
    }

    /// How many were sold.
    #[graphql(guard = "RequireScope(Scope::OpsRead)", requires_scopes = "ops:read")]
    async fn sold(&self, window: TimeWindow, since: Option<Date>) -> GraphResult<Option<Long>> {
        let _ = (window, since);
        Ok(Some(Long::from(7)))
    }

    /// Fails in the way that is named.
    async fn fails(&self, ctx: &Context<'_>, how: String) -> async_graphql::Result<Option<i32>> {
        match how.as_str() {
            "typed" => Err(GraphError::bad_user_input("seven is too much").into()),
            "refused" => Err(GraphError::from(ctx.viewer().require_service().unwrap_err()).into()),
            "untyped" => Err(std::io::Error::other("password=hunter2").into()),
            _ => Err(async_graphql::Error::new("password=hunter2")),
        }
    }

    #[graphql(entity)]
    async fn find_course_by_id(&self, #[graphql(key)] id: CourseId) -> Option<Course> {
        // Ids that begin with zeros have no course.
        (id.to_bytes()[0] != 0).then_some(Course(id))
    }
}

/// What `renameCourse` needs.
#[derive(InputObject)]
pub(crate) struct RenameCourseInput {
    /// Which course.
    id: CourseId,
    /// Its new title.
    title: String,
    /// Comes back with the answer.
    client_mutation_id: Option<String>,
}

pub(crate) struct Mutation;

/// Where writing begins.
#[Object]
impl Mutation {
    /// Renames a course.
    async fn rename_course(&self, input: RenameCourseInput) -> RenameCoursePayload {
        if input.title == "taken" {
            let error = SampleUserError::new(SampleErrorCode::TitleTaken, "another course is called that");
            return RenameCoursePayload::refused([error.at(["input", "title"])], input.client_mutation_id);
        }
        RenameCoursePayload::done(Course(input.id), input.client_mutation_id)
    }
}
