//! Entities by each of their keys, read at once (P5, P16).

use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::{Value, json};

use super::Graph;

const MISSING_COURSE: &str = "crs_00000000000000000000000000";

kit_testing::on_each_database! {
    /// P5, P9: every key, in the order asked for, twice when asked for twice, and null for what is not there.
    async fn entities_come_by_every_key_in_order(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let (one, two) = (graph.published("one").await, graph.published("two").await);
        let nobody = Viewer::anonymous();
        let titles = |entities: Vec<Value>, field: &str| {
            entities.iter().map(|entity| entity[field].as_str().unwrap_or("-").to_owned()).collect::<Vec<_>>()
        };
        let ids = [&two, MISSING_COURSE, &one, &two].map(|id| json!({ "id": id }));
        let found = graph.subgraph.entities(&nobody, "Course", ids, "{ title }").await;
        assert_eq!(titles(found, "title"), ["On two", "-", "On one", "On two"]);
        let slugs = ["one", "none", "two"].map(|slug| json!({ "slug": slug }));
        let found = graph.subgraph.entities(&nobody, "Course", slugs, "{ title }").await;
        assert_eq!(titles(found, "title"), ["On one", "-", "On two"]);

        let categories = [json!({ "slug": "art" }), json!({ "slug": "none" }), json!({ "id": graph.category })];
        let found = graph.subgraph.entities(&nobody, "Category", categories, "{ name }").await;
        assert_eq!(titles(found, "name"), ["Art", "-", "Art"]);

        let lesson = graph.add_lesson(&one, "Second").await;
        let missing = "les_00000000000000000000000000";
        let lessons = [missing, &lesson].map(|id| json!({ "id": id }));
        let found = graph.subgraph.entities(&nobody, "Lesson", lessons, "{ title course { slug } }").await;
        assert_eq!(found, [json!(null), json!({ "title": "Second", "course": { "slug": "one" } })]);
        graph.subgraph.stop().await;
    }

    /// P16: however many entities and lists below them, each loader reads once.
    async fn each_loader_reads_once(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let mut keys = Vec::new();
        for number in 0..6 {
            keys.push(json!({ "id": graph.published(&format!("course-{number}")).await }));
        }
        let selection = "{ title category { name } instructors { id } lessons(first: 2) { edges { node { title } } } }";
        let nobody = Viewer::anonymous();
        for (table, reads_max) in [("courses", 1), ("categories", 1), ("course_instructors", 1), ("lessons", 1)] {
            let ask = graph.subgraph.entities(&nobody, "Course", keys.clone(), selection);
            let (reads, found) = graph.subgraph.count_reads(table, ask).await;
            assert!(found.iter().all(|course| course["lessons"]["edges"][0]["node"]["title"] == "First"), "{found:?}");
            assert!(reads <= reads_max, "{reads} statements read {table}");
        }
        graph.subgraph.stop().await;
    }

    /// P16: the courses that several people teach.
    async fn the_courses_of_several_teachers_are_read_at_once(place: TestDatabase) {
        let graph = Graph::on(place).await;
        graph.published("one").await;
        graph.published("two").await;
        let people = [super::owner(), super::other(), super::learner()].map(|viewer| json!({ "id": viewer.user_id() }));
        let selection = "{ taughtCourses(first: 1) { totalCount edges { node { slug } } } }";
        let nobody = Viewer::anonymous();
        let ask = graph.subgraph.entities(&nobody, "User", people, selection);
        let (reads, found) = graph.subgraph.count_reads("course_instructors", ask).await;
        let counts: Vec<&Value> = found.iter().map(|user| &user["taughtCourses"]["totalCount"]).collect();
        assert_eq!(counts, [2, 0, 0]);
        // One for the pages, one for the counts.
        assert!(reads <= 2, "{reads} statements");
        graph.subgraph.stop().await;
    }
}
