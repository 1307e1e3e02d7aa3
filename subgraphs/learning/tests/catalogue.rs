//! A catalogue with one category, and people who use it.

use std::sync::Arc;

use kit_database::Database;
use kit_events::{Consumer, Event, EventId, HandlerError, NewEvent, Origin};
use kit_ids::{CategoryId, CourseId, IdGenerator, SystemClock, UserId};
use kit_service::Call;
use kit_testing::TestDatabase;
use kit_viewer::{Role, SignedInUser, Viewer};
use learning::domain::{Course, CourseLevel, Lesson, Price};
use learning::service::{Catalogue, NewCourse, NewLesson, ServiceResult};

/// When sisters tell something: later than anything that a test does.
pub(crate) const TOLD_AT_US: i64 = 9_000_000_000_000_000;

pub(crate) struct Stage {
    pub(crate) database: Database,
    pub(crate) catalogue: Catalogue,
    pub(crate) category: CategoryId,
    pub(crate) owner: Call,
    pub(crate) other: Call,
    pub(crate) admin: Call,
}

impl Stage {
    pub(crate) async fn on(place: &TestDatabase) -> Self {
        let database = place.migrated(&learning::SUBGRAPH.migrations).await;
        let ids = IdGenerator::system();
        let category = ids.mint();
        let insert = "INSERT INTO categories (id, slug, name, created_at) VALUES (?, 'art', 'Art', 0)";
        database.query(insert).bind(category).execute().await.unwrap();
        let catalogue = Catalogue::new(database.clone(), Arc::new(SystemClock), ids.clone());
        let call = |role| Call::new(person(ids.mint(), role), "flow");
        let (owner, other, admin) = (call(Role::Instructor), call(Role::Instructor), call(Role::Admin));
        Self { database, catalogue, category, owner, other, admin }
    }

    pub(crate) fn new_course(&self, slug: &str) -> NewCourse {
        NewCourse {
            slug: Some(slug.to_owned()),
            title: "Painting".to_owned(),
            description: "For all who see".to_owned(),
            level: CourseLevel::Beginner,
            language: "en".to_owned(),
            category_id: self.category,
            instructor_ids: vec![self.owner.viewer.user_id().unwrap()],
            list_price: Price { amount_minor: 10_000, currency: "KRW".to_owned() },
            thumbnail_url: None,
        }
    }

    pub(crate) async fn draft(&self, slug: &str) -> Course {
        self.catalogue.create_course(&self.owner, &self.new_course(slug), None).await.unwrap()
    }

    pub(crate) async fn add(&self, course: CourseId, title: &str, position: Option<i64>) -> ServiceResult<Lesson> {
        let new = NewLesson {
            course_id: course,
            title: title.to_owned(),
            summary: None,
            duration_seconds: 60,
            is_free_preview: false,
            position,
        };
        self.catalogue.add_lesson(&self.owner, &new, None).await
    }

    /// Gives a consumer an event of the flow, as its runner does.
    pub(crate) async fn tell(
        &self,
        consumer: &dyn Consumer,
        (kind, subject): (&'static str, String),
        data: serde_json::Value,
    ) -> Result<(), HandlerError> {
        let new = NewEvent { kind, subject, time: TOLD_AT_US, data };
        let event = Event::new(EventId::mint(TOLD_AT_US), "sister", 1, new, Origin::new("flow", None));
        assert!(consumer.wants(kind), "{kind}");
        let mut transaction = self.database.begin().await.unwrap();
        let handled = consumer.handle(&event, &mut transaction).await;
        transaction.commit().await.unwrap();
        handled
    }

    /// The types of all events so far.
    pub(crate) async fn events(&self) -> Vec<String> {
        let events = kit_events::outbox::flow(&self.database, "flow").await.unwrap();
        events.into_iter().map(|event| event.kind).collect()
    }
}

fn person(id: UserId, role: Role) -> Viewer {
    let mut user = SignedInUser::new(id);
    user.scopes = Role::scopes_of([role]);
    Viewer::signed_in(user)
}
