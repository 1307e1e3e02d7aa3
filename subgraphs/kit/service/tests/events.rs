use std::time::Duration;

use kit_events::outbox;
use kit_service::GRAPHQL_PATH;
use kit_testing::TestDatabase;

use crate::stage::{Stage, alice, signed};

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

kit_testing::on_each_database! {
    /// P13, P14: what a request causes carries its flow and its trace, and its consumer hears of it once.
    async fn an_event_carries_on_the_flow_of_its_request(place: TestDatabase) {
        let stage = Stage::new(&place).await;
        let database = stage.running.context().database.clone();
        let heard = database.signal("heard");
        let body = r#"{"query":"mutation { writeNote(input: { body: \"one\" }) { note { id } } }"}"#;
        let mut request = signed(&alice(), GRAPHQL_PATH, body);
        request.headers_mut().insert("traceparent", TRACEPARENT.parse().unwrap());
        request.headers_mut().insert("x-correlation-id", "flow-7".parse().unwrap());
        let answer = stage.send(request).await;
        assert_eq!(answer.header("x-correlation-id"), "flow-7");

        let events = outbox::flow(&database, "flow-7").await.unwrap();
        assert_eq!(events.len(), 1);
        // The span may be one of the request's own.
        assert_eq!(events[0].traceparent.as_deref().map(|parent| &parent[..35]), Some(&TRACEPARENT[..35]));
        assert_eq!(events[0].subject, answer.body["data"]["writeNote"]["note"]["id"]);

        tokio::time::timeout(Duration::from_secs(60), heard.notified()).await.expect("the consumer hears of it");
        let row = database.query("SELECT heard FROM notes").fetch_one().await.unwrap();
        assert_eq!(row.get::<i64>("heard").unwrap(), 1);
        stage.running.stop().await;
    }
}

/// 5.1: until it begins it answers, and neither publishes nor hears: what is seeded comes first. It can be stopped, too.
#[tokio::test]
async fn a_subgraph_is_quiet_until_it_begins() {
    let place = TestDatabase::sqlite();
    let stage = Stage::quiet(&place).await;
    let database = stage.running.context().database.clone();
    let heard = database.signal("heard");
    stage.write("one").await;
    let early = tokio::time::timeout(Duration::from_millis(1_500), heard.notified()).await;
    assert!(early.is_err() && outbox::backlog(&database).await.unwrap() == 1);
    stage.running.begin().await;
    stage.running.begin().await;
    tokio::time::timeout(Duration::from_secs(60), heard.notified()).await.expect("the consumer hears of it");
    stage.running.stop().await;
    stage.running.begin().await;

    let quiet = Stage::quiet(&TestDatabase::sqlite()).await;
    quiet.running.stop().await;
    assert!(quiet.running.context().database.ping().await.is_err());
}

/// P7: what is refused is data, and causes nothing.
#[tokio::test]
async fn a_refused_mutation_publishes_nothing() {
    let place = TestDatabase::sqlite();
    let stage = Stage::new(&place).await;
    let mutation = r#"mutation { writeNote(input: { body: "", clientMutationId: "m" }) {
        note { id } userErrors { code path } clientMutationId } }"#;
    let answer = stage.ask(&alice(), mutation).await;
    let expected = serde_json::json!({
        "note": null, "userErrors": [{ "code": "EMPTY", "path": ["input", "body"] }], "clientMutationId": "m"
    });
    assert_eq!(answer.body["data"]["writeNote"], expected);
    assert_eq!(stage.ask(&kit_viewer::Viewer::anonymous(), mutation).await.code(), "UNAUTHENTICATED");
    assert_eq!(outbox::backlog(&stage.running.context().database).await.unwrap(), 0);
    stage.running.stop().await;
}
