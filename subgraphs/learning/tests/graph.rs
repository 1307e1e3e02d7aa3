//! Learning over its graph, as the router asks it.

mod authorization;
mod caching;
mod entities;
mod hostile;
mod invariants;
mod mutations;
mod paging;

use kit_ids::CategoryId;
use kit_testing::{TestDatabase, TestSubgraph, person};
use kit_viewer::{Role, Viewer};
use serde_json::{Value, json};

/// A running learning with one category, and four people.
pub(crate) struct Graph {
    pub(crate) subgraph: TestSubgraph,
    pub(crate) category: CategoryId,
}

pub(crate) fn owner() -> Viewer {
    person(1, Role::Instructor)
}

pub(crate) fn other() -> Viewer {
    person(2, Role::Instructor)
}

pub(crate) fn learner() -> Viewer {
    person(3, Role::Mentee)
}

pub(crate) fn admin() -> Viewer {
    person(4, Role::Admin)
}

impl Graph {
    pub(crate) async fn on(place: TestDatabase) -> Self {
        let subgraph = TestSubgraph::start(&learning::SUBGRAPH, place).await;
        let category = CategoryId::from_bytes([9; 16]);
        let insert = "INSERT INTO categories (id, slug, name, created_at) VALUES (?, 'art', 'Art', 0)";
        subgraph.database().query(insert).bind(category).execute().await.unwrap();
        Self { subgraph, category }
    }

    pub(crate) fn new_course(&self, slug: &str) -> Value {
        json!({
            "slug": slug, "title": format!("On {slug}"), "description": "For all who see", "level": "BEGINNER",
            "language": "en", "categoryId": self.category, "instructorIds": [owner().user_id()],
            "listPrice": { "amountMinor": 10_000, "currency": "KRW" },
        })
    }

    /// A draft of the owner's.
    pub(crate) async fn draft(&self, slug: &str) -> String {
        let reply = self.subgraph.change(&owner(), "createCourse", "course { id }", self.new_course(slug)).await;
        reply.text_at("/createCourse/course/id")
    }

    pub(crate) async fn add_lesson(&self, course: &str, title: &str) -> String {
        let input = json!({ "courseId": course, "title": title, "durationSeconds": 60 });
        self.subgraph.change(&owner(), "addLesson", "lesson { id }", input).await.text_at("/addLesson/lesson/id")
    }

    /// A published course with one lesson.
    pub(crate) async fn published(&self, slug: &str) -> String {
        let course = self.draft(slug).await;
        self.add_lesson(&course, "First").await;
        let reply =
            self.subgraph.change(&owner(), "publishCourse", "course { status }", json!({ "courseId": course })).await;
        assert_eq!(reply.data("/publishCourse/course/status"), "PUBLISHED", "{}", reply.body);
        course
    }
}
