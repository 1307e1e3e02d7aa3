//! Who may do what (P10, P11).

use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::{Value, json};

use super::{Graph, admin, learner, other, owner};

kit_testing::on_each_database! {
    /// P10, P11, AS-096, AS-097, AS-099: anonymous, learner, another instructor, the owner and an administrator, at every mutation.
    async fn every_mutation_knows_who_may(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let course = graph.draft("colour").await;
        let lesson = graph.add_lesson(&course, "Red").await;
        graph.add_lesson(&course, "Blue").await;
        let of_course = json!({ "courseId": course });
        // The last ones end the course's life.
        let mutations: [(&str, &str, Value); 7] = [
            ("updateCourse", "course { id }", json!({ "courseId": course, "expectedVersion": 0 })),
            ("addLesson", "lesson { id }", json!({ "courseId": course, "title": "Green" })),
            ("updateLesson", "lesson { id }", json!({ "lessonId": lesson, "title": "Crimson" })),
            ("moveLesson", "lesson { id }", json!({ "lessonId": lesson, "position": 2 })),
            ("removeLesson", "course { id }", json!({ "lessonId": lesson })),
            ("publishCourse", "course { id }", of_course.clone()),
            ("archiveCourse", "course { id }", of_course),
        ];
        for (mutation, entity, input) in mutations {
            let refused: [(Viewer, &str); 3] =
                [(Viewer::anonymous(), "UNAUTHENTICATED"), (learner(), "FORBIDDEN"), (other(), "FORBIDDEN")];
            for (viewer, code) in refused {
                let reply = graph.subgraph.change(&viewer, mutation, entity, input.clone()).await;
                assert_eq!(reply.codes(), [code], "{mutation} by {viewer:?}: {}", reply.body);
                assert!(reply.data(&format!("/{mutation}")).is_null(), "{mutation}");
            }
            // The version conflict is of both: both get as far as the rules.
            for viewer in [owner(), admin()] {
                let reply = graph.subgraph.change(&viewer, mutation, entity, input.clone()).await;
                assert!(reply.codes().is_empty(), "{mutation} by {viewer:?}: {}", reply.body);
            }
        }
        graph.subgraph.stop().await;
    }

    /// P11: categories belong to nobody; whoever writes courses changes them.
    async fn categories_are_changed_by_whoever_writes_courses(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let viewers = [
            (Viewer::anonymous(), Some("UNAUTHENTICATED")), (learner(), Some("FORBIDDEN")), (owner(), None), (other(), None),
            (admin(), None),
        ];
        for (number, (viewer, refusal)) in viewers.into_iter().enumerate() {
            let input = json!({ "slug": format!("subject-{number}"), "name": "Subject" });
            let reply = graph.subgraph.change(&viewer, "upsertCategory", "category { id }", input).await;
            assert_eq!(reply.codes().first().copied(), refusal, "{viewer:?}: {}", reply.body);
            assert_eq!(reply.data("/upsertCategory").is_null(), refusal.is_some(), "{viewer:?}");
        }
        assert_eq!(graph.subgraph.published().await.len(), 3);
        graph.subgraph.stop().await;
    }

    /// P11: one makes courses of which one is an instructor; an administrator makes any.
    async fn nobody_makes_courses_for_others(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let codes = async |viewer: Viewer, slug: &str| {
            let reply = graph.subgraph.change(&viewer, "createCourse", "course { id }", graph.new_course(slug)).await;
            reply.codes().into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(codes(Viewer::anonymous(), "a").await, ["UNAUTHENTICATED"]);
        assert_eq!(codes(learner(), "a").await, ["FORBIDDEN"]);
        assert_eq!(codes(other(), "a").await, ["FORBIDDEN"]);
        assert!(codes(owner(), "a").await.is_empty());
        assert!(codes(admin(), "b").await.is_empty());
        graph.subgraph.stop().await;
    }

    /// S0-COURSE, domain 3.2, AS-097: a draft is there for its instructors and administrators alone, by whichever way it is asked for.
    async fn a_draft_is_hidden_from_everyone_else(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let course = graph.draft("colour").await;
        let lesson = graph.add_lesson(&course, "Red").await;
        let query = format!(
            "{{ course(id: \"{course}\") {{ id }} bySlug: course(slug: \"colour\") {{ id }} lesson(id: \"{lesson}\") {{ id }} }}"
        );
        for (viewer, sees) in
            [(Viewer::anonymous(), false), (learner(), false), (other(), false), (owner(), true), (admin(), true)]
        {
            let reply = graph.subgraph.ask(&viewer, &query).await;
            for field in ["/course", "/bySlug", "/lesson"] {
                assert_eq!(!reply.data(field).is_null(), sees, "{field} for {viewer:?}: {}", reply.body);
            }
            let by_id = graph.subgraph.entities(&viewer, "Course", [json!({ "id": course })], "{ title }").await;
            let by_slug = graph.subgraph.entities(&viewer, "Course", [json!({ "slug": "colour" })], "{ title }").await;
            let lessons = graph.subgraph.entities(&viewer, "Lesson", [json!({ "id": lesson })], "{ title }").await;
            for entity in [&by_id[0], &by_slug[0], &lessons[0]] {
                assert_eq!(!entity.is_null(), sees, "{viewer:?}");
            }
        }
        graph.subgraph.stop().await;
    }

    /// Domain 2.2: of what is not published one's own, all for administrators, and nothing without signing in.
    async fn lists_of_drafts_are_of_ones_own(place: TestDatabase) {
        let graph = Graph::on(place).await;
        graph.draft("colour").await;
        let query = "{ courses(first: 10, filter: { status: DRAFT }) { totalCount } }";
        for (viewer, count) in [(learner(), 0), (other(), 0), (owner(), 1), (admin(), 1)] {
            let reply = graph.subgraph.ask(&viewer, query).await;
            assert_eq!(reply.data("/courses/totalCount"), count, "{viewer:?}: {}", reply.body);
        }
        assert_eq!(graph.subgraph.ask(&Viewer::anonymous(), query).await.codes(), ["UNAUTHENTICATED"]);
        graph.subgraph.stop().await;
    }
}
