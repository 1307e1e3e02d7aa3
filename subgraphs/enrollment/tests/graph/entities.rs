//! Entities by their keys, and fields of other subgraphs' entities, read at once (P5, P16).

use kit_ids::CourseId;
use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::json;

use super::{FREE, Graph, PAID, PLAN, PRICE, learner, other, representation};

kit_testing::on_each_database! {
    /// P5, P9: in the order asked for, null for what is not there.
    async fn entities_come_by_key_in_order(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let free = graph.enroll(&learner(), FREE).await;
        let paid = graph.enroll(&learner(), PAID).await;
        let missing = "enr_00000000000000000000000000".to_owned();
        let keys = [&paid, &missing, &free].map(|id| json!({ "id": id }));
        let found = graph.subgraph.entities(&learner(), "Enrollment", keys, "{ id source course { id } user { id } }").await;
        let expected = |id: &str, source: &str, course: CourseId| {
            json!({ "id": id, "source": source, "course": { "id": course }, "user": { "id": learner().user_id() } })
        };
        assert_eq!(found, [expected(&paid, "PURCHASE", PAID), json!(null), expected(&free, "FREE", FREE)]);

        let keys = [json!({ "id": "pln_00000000000000000000000000" }), json!({ "id": PLAN })];
        let plans = graph.subgraph.entities(&Viewer::anonymous(), "Plan", keys, "{ name period active }").await;
        assert_eq!(plans, [json!(null), json!({ "name": "Monthly", "period": "MONTH", "active": true })]);
        graph.subgraph.stop().await;
    }

    /// Domain 3.3, `@requires`: the price is that of the representation, less what a membership takes off.
    async fn prices_follow_what_the_router_brings(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let quote = async |viewer: &Viewer, course, amount| {
            let selection = "{ viewerPrice { amount { amountMinor } discount { amountMinor } reason } }";
            let found = graph.subgraph.entities(viewer, "Course", [representation(course, amount)], selection).await;
            let quote = &found[0]["viewerPrice"];
            (quote["amount"]["amountMinor"].as_i64().unwrap(), quote["discount"]["amountMinor"].as_i64().unwrap(), quote["reason"].as_str().unwrap().to_owned())
        };
        assert_eq!(quote(&learner(), PAID, PRICE).await, (PRICE, 0, "LIST".to_owned()));
        assert_eq!(quote(&learner(), FREE, 0).await, (0, 0, "FREE".to_owned()));
        graph.subscribe(&learner()).await;
        assert_eq!(quote(&learner(), PAID, PRICE).await, (0, PRICE, "SUBSCRIBED".to_owned()));
        assert_eq!(quote(&other(), PAID, PRICE).await, (PRICE, 0, "LIST".to_owned()));
        graph.subgraph.stop().await;
    }

    /// P16: many courses, each with all that the viewer has to do with it: each table once.
    async fn each_loader_reads_once(place: TestDatabase) {
        let graph = Graph::on(place).await;
        graph.enroll(&learner(), FREE).await;
        graph.enroll(&learner(), PAID).await;
        let courses = [(FREE, 0), (PAID, PRICE), (super::DRAFT, 0), (super::MISSING, 5)];
        let courses: Vec<_> = courses.into_iter().map(|(course, amount)| representation(course, amount)).collect();
        let selection = "{ viewerPrice { reason } viewerProgress { percent nextLessonId } viewerEnrollment { order { status } } enrollmentCount }";
        for (table, reads_max) in [("memberships", 1), ("orders", 1), ("course_progress", 1), ("course_lessons", 1), ("enrollments", 2)] {
            let viewer = learner();
            let ask = graph.subgraph.entities(&viewer, "Course", courses.clone(), selection);
            let (reads, found) = graph.subgraph.count_reads(table, ask).await;
            assert_eq!(found[1]["viewerEnrollment"]["order"], json!({ "status": "PAID" }), "{found:?}");
            assert!(reads <= reads_max, "{reads} statements read {table}");
        }
        graph.subgraph.stop().await;
    }
}
