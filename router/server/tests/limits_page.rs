//! docs/limits.md says what is: its examples are run.

use serde_json::{Value, json};

use crate::testkit::{Graph, reply};

const PAGE: &str = include_str!("../../../docs/limits.md");

/// The page's blocks of code in one language, in order, each with the text before it.
fn blocks(language: &str) -> Vec<(&'static str, &'static str)> {
    let mut pieces = PAGE.split("\n```");
    let mut before = pieces.next().unwrap();
    let mut found = Vec::new();
    while let Some(block) = pieces.next() {
        if let Some(code) = block.strip_prefix(language) {
            found.push((before, code.trim()));
        }
        before = pieces.next().unwrap();
    }
    found
}

/// The number after the last "costs" of a text.
fn said_cost(text: &str) -> u64 {
    let digits = text.rsplit_once("costs ").unwrap().1.chars().take_while(char::is_ascii_digit);
    digits.collect::<String>().parse().unwrap()
}

async fn cost_of(graph: &Graph, query: &str) -> (u64, Value) {
    graph.identity.answer(|_| reply(200, &json!({ "data": {} })));
    let answer = graph.post(&json!({ "query": query }), &[("x-cost", "1")]).await.json();
    let told = &answer["extensions"]["cost"]["requested"];
    let refused = &answer["errors"][0]["extensions"]["cost"];
    (told.as_u64().or(refused.as_u64()).unwrap_or_else(|| panic!("{query}: {answer}")), answer)
}

/// OW-11
#[tokio::test]
async fn the_examples_cost_what_the_page_says() {
    let blocks_of_graphql = blocks("graphql");
    let (schemas, operations): (Vec<_>, Vec<_>) =
        blocks_of_graphql.into_iter().partition(|(_, code)| code.contains("type Query"));
    assert_eq!((schemas.len(), operations.len()), (2, 6));
    let graph = |schema: &str| Graph::builder().schemas(schema, "type Query { unused: Int }").build();
    let (plain, weighted) = (graph(schemas[0].1), graph(schemas[1].1));
    for (before, query) in operations {
        let graph = if query.contains("report") { &weighted } else { &plain };
        // The page says it in the paragraph right before.
        let paragraph = before.trim_end().rsplit("\n\n").next().unwrap();
        let (cost, answer) = cost_of(graph, query).await;
        assert_eq!(cost, said_cost(&paragraph.replace("has fields", "")), "{query}");
        if cost > 1500 {
            let written: Value = serde_json::from_str(blocks("json")[0].1).unwrap();
            let mut error = answer["errors"][0].clone();
            error["extensions"].as_object_mut().unwrap().shift_remove("traceId");
            assert_eq!(error, written);
        }
    }
}

#[tokio::test]
async fn the_reply_tells_the_cost_as_the_page_shows() {
    let graph = Graph::builder().schemas(blocks("graphql")[0].1, "type Query { unused: Int }").build();
    graph.identity.answer(|_| {
        let courses = json!({ "totalCount": 1, "edges": [{ "node": { "title": "Rust" } }] });
        reply(200, &json!({ "data": { "courses": courses } }))
    });
    let query = "{ courses(first: 20) { totalCount edges { node { title } } } }";
    let answer = graph.post(&json!({ "query": query }), &[("x-cost", "1")]).await.json();
    let written: Value = serde_json::from_str(blocks("json")[1].1).unwrap();
    assert_eq!(answer["extensions"], written);
}
