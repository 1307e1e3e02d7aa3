//! What docs/studio-json.md says is asked, and what it says is told.

use http::Method;
use serde_json::Value;

use super::{ask, remembering, token, told};
use crate::testkit::Graph;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/studio-json.md");

/// The questions of the page, each with the answer that stands below it.
fn documented() -> Vec<(String, Value)> {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let (mut found, mut asked) = (Vec::new(), None);
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(start) = line.find("`GET /") {
            let target = &line[start + "`GET ".len()..];
            asked = Some(target[..target.find('`').unwrap()].to_owned());
        }
        if line == "```json" {
            let text: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            let answer: Value =
                serde_json::from_str(&text.join("\n")).unwrap_or_else(|error| panic!("{error}: {text:?}"));
            if let Some(asked) = asked.take() {
                found.push((asked, answer));
            }
        }
    }
    found
}

/// Whether all that is written is told, and is of the same kind. What is null is not there now; of a list the first counts.
fn assert_told(written: &Value, told: &Value, place: &str) {
    match (written, told) {
        (Value::Null, _) | (_, Value::Null) => {}
        (Value::Object(written), Value::Object(told)) => {
            for (name, value) in written {
                let told = told.get(name).unwrap_or_else(|| panic!("{place}.{name} is not told"));
                assert_told(value, told, &format!("{place}.{name}"));
            }
        }
        (Value::Array(written), Value::Array(told)) => {
            if let (Some(written), Some(told)) = (written.first(), told.first()) {
                assert_told(written, told, &format!("{place}[0]"));
            }
        }
        (Value::Number(_), Value::Number(_))
        | (Value::String(_), Value::String(_))
        | (Value::Bool(_), Value::Bool(_)) => {}
        _ => panic!("{place} is {told}, and not like {written}"),
    }
}

async fn asked() -> Graph {
    let graph = remembering(|settings| settings.faults = true).await;
    for _ in 0..3 {
        graph.query("query Courses { me { id courses } }").await;
    }
    graph
}

#[tokio::test]
async fn every_question_of_the_page_has_the_answer_that_stands_there() {
    let graph = asked().await;
    let hash = told(&graph, "/ops/operations").await["operations"][0]["hash"].as_str().unwrap().to_owned();
    let trace = told(&graph, "/ops/traces").await["traces"][0]["traceId"].as_str().unwrap().to_owned();
    let documented = documented();
    assert!(documented.len() >= 11, "{documented:#?}");
    for (target, written) in documented {
        let target = target.replace("{hash}", &hash).replace("{traceId}", &trace);
        assert_told(&written, &told(&graph, &target).await, &target);
    }
}

/// The header of the page is heeded, and its order taken.
#[tokio::test]
async fn faults_are_ordered_as_the_page_says() {
    let graph = asked().await;
    let page = std::fs::read_to_string(PAGE).unwrap();
    let order = page.lines().find(|line| line.starts_with("{ \"subgraph\": \"learning\"")).unwrap();
    let order: Value = serde_json::from_str(order).unwrap();
    let ordered = ask(&graph, Method::POST, "/ops/faults", "ops:read admin", Some(&order)).await;
    assert_eq!((ordered.status.as_u16(), &ordered.json()["faults"][0]["delayMs"]), (200, &300.into()));
    ask(&graph, Method::DELETE, "/ops/faults/learning", "ops:read admin", None).await;
    for start in page.match_indices("x-fault: ").map(|(index, name)| index + name.len()) {
        let fault = &page[start..start + page[start..].find('`').unwrap()];
        let token = format!("Bearer {}", token(&graph, "admin"));
        let query = serde_json::json!({ "query": "query Courses { me { id courses } }" });
        graph.post(&query, &[("authorization", &token), ("x-fault", fault)]).await;
        assert_eq!(told(&graph, "/ops/traces").await["traces"][0]["keptFor"], "fault", "{fault}");
    }
}
