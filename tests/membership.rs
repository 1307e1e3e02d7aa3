//! F2, Subscribe (domain 3.12): a membership from its first day to its last, through the router alone. The machine's
//! clock is moved under the whole product, which stops and starts again a month later as a machine might.

use std::time::Duration;

use serde_json::{Value, json};

use crate::product::{Calendar, Client, Product, Shape};

const EMAIL: &str = "f2-member@demo.invalid";
const SECRET: &str = "a long enough secret";

/// What the member sees of their membership, their notices, and of a lesson of a course that they have not enrolled in.
async fn look(client: &Client, lesson: &Value) -> Value {
    let operation = "query($lesson: ID!) { \
        me { activeSubscription { status autoRenew } notifications(first: 20) { edges { node { kind } } } } \
        playable(id: $lesson) { stream { __typename ... on AccessDenied { reason } } } }";
    let reply = client.operation(operation, json!({ "lesson": lesson })).await;
    let notices = reply.data()["me"]["notifications"]["edges"].as_array().unwrap().iter();
    let notices: Vec<&Value> = notices.map(|edge| &edge["node"]["kind"]).collect();
    json!({
        "status": reply.at("/data/me/activeSubscription/status"),
        "stream": reply.at("/data/playable/stream/reason").as_str().or(reply.at("/data/playable/stream/__typename").as_str()),
        "notices": notices,
    })
}

/// Waits until what the member sees is this.
async fn sees(client: &Client, lesson: &Value, expected: Value) {
    let mut last = Value::Null;
    for _ in 0..600 {
        last = look(client, lesson).await;
        if last == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(last, expected);
}

/// A lesson that is neither free to see nor free to enrol in.
async fn paid_lesson(client: &Client) -> Value {
    let operation = "{ courses(first: 60) { edges { node { listPrice { amountMinor } lessons(first: 8) { edges { node { id isFreePreview } } } } } } }";
    let reply = client.query(operation).await;
    let courses = reply.data()["courses"]["edges"].as_array().unwrap().clone();
    let paid = courses.iter().filter(|course| course["node"]["listPrice"]["amountMinor"].as_i64() > Some(0));
    let lessons = paid.flat_map(|course| course["node"]["lessons"]["edges"].as_array().unwrap());
    lessons.map(|lesson| &lesson["node"]).find(|lesson| lesson["isFreePreview"] == false).unwrap()["id"].clone()
}

async fn a_membership_lives_and_ends(shape: Shape) {
    let Some(mut calendar) = Calendar::new() else { return };
    let start = |calendar: &Calendar| {
        let calendar = calendar.clone();
        async move { tokio::task::spawn_blocking(move || Product::start_on(shape, &calendar)).await.unwrap() }
    };
    let product = start(&calendar).await;
    let member = product.client();
    let registered =
        member.post("/auth/v1/register", &json!({ "name": "Member", "email": EMAIL, "password": SECRET })).await;
    let member = member.with_token(registered.at("/accessToken").as_str().unwrap());
    let lesson = paid_lesson(&member).await;
    sees(&member, &lesson, json!({ "status": null, "stream": "NOT_ENROLLED", "notices": [] })).await;

    let plans = member.query("{ plans { id period active } }").await;
    let plans = plans.data()["plans"].as_array().unwrap().clone();
    let monthly = plans.iter().find(|plan| plan["period"] == "MONTH" && plan["active"] == true).unwrap();
    let subscribed = member
        .operation(
            "mutation($in: SubscribeInput!) { subscribe(input: $in) { membership { status } userErrors { message } } }",
            json!({ "in": { "planId": monthly["id"], "paymentToken": "tok_decline_later", "autoRenew": true } }),
        )
        .await;
    assert_eq!(subscribed.data()["subscribe"], json!({ "membership": { "status": "ACTIVE" }, "userErrors": [] }));
    sees(&member, &lesson, json!({ "status": "ACTIVE", "stream": "StreamTicket", "notices": [] })).await;
    product.stop();

    // What is seen after so many days. The month ends after 30; each day after that is another try, and the third day ends
    // it.
    let (soon, failed) = ("enrollment.membership.expiring_soon", "enrollment.membership.payment_failed");
    let expired = "enrollment.membership.expired";
    for (days, status, stream, notices) in [
        (28.0, "ACTIVE", "StreamTicket", vec![soon]),
        (30.5, "PAST_DUE", "StreamTicket", vec![failed, soon]),
        (31.5, "PAST_DUE", "StreamTicket", vec![failed, failed, soon]),
        (32.5, "PAST_DUE", "StreamTicket", vec![failed, failed, failed, soon]),
        (33.5, "", "SUBSCRIPTION_EXPIRED", vec![expired, failed, failed, failed, soon]),
    ] {
        calendar.set(Duration::from_secs_f64(days * 86_400.0));
        let product = start(&calendar).await;
        let member = product.client().sign_in(EMAIL, SECRET).await;
        let status = if status.is_empty() { Value::Null } else { json!(status) };
        sees(&member, &lesson, json!({ "status": status, "stream": stream, "notices": notices })).await;
        product.stop();
    }
}

/// F2; S0-SUB-1, S0-SUB-2.
#[tokio::test]
async fn one_process() {
    a_membership_lives_and_ends(Shape::OneProcess).await;
}

/// F2 between MariaDB and Redis.
#[tokio::test]
async fn distributed() {
    a_membership_lives_and_ends(Shape::Distributed).await;
}
