//! Progressive overrides (`@override(label:)`): which side of a field is asked.

use serde_json::json;

use crate::testkit::{Graph, reply};

/// A graph in which learning takes over two fields of identity: one for a part of the requests, one behind a name.
fn graph(percent: &str, on: &[&str]) -> Graph {
    let link = |imports: &str| {
        format!("extend schema @link(url: \"https://specs.apollo.dev/federation/v2.7\", import: [{imports}])\n")
    };
    let identity = link("\"@shareable\"") + "type Query { moved: String flagged: String }";
    let learning = link("\"@override\"")
        + &format!(
            "type Query {{ moved: String @override(from: \"identity\", label: \"percent({percent})\")
             flagged: String @override(from: \"identity\", label: \"new-side\") }}"
        );
    let graph = Graph::builder()
        .schemas(&identity, &learning)
        .settings(|settings| settings.operations.override_labels = on.iter().map(|label| (*label).to_owned()).collect())
        .build();
    graph.identity.answer(|_| reply(200, &json!({ "data": { "moved": "identity", "flagged": "identity" } })));
    graph.learning.answer(|_| reply(200, &json!({ "data": { "moved": "learning", "flagged": "learning" } })));
    graph
}

#[tokio::test]
async fn a_percentage_of_the_requests_gets_the_new_side() {
    for (percent, expected) in [("0", 0..=0), ("100", 200..=200), ("50", 50..=150)] {
        let graph = graph(percent, &[]);
        let mut new = 0;
        for _ in 0..200 {
            new += usize::from(graph.query("{ moved }").await.json()["data"]["moved"] == "learning");
        }
        // Of 200 fair draws fewer than 50 or more than 150 are the new side once in 10^12 runs.
        assert!(expected.contains(&new), "{percent} %: {new} of 200");
    }
}

#[tokio::test]
async fn a_named_side_is_on_when_the_configuration_says_so() {
    for (on, expected) in [(&[][..], "identity"), (&["new-side"][..], "learning"), (&["other"][..], "identity")] {
        let reply = graph("0", on).query("{ flagged moved }").await;
        assert_eq!(reply.json()["data"], json!({ "flagged": expected, "moved": "identity" }), "{on:?}");
    }
}

#[test]
fn a_percentage_cannot_be_switched_on() {
    let mut settings = router_server::RouterSettings::default();
    settings.operations.override_labels.insert("percent(5)".to_owned());
    assert!(settings.validate().unwrap_err().to_string().contains("operations.override_labels"));
}
