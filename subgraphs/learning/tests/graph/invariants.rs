//! What holds of a course whatever is done to it (domain 3.2).

use kit_testing::TestDatabase;
use serde_json::{Value, json};

use super::{Graph, admin, other, owner};

/// Courses whose counts are not those of their lessons, or whose lessons are not at 1 to n.
const BROKEN: &str = "SELECT COUNT(*) FROM courses c WHERE
  c.lesson_count <> (SELECT COUNT(*) FROM lessons l WHERE l.course_id = c.id)
  OR c.total_duration <> (SELECT COALESCE(SUM(l.duration_seconds), 0) FROM lessons l WHERE l.course_id = c.id)
  OR c.lesson_count <> (SELECT COALESCE(MAX(l.position), 0) FROM lessons l WHERE l.course_id = c.id)";

kit_testing::on_each_database! {
    /// Domain 3.2: the slug, the currency and the last instructor of a course that is open stay; all else changes.
    async fn what_is_open_keeps_its_slug_and_currency(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let course = graph.published("colour").await;
        let version = async || {
            let reply = graph.subgraph.ask(&owner(), &format!("{{ course(id: \"{course}\") {{ version }} }}")).await;
            reply.data("/course/version").clone()
        };
        let change = async |field: &str, value: Value| {
            let mut input = json!({ "courseId": course, "expectedVersion": version().await });
            input[field] = value;
            graph.subgraph.change(&owner(), "updateCourse", "course { slug listPrice { amountMinor currency } }", input).await
        };
        let dollars = json!({ "amountMinor": 10_000, "currency": "USD" });
        for (field, value) in [("slug", json!("other")), ("listPrice", dollars)] {
            let refused = change(field, value).await;
            assert_eq!(refused.codes(), ["BAD_USER_INPUT"], "{field}: {}", refused.body);
        }
        let nobody = change("instructorIds", json!([])).await;
        assert!(nobody.user_error("updateCourse") == "NOT_PUBLISHABLE" || !nobody.codes().is_empty(), "{}", nobody.body);
        let given_away = change("instructorIds", json!([other().user_id()])).await;
        assert_eq!(given_away.codes(), ["FORBIDDEN"], "nobody makes others answer for a course: {}", given_away.body);
        let cheaper = change("listPrice", json!({ "amountMinor": 1, "currency": "KRW" })).await;
        let expected = json!({ "slug": "colour", "listPrice": { "amountMinor": 1, "currency": "KRW" } });
        assert_eq!(*cheaper.data("/updateCourse/course"), expected, "{}", cheaper.body);
        graph.subgraph.stop().await;
    }

    /// P7: what needs no key can be repeated, and is told once; a change of a version is refused the second time.
    async fn repeated_requests_are_told_once(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let course = graph.published("colour").await;
        let second = graph.add_lesson(&course, "Second").await;
        let once = [
            ("publishCourse", "course { status version }", json!({ "courseId": course })),
            ("moveLesson", "lesson { position }", json!({ "lessonId": second, "position": 1 })),
            ("archiveCourse", "course { status version }", json!({ "courseId": course })),
        ];
        for (mutation, entity, input) in once {
            let first = graph.subgraph.change(&owner(), mutation, entity, input.clone()).await.body;
            let told = graph.subgraph.published().await;
            let again = graph.subgraph.change(&owner(), mutation, entity, input).await.body;
            assert_eq!((again, graph.subgraph.published().await), (first, told), "{mutation}");
        }
        let remove = json!({ "lessonId": second });
        let removed = graph.subgraph.change(&admin(), "removeLesson", "course { lessonCount }", remove.clone()).await;
        assert_eq!(removed.user_error("removeLesson"), "", "{}", removed.body);
        let again = graph.subgraph.change(&admin(), "removeLesson", "course { lessonCount }", remove).await;
        assert_eq!(again.user_error("removeLesson"), "NOT_FOUND", "{}", again.body);
        graph.subgraph.stop().await;
    }

    /// 7.4, domain 3.2: number, length and places of lessons are those of the course, after whatever came before.
    async fn counts_are_those_of_the_lessons(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let course = graph.draft("colour").await;
        let mut lessons: Vec<String> = Vec::new();
        let mut chance = 7_usize;
        for step in 0..60 {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (kind, any) = (chance >> 33 & 3, chance >> 40);
            let of_lesson = lessons.get(any % lessons.len().max(1)).cloned();
            match (kind, of_lesson) {
                (1, Some(lesson)) => {
                    let input = json!({ "lessonId": lesson, "position": any % lessons.len() + 1 });
                    graph.subgraph.change(&owner(), "moveLesson", "lesson { id }", input).await;
                }
                (2, Some(lesson)) => {
                    let input = json!({ "lessonId": lesson, "durationSeconds": any % 5_000 });
                    graph.subgraph.change(&owner(), "updateLesson", "lesson { id }", input).await;
                }
                (3, Some(lesson)) => {
                    graph.subgraph.change(&owner(), "removeLesson", "course { id }", json!({ "lessonId": lesson })).await;
                    lessons.retain(|one| *one != lesson);
                }
                _ => lessons.push(graph.add_lesson(&course, &format!("Lesson {step}")).await),
            }
            let broken = graph.subgraph.database().query(BROKEN).fetch_one().await.unwrap();
            assert_eq!(broken.get::<i64>(0).unwrap(), 0, "after step {step}");
        }
        let shown = graph.subgraph.ask(&owner(), &format!("{{ course(id: \"{course}\") {{ lessonCount }} }}")).await;
        assert_eq!(*shown.data("/course/lessonCount"), json!(lessons.len()));
        graph.subgraph.stop().await;
    }
}
