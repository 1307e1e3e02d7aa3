//! Who may see and do what (P10, P11).

use kit_testing::TestDatabase;
use kit_viewer::Viewer;
use serde_json::{Value, json};

use super::{FREE, Graph, PAID, PLAN, admin, learner, other, representation};

kit_testing::on_each_database! {
    /// P10, AS-096, AS-099: whoever is not signed in changes nothing, and what is for administrators is for them alone.
    async fn every_mutation_knows_who_may(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let order = graph.buy(&learner()).await;
        let user = learner().user_id();
        let mutations: [(&str, &str, Value, bool); 6] = [
            ("enrollInCourse", "enrollment { id }", json!({ "courseId": FREE }), false),
            ("subscribe", "membership { id }", json!({ "planId": PLAN, "paymentToken": "tok_visa" }), false),
            ("cancelSubscription", "membership { id }", json!({}), false),
            ("resumeSubscription", "membership { id }", json!({}), false),
            ("grantEnrollment", "enrollment { id }", json!({ "userId": user, "courseId": FREE }), true),
            ("refundOrder", "order { id }", json!({ "orderId": order }), true),
        ];
        for (mutation, entity, input, for_administrators) in mutations {
            let told = graph.subgraph.published().await;
            let reply = graph.subgraph.change(&Viewer::anonymous(), mutation, entity, input.clone()).await;
            assert_eq!(reply.codes(), ["UNAUTHENTICATED"], "{mutation}: {}", reply.body);
            if for_administrators {
                for viewer in [learner(), other()] {
                    let reply = graph.subgraph.change(&viewer, mutation, entity, input.clone()).await;
                    assert_eq!(reply.codes(), ["FORBIDDEN"], "{mutation}: {}", reply.body);
                }
            }
            assert_eq!(graph.subgraph.published().await, told, "{mutation} refused and told of");
            let viewer = if for_administrators { admin() } else { other() };
            let reply = graph.subgraph.change(&viewer, mutation, entity, input).await;
            assert!(reply.codes().is_empty(), "{mutation}: {}", reply.body);
        }
        graph.subgraph.stop().await;
    }

    /// P11, AS-097: places, orders and memberships are their owner's; `user:read`, which administrators have, sees them, too.
    async fn what_is_private_is_for_its_owner(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let order = graph.buy(&learner()).await;
        let enrollment = graph.enroll(&learner(), FREE).await;
        let membership = graph.subscribe(&learner()).await;
        let entities = [("Enrollment", enrollment), ("Order", order), ("Membership", membership)];
        for (viewer, sees) in [(Viewer::anonymous(), false), (other(), false), (learner(), true), (admin(), true)] {
            for (name, id) in &entities {
                let found = graph.subgraph.entities(&viewer, name, [json!({ "id": id })], "{ id }").await;
                assert_eq!(!found[0].is_null(), sees, "{name} for {viewer:?}");
            }
            let key = [json!({ "id": learner().user_id() })];
            let selection = "{ enrollments(first: 9) { totalCount } activeSubscription { status } }";
            let user = &graph.subgraph.entities(&viewer, "User", key, selection).await[0];
            assert_eq!(!user["enrollments"].is_null(), sees, "enrollments for {viewer:?}: {user}");
            assert_eq!(!user["activeSubscription"].is_null(), sees, "activeSubscription for {viewer:?}: {user}");
        }
        graph.subgraph.stop().await;
    }

    /// P11, AS-098: what depends on the viewer is refused without one; what everybody may know is not.
    async fn the_viewers_fields_need_a_viewer(place: TestDatabase) {
        let graph = Graph::on(place).await;
        graph.enroll(&learner(), PAID).await;
        let course = [representation(PAID, 10_000)];
        let selection = "{ viewerPrice { reason } viewerProgress { percent } viewerEnrollment { source } enrollmentCount }";
        let nobody = graph.subgraph.entities(&Viewer::anonymous(), "Course", course.clone(), selection).await;
        for field in ["viewerPrice", "viewerProgress", "viewerEnrollment"] {
            assert!(nobody[0][field].is_null(), "{field}");
        }
        assert_eq!(nobody[0]["enrollmentCount"], 1);
        let mine = graph.subgraph.entities(&learner(), "Course", course.clone(), selection).await;
        assert_eq!(mine[0]["viewerEnrollment"], json!({ "source": "PURCHASE" }));
        let others = graph.subgraph.entities(&other(), "Course", course, selection).await;
        assert_eq!(others[0]["viewerEnrollment"], json!(null));
        graph.subgraph.stop().await;
    }

    /// P10, AS-101: other subgraphs ask for entitlements in their own name; a user's request does not get through.
    async fn entitlements_are_for_services(place: TestDatabase) {
        let graph = Graph::on(place).await;
        graph.enroll(&learner(), FREE).await;
        let user = learner().user_id().unwrap();
        let query = format!("{{ entitlements(userId: \"{user}\", resourceIds: [\"{FREE}\", \"{PAID}\"]) {{ granted }} }}");
        for viewer in [Viewer::anonymous(), learner(), admin()] {
            let reply = graph.subgraph.ask(&viewer, &query).await;
            assert!(!reply.codes().is_empty() && reply.data("/entitlements").is_null(), "{viewer:?}: {}", reply.body);
        }
        let reply = graph.subgraph.ask(&Viewer::service("media"), &query).await;
        assert_eq!(*reply.data("/entitlements"), json!([{ "granted": true }, { "granted": false }]), "{}", reply.body);
        graph.subgraph.stop().await;
    }
}
