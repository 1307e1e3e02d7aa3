//! What those are told who operate the graph of what became of each fetch: `cache` beside the fetches of `extensions.plan`.

use std::time::Duration;

use router_server::RouterSettings;
use router_server::configuration::PlaygroundSettings;
use serde_json::{Value, json};

use super::graph_with;
use crate::testkit::{Graph, Issuer};

async fn verdicts(graph: &Graph, query: &str, headers: &[(&str, &str)]) -> Vec<Value> {
    let mut claims = Issuer::claims(graph.clock.seconds());
    claims["scope"] = json!("admin");
    let token = format!("Bearer {}", graph.issuer.sign(&graph.issuer.header(), &claims));
    let own = [("authorization", token.as_str()), ("x-lyceum-plan", "1")];
    let told = graph.post(&json!({ "query": query }), &[&own, headers].concat()).await.json();
    let fetches = told["extensions"]["plan"]["fetches"].as_array().unwrap_or_else(|| panic!("{told}"));
    fetches.iter().map(|fetch| fetch["cache"].clone()).collect()
}

/// A graph of which nothing is kept as a whole, so that each fetch is looked for.
fn graph(change: impl FnOnce(&mut RouterSettings)) -> Graph {
    let both = |settings: &mut RouterSettings| {
        settings.playground = Some(PlaygroundSettings::default());
        settings.caching.reply_bytes_max = 0;
        change(settings);
    };
    graph_with("max-age=300", "max-age=300", both).0
}

/// Of a list, those are counted that were kept.
#[tokio::test]
async fn a_list_that_is_partly_kept_says_how_much() {
    let graph = graph(|_| {});
    let query = "{ courses { rating } }";
    let miss = json!({ "verdict": "miss", "entities": 3, "kept": 0 });
    assert_eq!(verdicts(&graph, query, &[]).await[1], miss);
    let mut hit = verdicts(&graph, query, &[]).await[1].clone();
    assert!(hit.as_object_mut().unwrap().shift_remove("ageSeconds").is_some(), "{hit}");
    assert_eq!(hit, json!({ "verdict": "hit", "entities": 3, "kept": 3 }));
    graph.server.cache_invalidation().outdate([].into_iter(), ["crs_2"].into_iter());
    let told = verdicts(&graph, query, &[]).await;
    assert_eq!((&told[1]["verdict"], &told[1]["entities"], &told[1]["kept"]), (&json!("partly"), &json!(3), &json!(2)));
    assert_eq!(told[0]["verdict"], "miss", "the list names the course, too");
}

/// What the graph does not let keep, what is private to nobody, and where nothing is kept: each says so.
#[tokio::test]
async fn the_reason_is_the_first_that_there_is() {
    let keeping = graph(|_| {});
    let nobody = [("x-lyceum-as", r#"{"anonymous":true}"#)];
    for (graph, query, headers, reason) in [
        (&keeping, "{ today }", &[][..], "graph"),
        (&keeping, "{ learnt { title } }", &nobody, "private"),
        (&graph(|settings| settings.caching.fetch_bytes_max = 0), "{ courses { title } }", &[], "off"),
    ] {
        let told = verdicts(graph, query, headers).await;
        let expected = json!({ "verdict": "not kept", "entities": 0, "kept": 0, "reason": reason });
        assert_eq!(told, [expected], "{query}");
    }
}

/// Of two who ask for the same at the same time one asks the subgraph, and the other one is told that it did not.
#[tokio::test]
async fn who_waits_for_anothers_answer_is_told_so() {
    let graph = graph(|_| {});
    graph.learning.slow_down(Duration::from_millis(100));
    let query = "{ courses { title } }";
    let both = futures_util::future::join(verdicts(&graph, query, &[]), verdicts(&graph, query, &[])).await;
    let joined = [&both.0, &both.1].into_iter().filter(|told| told[0]["joined"] == true).count();
    assert_eq!((joined, graph.learning.requests("/graphql").len()), (1, 1), "{both:?}");
}
