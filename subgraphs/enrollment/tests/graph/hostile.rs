//! Text that is not meant well, and ids of what belongs to others.

use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::json;

use super::{FREE, Graph, PAID, PLAN, admin, learner, other};

kit_testing::on_each_database! {
    /// OW-02: whatever takes text takes it as text.
    async fn no_text_becomes_part_of_a_statement(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let known = [
            ("courseId", json!(FREE)), ("planId", json!(PLAN)), ("userId", json!(learner().user_id())),
            ("resourceIds", json!([FREE])),
        ];
        let sdl = (enrollment::SUBGRAPH.sdl)();
        for viewer in [admin(), Viewer::service("media")] {
            let places = kit_testing::assert_text_stays_text(&graph.subgraph, &sdl, &viewer, &known).await;
            assert!(places > 15, "{places}");
        }
        graph.subgraph.stop().await;
    }

    /// FED-05, FED-06, FED-28, FED-29, ADV-80, OW-16: what is someone else's looks as what is not there, by whichever way it is asked for,
    /// and whatever a representation claims beside its key.
    async fn ids_of_others_are_those_of_nothing(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let order = graph.buy(&learner()).await;
        let own = [
            ("Enrollment", graph.enroll(&learner(), FREE).await),
            ("Order", order),
            ("Membership", graph.subscribe(&learner()).await),
        ];
        let missing = |id: &str| format!("{}{}", &id[..4], "0".repeat(26));
        for (name, id) in &own {
            for (viewer, sees) in [(Viewer::anonymous(), false), (other(), false), (learner(), true), (admin(), true)] {
                let ask = async |id: &str| {
                    let key = json!({
                        "__typename": name, "id": id, "status": "PAID", "source": "GRANT",
                        "user": { "__typename": "User", "id": viewer.user_id() },
                    });
                    let query = format!("query($all: [_Any!]!) {{ _entities(representations: $all) {{ ... on {name} {{ id }} }} }}");
                    let reply = graph.subgraph.ask_with(&viewer, &query, json!({ "all": [key] })).await;
                    (reply.data("/_entities").clone(), reply.codes().join(" "))
                };
                let (found, nothing) = (ask(id).await, ask(&missing(id)).await);
                assert_eq!(nothing, (json!([null]), String::new()));
                assert_eq!(found == nothing, !sees, "{name} for {viewer:?}: {found:?}");
                for malformed in ["", "1", PLAN.to_string().as_str(), &id[4..], &format!("{id}0"), "ZW5yOjE="] {
                    let (data, codes) = ask(malformed).await;
                    assert!(data.is_null() || data == json!([null]), "{name} {malformed}: {data} {codes}");
                    assert_ne!(codes, "INTERNAL", "{name} {malformed}");
                }
            }
        }
        let typed = async |viewer: &Viewer, id: &str| {
            let reply = graph.subgraph.ask(viewer, &format!("{{ enrollment(id: \"{id}\") {{ id }} }}")).await;
            (reply.data("/enrollment").clone(), reply.codes().join(" "))
        };
        let id = &own[0].1;
        for viewer in [Viewer::anonymous(), other()] {
            assert_eq!(typed(&viewer, id).await, typed(&viewer, &missing(id)).await, "{viewer:?}");
        }
        assert_eq!(typed(&learner(), id).await.0["id"], json!(id));
        graph.subgraph.stop().await;
    }

    /// OW-18, FED-29: an order of somebody else's cannot be refunded by naming it; who may not learns nothing of which there are.
    async fn inputs_name_nothing_of_others(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let order = graph.buy(&learner()).await;
        let enroll = json!({ "userId": learner().user_id(), "courseId": PAID });
        let told = graph.subgraph.published().await;
        for viewer in [Viewer::anonymous(), learner(), other()] {
            let mut answers = Vec::new();
            for id in [order.as_str(), "ord_00000000000000000000000000"] {
                let reply = graph.subgraph.change(&viewer, "refundOrder", "order { id }", json!({ "orderId": id })).await;
                answers.push(reply.codes().join(" "));
            }
            assert!(answers[0] == answers[1] && !answers[0].is_empty(), "{viewer:?}: {answers:?}");
            let reply = graph.subgraph.change(&viewer, "grantEnrollment", "enrollment { id }", enroll.clone()).await;
            assert!(!reply.codes().is_empty(), "{}", reply.body);
        }
        assert_eq!(graph.subgraph.published().await, told);
        graph.subgraph.stop().await;
    }

    /// FED-31: many requests of two people at once, for the same course; each sees what is their own.
    async fn nothing_is_loaded_for_another(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let own = [(learner(), graph.enroll(&learner(), FREE).await), (other(), graph.enroll(&other(), FREE).await)];
        let course = || [super::representation(FREE, 0)];
        let selection = "{ viewerEnrollment { id user { id } } }";
        let ask = |(viewer, _): &'_ (Viewer, String)| {
            let (graph, viewer) = (&graph, viewer.clone());
            async move { graph.subgraph.entities(&viewer, "Course", course(), selection).await }
        };
        let expected = |(viewer, id): &(Viewer, String)| {
            [json!({ "viewerEnrollment": { "id": id, "user": { "id": viewer.user_id() } } })]
        };
        for _ in 0..250 {
            let found = tokio::join!(ask(&own[0]), ask(&own[1]), ask(&own[0]), ask(&own[1]));
            for (number, found) in [found.0, found.1, found.2, found.3].into_iter().enumerate() {
                assert_eq!(found, expected(&own[number % 2]));
            }
        }
        graph.subgraph.stop().await;
    }
}
