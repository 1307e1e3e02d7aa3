//! Nobody finds what was made for somebody else.

use http::StatusCode;
use proptest::prelude::{Just, ProptestConfig, Strategy, prop, prop_oneof, proptest};
use serde_json::{Value, json};

use super::{ask, ask_as, bearer, cache_control, graph, graph_with};

/// CC-07, FED-31, ADV-52: 10,000 operations of many viewers, interleaved, ten in a request; each sees their own.
#[tokio::test(start_paused = true)]
async fn private_answers_stay_with_their_viewer() {
    let (graph, _) = graph_with("max-age=300", "max-age=300", |settings| settings.batching.enabled = true);
    let viewers: Vec<String> = (0..20).map(|number| format!("usr_{number}")).collect();
    let tokens: Vec<String> = viewers.iter().map(|viewer| bearer(&graph, viewer)).collect();
    let body = json!(vec![json!({ "query": "{ learnt { title } }" }); 10]);
    for round in 0..1_000_usize {
        let which = (round * 7 + round / 13) % viewers.len();
        let replies = graph.post(&body, &[("authorization", &tokens[which])]).await.json();
        let expected = json!({ "data": { "learnt": [{ "title": format!("{} v0", viewers[which]) }] } });
        assert_eq!(replies, json!(vec![expected; 10]));
    }
    // And each was asked for once.
    assert_eq!(graph.learning.requests("/graphql").len(), viewers.len());
    // Who has not said who they are is nobody in particular.
    for asked in 1..=2 {
        assert_eq!(ask(&graph, "{ learnt { title } }").await.json()["data"]["learnt"][0]["title"], "nobody v0");
        assert_eq!(graph.learning.requests("/graphql").len(), viewers.len() + asked);
    }
}

/// CC-08: what somebody may see is judged before anything is looked for.
#[tokio::test]
async fn a_kept_answer_is_shown_to_nobody_who_may_not_see_it() {
    let (graph, _) = graph();
    let seen = ask_as(&graph, "usr_1", "{ secret courses { id } }").await;
    assert_eq!(seen.json()["data"]["secret"], "secret of usr_1 v0");
    let hidden = ask(&graph, "{ secret courses { id } }").await;
    assert_eq!(hidden.json()["data"]["secret"], Value::Null);
    assert_eq!(hidden.json()["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(cache_control(&hidden), "no-store");
    // A token that has ended is refused, whatever is kept for whoever had it.
    let ended = graph.post(&json!({ "query": "{ courses { id } }" }), &[("authorization", "Bearer x.y.z")]).await;
    assert_eq!(ended.status, StatusCode::UNAUTHORIZED);
}

/// Those with other rights may be shown more by a subgraph.
#[tokio::test]
async fn rights_are_part_of_the_key() {
    let (graph, _) = graph();
    let with = |scope: &str| {
        let mut claims = crate::testkit::Issuer::claims(graph.clock.seconds());
        claims["scope"] = json!(scope);
        format!("Bearer {}", graph.issuer.sign(&graph.issuer.header(), &claims))
    };
    let body = json!({ "query": "{ courses { title } }" });
    for (scope, asked) in [("a", 1), ("a b", 2), ("b a", 2), ("a", 2), ("ab", 3)] {
        graph.post(&body, &[("authorization", &with(scope))]).await;
        assert_eq!(graph.learning.requests("/graphql").len(), asked, "{scope}");
    }
    ask(&graph, "{ courses { title } }").await;
    assert_eq!(graph.learning.requests("/graphql").len(), 4);
}

/// CC-10: nothing of a request is in a kept reply but what is in its key.
#[tokio::test]
async fn headers_do_not_reach_a_kept_reply() {
    let (graph, _) = graph();
    let body = json!({ "query": "{ courses { title } }" });
    let odd = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "evil"),
        ("accept-language", "xx"),
        ("x-original-url", "/evil"),
        ("x-correlation-id", "evil"),
    ];
    let poisoned = graph.post(&body, &odd).await;
    let clean = graph.post(&body, &[]).await;
    assert_eq!(graph.learning.requests("/graphql").len(), 1);
    assert_eq!(clean.body, poisoned.body);
    let told = format!("{:?} {:?}", clean.headers, clean.body);
    assert!(!told.contains("evil"), "{told}");
}

/// CC-10, FED-32: a header that rules send on is part of the key.
#[tokio::test]
async fn headers_that_are_sent_on_are_part_of_the_key() {
    let (graph, _) = graph_with("max-age=300", "max-age=300", |settings| {
        let rules = json!({ "all": { "request": [{ "propagate": { "name": "x-country" } }] } });
        settings.headers = serde_json::from_value(rules).unwrap();
    });
    let body = json!({ "query": "{ courses { title } }" });
    for (country, asked) in [("se", 1), ("se", 1), ("no", 2), ("se", 2)] {
        let reply = graph.post(&body, &[("x-country", country)]).await;
        assert_eq!(graph.learning.requests("/graphql").len(), asked, "{country}");
        assert_eq!(cache_control(&reply), "private, max-age=60");
    }
}

fn id() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!("1")),
        Just(json!(1)),
        Just(json!("é")),
        Just(json!("e\u{301}")),
        Just(json!("")),
        Just(json!("crs_2"))
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// CC-09, PQ-13: values that a careless key takes for one another have answers of their own.
    #[test]
    fn other_variables_are_other_questions(ids in prop::collection::vec(id(), 1..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (graph, _) = graph();
            for id in &ids {
                let body = json!({ "query": "query($id: ID!) { course(id: $id) { id } }", "variables": { "id": id } });
                let reply = graph.post(&body, &[]).await.json();
                // As an ID is coerced (GraphQL section 3.5.5).
                let expected = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
                assert_eq!(reply["data"]["course"]["id"], expected);
            }
        });
    }
}

/// A subgraph that calls everything public is not believed against the graph: what the graph says nothing of, or calls
/// private, is no other viewer's, also when it is asked for in one fetch with what is public.
#[tokio::test]
async fn a_careless_subgraph_gives_nobodys_answers_away() {
    let (graph, _) = graph();
    for (query, pointer) in [
        ("{ courses { id } learnt { title } }", "/data/learnt/0/title"),
        ("{ learnt { title } courses { id } course(id: 1) { title } }", "/data/learnt/0/title"),
    ] {
        for viewer in ["usr_1", "usr_2", "usr_1", "usr_3"] {
            let reply = ask_as(&graph, viewer, query).await.json();
            assert_eq!(reply.pointer(pointer).unwrap(), &json!(format!("{viewer} v0")), "{query}");
        }
    }
    // Nothing is said of `me`, which identity calls public for five minutes.
    for viewer in ["usr_1", "usr_2", "usr_1"] {
        let reply = ask_as(&graph, viewer, "{ me { id } courses { id } }").await.json();
        assert_eq!(reply["data"]["me"]["id"], viewer);
    }
}
