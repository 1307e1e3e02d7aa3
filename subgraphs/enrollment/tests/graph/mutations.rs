//! Each mutation's payload: what it holds, each refusal as data, and a request that comes twice (P7, P8, domain 3.3).

use kit_testing::TestDatabase;
use serde_json::json;

use super::{DRAFT, FREE, Graph, MISSING, PAID, PLAN, PRICE, admin, learner, other};

const ENROLLMENT: &str = "enrollment { id source completedAt order { status amount { amountMinor } } }";

kit_testing::on_each_database! {
    /// P7: the entity, no user errors, and what the client sent along.
    async fn places_are_bought_granted_and_paid_back(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let price = json!({ "amountMinor": PRICE, "currency": "KRW" });
        let buy = json!({ "courseId": PAID, "paymentToken": "tok_visa", "expectedPrice": price, "clientMutationId": "mine" });
        let bought = graph.subgraph.change(&learner(), "enrollInCourse", ENROLLMENT, buy).await;
        let id = bought.text_at("/enrollInCourse/enrollment/id");
        assert!(id.starts_with("enr_"), "P5: {id}");
        let payload = json!({
            "enrollment": { "id": id, "source": "PURCHASE", "completedAt": null,
                            "order": { "status": "PAID", "amount": { "amountMinor": PRICE } } },
            "userErrors": [], "clientMutationId": "mine",
        });
        assert_eq!(*bought.data("/enrollInCourse"), payload);

        let grant = json!({ "userId": other().user_id(), "courseId": PAID });
        let granted = graph.subgraph.change(&admin(), "grantEnrollment", ENROLLMENT, grant).await;
        assert_eq!(granted.data("/grantEnrollment/enrollment/source"), "ADMIN_GRANT", "{}", granted.body);

        let order = graph.subgraph.entities(&learner(), "Enrollment", [json!({ "id": id })], "{ order { id } }").await;
        let refund = json!({ "orderId": order[0]["order"]["id"], "reason": "asked for" });
        let refunded = graph.subgraph.change(&admin(), "refundOrder", "order { status }", refund).await;
        assert_eq!(refunded.data("/refundOrder/order/status"), "REFUNDED", "{}", refunded.body);
        graph.subgraph.stop().await;
    }

    async fn a_membership_is_bought_cancelled_and_resumed(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let membership = "membership { status autoRenew daysLeft currentPeriodEnd plan { name } }";
        let input = json!({ "planId": PLAN, "paymentToken": "tok_visa", "autoRenew": true });
        let bought = graph.subgraph.change(&learner(), "subscribe", membership, input).await;
        let expected = json!({
            "status": "ACTIVE", "autoRenew": true, "daysLeft": 30, "currentPeriodEnd": "2026-07-01T00:00:00.000Z",
            "plan": { "name": "Monthly" },
        });
        assert_eq!(*bought.data("/subscribe/membership"), expected, "{}", bought.body);
        let renews = async |mutation: &str| {
            let reply = graph.subgraph.change(&learner(), mutation, "membership { autoRenew }", json!({})).await;
            reply.data(&format!("/{mutation}/membership/autoRenew")).as_bool()
        };
        assert_eq!(renews("cancelSubscription").await, Some(false));
        assert_eq!(renews("resumeSubscription").await, Some(true));
        graph.subgraph.stop().await;
    }

    /// Domain 3.3, 7.1: each user error; nobody has a place and nothing is told.
    async fn each_refusal_is_data_and_changes_nothing(place: TestDatabase) {
        let graph = Graph::on(place).await;
        graph.enroll(&learner(), FREE).await;
        graph.subscribe(&other()).await;
        let told = graph.subgraph.published().await;
        let dearer = json!({ "amountMinor": PRICE - 1, "currency": "KRW" });
        let cases = [
            (learner(), "enrollInCourse", json!({ "courseId": FREE }), "ALREADY_ENROLLED"),
            (learner(), "enrollInCourse", json!({ "courseId": DRAFT }), "NOT_PUBLISHED"),
            (learner(), "enrollInCourse", json!({ "courseId": MISSING }), "NOT_FOUND"),
            (learner(), "enrollInCourse", json!({ "courseId": PAID, "paymentToken": "tok_visa", "expectedPrice": dearer }), "PRICE_CHANGED"),
            (learner(), "enrollInCourse", json!({ "courseId": PAID, "paymentToken": "tok_decline" }), "PAYMENT_DECLINED"),
            (learner(), "subscribe", json!({ "planId": "pln_00000000000000000000000000", "paymentToken": "tok_visa" }), "NOT_FOUND"),
            (learner(), "subscribe", json!({ "planId": PLAN, "paymentToken": "tok_decline" }), "PAYMENT_DECLINED"),
            (other(), "subscribe", json!({ "planId": PLAN, "paymentToken": "tok_visa" }), "MEMBERSHIP_EXISTS"),
            (learner(), "cancelSubscription", json!({}), "NO_MEMBERSHIP"),
            (learner(), "resumeSubscription", json!({}), "NO_MEMBERSHIP"),
            (admin(), "grantEnrollment", json!({ "userId": learner().user_id(), "courseId": FREE }), "ALREADY_ENROLLED"),
            (admin(), "grantEnrollment", json!({ "userId": learner().user_id(), "courseId": MISSING }), "NOT_FOUND"),
            (admin(), "refundOrder", json!({ "orderId": "ord_00000000000000000000000000" }), "NOT_FOUND"),
        ];
        for (viewer, mutation, input, code) in cases {
            let entity = match mutation {
                "enrollInCourse" | "grantEnrollment" => "enrollment",
                "refundOrder" => "order",
                _ => "membership",
            };
            let reply = graph.subgraph.change(&viewer, mutation, &format!("{entity} {{ id }}"), input.clone()).await;
            assert_eq!(reply.user_error(mutation), code, "{mutation} {input}: {}", reply.body);
            assert!(reply.data(&format!("/{mutation}/{entity}")).is_null(), "{mutation} {input}");
        }
        assert_eq!(graph.subgraph.published().await, told);
        graph.subgraph.stop().await;
    }

    /// P7: the same key and input charge once and answer alike; the same key with another input is refused.
    async fn a_repeated_request_acts_once(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let mut input = json!({ "courseId": PAID, "paymentToken": "tok_visa", "idempotencyKey": "k1" });
        let enroll = async |input| graph.subgraph.change(&learner(), "enrollInCourse", ENROLLMENT, input).await.body;
        let first = enroll(input.clone()).await;
        assert!(first["data"]["enrollInCourse"]["enrollment"]["id"].is_string(), "{first}");
        assert_eq!(enroll(input.clone()).await, first);
        input["courseId"] = json!(FREE);
        let other = enroll(input).await;
        assert_eq!(other["data"]["enrollInCourse"]["userErrors"][0]["code"], "IDEMPOTENCY_CONFLICT");
        let orders = graph.subgraph.database().query("SELECT COUNT(*) FROM orders").fetch_one().await.unwrap();
        assert_eq!(orders.get::<i64>(0).unwrap(), 1);
        graph.subgraph.stop().await;
    }
}
