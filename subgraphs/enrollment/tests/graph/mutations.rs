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

    /// P7: every mutation that takes a key, or needs none, can be repeated; another input under the key is refused.
    async fn every_mutation_can_be_repeated(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let order = graph.buy(&learner()).await;
        let unknown = "ord_00000000000000000000000000";
        let cases = [
            (learner(), "subscribe", "membership { id status }", json!({ "planId": PLAN, "paymentToken": "tok_visa" }), ("paymentToken", json!("tok_other"))),
            (admin(), "grantEnrollment", "enrollment { id source }", json!({ "userId": other().user_id(), "courseId": PAID }), ("courseId", json!(FREE))),
            (admin(), "refundOrder", "order { id status }", json!({ "orderId": order, "reason": "asked for" }), ("orderId", json!(unknown))),
        ];
        for (viewer, mutation, entity, mut input, (field, value)) in cases {
            input["idempotencyKey"] = json!(format!("key of {mutation}"));
            let first = graph.subgraph.change(&viewer, mutation, entity, input.clone()).await.body;
            assert!(first["data"][mutation]["userErrors"] == json!([]), "{first}");
            let told = graph.subgraph.published().await;
            assert_eq!(graph.subgraph.change(&viewer, mutation, entity, input.clone()).await.body, first, "{mutation}");
            input[field] = value;
            let conflict = graph.subgraph.change(&viewer, mutation, entity, input).await;
            assert_eq!(conflict.user_error(mutation), "IDEMPOTENCY_CONFLICT", "{}", conflict.body);
            assert_eq!(graph.subgraph.published().await, told, "{mutation}");
        }
        for mutation in ["cancelSubscription", "resumeSubscription"] {
            let change = async || graph.subgraph.change(&learner(), mutation, "membership { status autoRenew }", json!({})).await.body;
            let first = change().await;
            let told = graph.subgraph.published().await;
            assert_eq!((change().await, graph.subgraph.published().await), (first, told), "{mutation}");
        }
        graph.subgraph.stop().await;
    }

    /// AS-102: a key is of the viewer who sent it; the same one of somebody else is another.
    async fn keys_are_ones_own(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let input = json!({ "courseId": FREE, "idempotencyKey": "k" });
        let mine = graph.subgraph.change(&learner(), "enrollInCourse", "enrollment { id }", input.clone()).await;
        let theirs = graph.subgraph.change(&other(), "enrollInCourse", "enrollment { id }", input).await;
        assert_ne!(mine.text_at("/enrollInCourse/enrollment/id"), theirs.text_at("/enrollInCourse/enrollment/id"));
        graph.subgraph.stop().await;
    }

    /// AS-004, AS-149: money that is none, and members that are nobody's to send.
    async fn values_out_of_bounds_are_refused(place: TestDatabase) {
        let graph = Graph::on(place).await;
        let price = |amount: serde_json::Value| json!({ "amountMinor": amount, "currency": "KRW" });
        for (field, value) in [
            ("expectedPrice", price(json!(1.5))), ("expectedPrice", price(json!(9_007_199_254_740_993_i64))),
            ("expectedPrice", json!({ "amountMinor": 1, "currency": "XXX" })), ("idempotencyKey", json!("")),
            ("idempotencyKey", json!("x".repeat(129))), ("courseId", json!("usr_00000000000000000000000001")),
            ("userId", json!(other().user_id())), ("source", json!("ADMIN_GRANT")), ("enrolledAt", json!("2020-01-01T00:00:00Z")),
        ] {
            let mut input = json!({ "courseId": PAID, "paymentToken": "tok_visa" });
            input[field] = value.clone();
            let reply = graph.subgraph.change(&learner(), "enrollInCourse", "enrollment { id }", input).await;
            assert!(!reply.codes().is_empty() && !reply.codes().contains(&"INTERNAL"), "{field} {value}: {}", reply.body);
        }
        let negative = json!({ "courseId": PAID, "paymentToken": "tok_visa", "expectedPrice": price(json!(-1)) });
        let reply = graph.subgraph.change(&learner(), "enrollInCourse", "enrollment { id }", negative).await;
        assert!(reply.user_error("enrollInCourse") == "PRICE_CHANGED" || !reply.codes().is_empty(), "{}", reply.body);
        assert_eq!(graph.subgraph.published().await, Vec::<String>::new());
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
