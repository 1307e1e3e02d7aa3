//! An administrator asks as another, and is answered as that one is (domain 1, the playground; features 10).

use http::StatusCode;
use router_server::configuration::{Rate, RateLimit};
use serde_json::{Value, json};

use super::graph::{graph, graph_with};

/// The directives, and what subgraphs are told, follow whom the operation is run as; the subject does not.
#[tokio::test]
async fn a_query_is_answered_as_whoever_is_chosen_is() {
    const QUERY: &str = "{ name mine report diary }";
    let graph = graph();
    for (run_as, data, codes) in [
        (
            json!({ "anonymous": true }),
            json!({ "name": "Lee", "mine": null, "report": null, "diary": null }),
            vec!["UNAUTHENTICATED"; 3],
        ),
        (json!({}), json!({ "name": "Lee", "mine": "m", "report": null, "diary": null }), vec!["FORBIDDEN"; 2]),
        (
            json!({ "scopes": ["reports"] }),
            json!({ "name": "Lee", "mine": "m", "report": "r", "diary": null }),
            vec!["FORBIDDEN"],
        ),
        (
            json!({ "roles": ["PARENT"], "scopes": ["reports"] }),
            json!({ "name": "Lee", "mine": "m", "report": "r", "diary": "d" }),
            vec![],
        ),
    ] {
        let body = graph.ask_acting(&run_as, QUERY).await.json();
        assert_eq!(body["data"], data, "{run_as}");
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        assert_eq!(errors.iter().map(|error| &error["extensions"]["code"]).collect::<Vec<_>>(), codes, "{run_as}");
        let signed = graph.signed_for();
        if run_as["anonymous"] == true {
            assert_eq!(body["extensions"]["as"], run_as);
            assert_eq!((&signed["sub"], &signed["sid"], &signed["scopes"]), (&Value::Null, &Value::Null, &Value::Null));
        } else {
            let list = |name: &str| run_as.get(name).cloned().unwrap_or_else(|| json!([]));
            assert_eq!(body["extensions"]["as"], json!({ "roles": list("roles"), "scopes": list("scopes") }));
            assert_eq!((&signed["roles"], &signed["scopes"]), (&list("roles"), &list("scopes")));
            assert_eq!(
                (&signed["sub"], &signed["sid"]),
                (&json!("usr_1"), &json!("s1")),
                "nobody becomes another person"
            );
        }
    }
}

/// Policies may look at any claim of a token; nothing else of one can be chosen, and nothing is changed with it.
#[tokio::test]
async fn claims_are_chosen_to_read_with() {
    let graph = graph();
    let elm = json!({ "claims": { "home": { "street": "Elm" } } });
    assert_eq!(graph.ask_acting(&json!({}), "{ garden }").await.json()["data"]["garden"], Value::Null);
    let body = graph.ask_acting(&elm, "{ garden }").await.json();
    assert_eq!(body["data"]["garden"], "roses");
    assert_eq!(body["extensions"]["as"]["claims"], elm["claims"]);
    let oak = json!({ "claims": { "home": { "street": "Oak" } } });
    assert_eq!(graph.ask_acting(&oak, "{ garden }").await.json()["data"]["garden"], Value::Null);
    let body = graph.ask_acting(&elm, "mutation { dig }").await.json();
    assert_eq!(body["data"]["dig"], Value::Null);
    assert_eq!(body["extensions"]["as"]["withheld"], json!({ "roles": [], "scopes": [], "claims": ["home"] }));
}

/// P12: the view of the graph, with introspection and validation, is that of whoever is chosen.
#[tokio::test]
async fn the_graph_is_the_one_that_whoever_is_chosen_sees() {
    let graph = graph();
    let fields = "{ __type(name: \"Query\") { fields { name } } }";
    let whole = graph.ask_acting(&json!({ "scopes": ["admin"] }), fields).await.json().to_string();
    assert!(whole.contains("ledger"), "{whole}");
    for run_as in [json!({}), json!({ "anonymous": true }), json!({ "scopes": ["reports"] })] {
        let seen = graph.ask_acting(&run_as, fields).await.json().to_string();
        assert!(seen.contains("report") && !seen.contains("ledger"), "{seen}");
        let refused = graph.ask_acting(&run_as, "{ ledger }").await;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"));
    }
    assert_eq!(graph.ask_acting(&json!({ "scopes": ["admin"] }), "{ ledger }").await.json()["data"]["ledger"], 7);
}

/// OW-11: what an operation may cost, and whether one must sign in at all, are those of whoever is chosen.
#[tokio::test]
async fn budget_and_the_need_to_sign_in_follow() {
    let graph = graph_with(|settings| {
        settings.operations.cost.budget = 3;
        settings.authorization.require_authentication = true;
    });
    let costly = "mutation { rename(name: \"x\") }";
    let refused = graph.ask_acting(&json!({}), costly).await;
    assert_eq!(refused.code(), "OPERATION_TOO_COMPLEX");
    let own = graph.post(&json!({ "query": costly }), &[("authorization", &graph.admin(""))]).await;
    assert_eq!(own.json()["data"]["rename"], "Kim");
    let refused = graph.ask_acting(&json!({ "anonymous": true }), "{ name }").await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"));
}

/// OW-13: who asks as many still has one bucket.
#[tokio::test]
async fn what_is_taken_is_taken_from_the_administrator() {
    let graph = graph_with(|settings| {
        let operations = Some(Rate { per_second: 1, burst: 10 });
        settings.rates.viewer = Some(RateLimit { operations, cost: None });
    });
    assert_eq!(graph.ask_acting(&json!({ "anonymous": true }), "{ name }").await.status, StatusCode::OK);
    assert_eq!(graph.ask_acting(&json!({}), "{ name }").await.header("ratelimit"), "\"operations\";r=8;t=2");
    for run_as in [json!({ "anonymous": true }), json!({ "scopes": ["reports"] })].iter().cycle().take(8) {
        assert_eq!(graph.ask_acting(run_as, "{ name }").await.status, StatusCode::OK);
    }
    let refused = graph.ask_acting(&json!({ "anonymous": true }), "{ name }").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
}

/// The plan, which the administrator may see, is that of whoever is chosen.
#[tokio::test]
async fn the_plan_is_that_of_whoever_is_chosen() {
    let graph = graph();
    let (token, query) = (graph.admin("reports"), json!({ "query": "{ name report }" }));
    let of = async |run_as: Option<&str>| {
        let mut headers = vec![("authorization", token.as_str()), ("x-lyceum-plan", "only")];
        headers.extend(run_as.map(|run_as| ("x-lyceum-as", run_as)));
        graph.post(&query, &headers).await.json()["extensions"]["plan"]["text"].as_str().unwrap().to_owned()
    };
    assert!(of(None).await.contains("report"));
    assert!(!of(Some(r#"{"anonymous":true}"#)).await.contains("report"));
    assert_eq!(graph.executed(), 0);
}
