//! Viewers that are clients of their own: their contract, their quota, and what they have used (design rule 8).

use axum::body::Body;
use http::Request;
use router_server::RouterSettings;
use router_server::configuration::{
    ClientClaims, ContractSettings, EndpointOperations, EndpointSettings, Rate, RateLimit,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::testkit::{Graph, GraphBuilder, Issuer, TestReply, reply};

const ASK: &str = "query Name { me { name } }";
const IDENTITY: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@tag"])
type Query { me: User @tag(name: "partner") }
type User @key(fields: "id") { id: ID! @tag(name: "partner")  name: String @tag(name: "partner") }
"#;
const LEARNING: &str = "type Query { courses(first: Int!): [String!] }";

fn builder() -> GraphBuilder {
    Graph::builder().schemas(IDENTITY, LEARNING).settings(|settings| {
        let include = std::collections::BTreeSet::from(["partner".to_owned()]);
        settings.contracts.insert("partner".to_owned(), ContractSettings { include, ..ContractSettings::default() });
        let operations =
            EndpointOperations { client_role: Some("PARTNER".to_owned()), ..EndpointOperations::default() };
        let whole = EndpointSettings { operations, ..EndpointSettings::new("/whole") };
        let partner =
            EndpointSettings { contract: Some("partner".to_owned()), path: "/partner".to_owned(), ..whole.clone() };
        settings.endpoints = vec![EndpointSettings::new("/graphql"), partner, whole];
    })
}

/// A client's token with these claims beside those that each has.
fn token(graph: &Graph, client: &str, further: &Value) -> String {
    let mut claims = Issuer::claims(graph.clock.seconds());
    (claims["sub"], claims["roles"], claims["scope"]) = (json!(client), json!(["PARTNER"]), json!("partner:read"));
    for (name, value) in further.as_object().unwrap() {
        claims[name] = value.clone();
    }
    format!("Bearer {}", graph.issuer.sign(&graph.issuer.header(), &claims))
}

async fn ask_at(graph: &Graph, path: &str, token: &str, query: &str) -> TestReply {
    let headers = [
        ("content-type", "application/json"),
        ("accept", "application/graphql-response+json"),
        ("authorization", token),
    ];
    graph.request("POST", path, &headers, &json!({ "query": query }).to_string()).await
}

async fn ask(graph: &Graph, client: &str, further: &Value) -> TestReply {
    ask_at(graph, "/partner", &token(graph, client, further), ASK).await
}

async fn operate(graph: &Graph, target: &str, scope: Option<&str>) -> TestReply {
    let mut request = Request::get(target);
    if let Some(scope) = scope {
        request = request.header("authorization", token(graph, "usr_1", &json!({ "scope": scope })));
    }
    let router = graph.server.operations_router();
    TestReply::read(router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()).await
}

/// What is counted of a client.
async fn used(graph: &Graph, client: &str) -> Value {
    operate(graph, &format!("/ops/clients?client={client}"), Some("ops:read")).await.json()["clients"][client].clone()
}

/// Design rule 8: a token is for one contract; nothing is asked of others with it.
#[tokio::test]
async fn a_token_is_for_the_contract_that_it_names() {
    let graph = builder().build();
    for (path, claims, is_let_in) in [
        ("/partner", json!({ "contract": "partner" }), true),
        ("/partner", json!({}), true),
        ("/whole", json!({ "contract": null }), true),
        ("/partner", json!({ "contract": "books" }), false),
        ("/partner", json!({ "contract": null }), false),
        ("/whole", json!({ "contract": "partner" }), false),
        ("/partner", json!({ "contract": 7 }), false),
        ("/partner", json!({ "contract": ["partner"] }), false),
        // Elsewhere nobody is a client of its own, and no such claim is looked at.
        ("/graphql", json!({ "contract": "books" }), true),
    ] {
        let executed = graph.executed();
        let answer = ask_at(&graph, path, &token(&graph, "acme", &claims), ASK).await;
        assert_eq!(answer.status, if is_let_in { 200 } else { 403 }, "{path} {claims}: {answer:?}");
        assert_eq!(graph.executed() - executed, usize::from(is_let_in));
        if !is_let_in {
            assert_eq!(answer.code(), "FORBIDDEN");
        }
    }
    let other = ask(&graph, "acme", &json!({ "contract": "books" })).await;
    let told = "The token is for the contract `books`, and this endpoint serves the contract `partner`; ask at the endpoint \
                that the token is for.";
    assert_eq!(other.message(), told);
    let user = token(&graph, "usr_1", &json!({ "roles": ["MENTEE"], "contract": "books" }));
    assert_eq!(ask_at(&graph, "/partner", &user, ASK).await.status, 200, "who is no client has no contract");
}

/// Design rule 8, OW-13: the quota stands in the token, each client has its own, and is told of it.
#[tokio::test]
async fn a_client_has_the_quota_of_its_token() {
    let graph = builder().build();
    let quota = json!({ "operations_per_second": 2, "cost_per_minute": 60 });
    let first = ask(&graph, "acme", &quota).await;
    assert_eq!(first.header("ratelimit-policy"), "\"operations\";q=2;w=1, \"cost\";q=60;w=60");
    assert_eq!(first.header("ratelimit"), "\"operations\";r=1;t=1, \"cost\";r=59;t=1");
    assert_eq!(ask(&graph, "acme", &quota).await.status, 200);
    let executed = graph.executed();
    let refused = ask(&graph, "acme", &quota).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (429, "RATE_LIMITED"), "{refused:?}");
    assert_eq!((refused.header("retry-after"), graph.executed()), ("1", executed));
    assert_eq!(ask(&graph, "globex", &quota).await.status, 200, "others have theirs");
    graph.clock.advance(1);
    assert_eq!(ask(&graph, "acme", &quota).await.status, 200);
    // A new token brings a new quota, and gives nothing for what was spent.
    let raised = json!({ "operations_per_second": 100, "cost_per_minute": 1000 });
    assert_eq!(ask(&graph, "acme", &raised).await.header("ratelimit"), "\"operations\";r=0;t=1, \"cost\";r=57;t=57");
    let lowered = json!({ "operations_per_second": 100, "cost_per_minute": 3 });
    graph.clock.advance(1);
    assert_eq!(ask(&graph, "acme", &lowered).await.header("ratelimit"), "\"operations\";r=99;t=1, \"cost\";r=2;t=20");
}

/// A quota goes before the limit of viewers, and what it leaves out is as for them.
#[tokio::test]
async fn a_quota_goes_before_the_limit_of_viewers() {
    let rate = Rate { per_second: 10, burst: 2000 };
    let limit = RateLimit { operations: Some(rate), cost: Some(rate) };
    let graph = builder().settings(|settings| settings.rates.viewer = Some(limit)).build();
    let own = ask(&graph, "acme", &json!({ "operations_per_second": 5 })).await;
    assert_eq!(own.header("ratelimit-policy"), "\"operations\";q=5;w=1, \"cost\";q=2000;w=200");
    let usual = ask(&graph, "globex", &json!({})).await;
    assert_eq!(usual.header("ratelimit-policy"), "\"operations\";q=2000;w=200, \"cost\";q=2000;w=200");
    // Whoever is no client here says nothing of quotas.
    let user = token(&graph, "usr_1", &json!({ "roles": ["MENTEE"], "operations_per_second": 100_000 }));
    let user = ask_at(&graph, "/partner", &user, ASK).await;
    assert_eq!(user.header("ratelimit-policy"), usual.header("ratelimit-policy"));
}

/// A claim that is no quota lets nobody in, rather than everybody.
#[tokio::test]
async fn a_quota_that_cannot_be_read_lets_nobody_in() {
    let graph = builder().build();
    for wrong in [json!("5"), json!(0), json!(-1), json!(1.5), json!([]), json!(true)] {
        for claim in ["operations_per_second", "cost_per_minute"] {
            let refused = ask(&graph, "acme", &json!({ claim: wrong })).await;
            assert_eq!((refused.status.as_u16(), refused.code().as_str()), (403, "FORBIDDEN"), "{claim} {wrong}");
            assert_eq!(refused.message(), format!("The token's claim /{claim} is no whole number above zero."));
        }
    }
    let most = json!({ "operations_per_second": u64::MAX, "cost_per_minute": u64::MAX, "contract": "partner" });
    assert_eq!(ask(&graph, "acme", &most).await.status, 200);
    assert_eq!(graph.executed(), 1);
}

/// The claims may stand elsewhere, for issuers with habits of their own.
#[tokio::test]
async fn claims_can_have_other_places() {
    let graph = builder().settings(|settings| {
        for endpoint in &mut settings.endpoints[1..] {
            endpoint.operations.client_claims = ClientClaims {
                contract: "/plan/graph".to_owned(),
                operations_per_second: "/plan/rate".to_owned(),
                ..ClientClaims::default()
            };
        }
    });
    let graph = graph.build();
    let answer = ask(&graph, "acme", &json!({ "plan": { "graph": "partner", "rate": 3 }, "contract": "books" })).await;
    assert_eq!(answer.header("ratelimit-policy"), "\"operations\";q=3;w=1");
    assert_eq!(ask(&graph, "acme", &json!({ "plan": { "graph": "books" } })).await.status, 403);
}

/// Design rule 8: what each client has asked for, what failed, what was refused, and what it cost.
#[tokio::test]
async fn operators_see_what_clients_have_used() {
    let graph = builder().build();
    operate(&graph, "/metrics", None).await;
    let quota = json!({ "operations_per_second": 3, "contract": "partner" });
    ask(&graph, "used_acme", &quota).await;
    graph.clock.advance(10);
    ask(&graph, "used_acme", &quota).await;
    graph.identity.answer(|_| reply(200, &json!({ "data": { "me": null }, "errors": [{ "message": "away" }] })));
    ask(&graph, "used_acme", &quota).await;
    let own = token(&graph, "used_acme", &quota);
    assert_eq!(ask_at(&graph, "/partner", &own, "{ nonsense }").await.status, 400);
    assert_eq!(ask(&graph, "used_acme", &quota).await.status, 429);
    ask(&graph, "used_acme", &json!({ "contract": "books" })).await;
    ask(&graph, "used_globex", &json!({})).await;
    ask_at(&graph, "/graphql", &own, ASK).await;

    graph.clock.advance(5);
    let found = used(&graph, "used_acme").await;
    let id = router_registry::id_of_text(ASK);
    let expected = json!({
        "operations": 3, "errors": 1, "cost": 3, "lastUsedSecondsAgo": 5, "refusals": 3,
        "refusalsByCode": { "BAD_USER_INPUT": 1, "RATE_LIMITED": 1, "FORBIDDEN": 1 },
        "byOperation": {
            id: { "name": "Name", "operations": 3, "errors": 1, "cost": 3, "lastUsedSecondsAgo": 5 },
        },
    });
    assert_eq!(found, expected, "{found:#}");
    let all = operate(&graph, "/ops/clients", Some("ops:read")).await;
    assert_eq!((all.header("cache-control"), &all.json()["sinceSeconds"]), ("no-store", &json!(15)));
    assert_eq!(all.json()["clients"]["used_globex"]["operations"], 1);
    let metrics = String::from_utf8(operate(&graph, "/metrics", None).await.body.to_vec()).unwrap();
    for expected in [
        "router_client_operations_total{client=\"used_acme\",outcome=\"answered\"} 2",
        "router_client_operations_total{client=\"used_acme\",outcome=\"errors\"} 1",
        "router_client_operations_total{client=\"used_acme\",outcome=\"refused\"} 3",
        "router_client_cost_total{client=\"used_acme\"} 3",
        "router_rate_limited_total{by=\"client\"}",
    ] {
        assert!(metrics.contains(expected), "`{expected}` is not in:\n{metrics}");
    }
}

/// P11: the counters are for operators.
#[tokio::test]
async fn only_operators_see_the_counters() {
    let graph = builder().build();
    for (scope, status) in [(None, 401), (Some("partner:read"), 403), (Some("admin"), 403), (Some("ops:read"), 200)] {
        assert_eq!(operate(&graph, "/ops/clients", scope).await.status, status, "{scope:?}");
    }
    assert_eq!(operate(&graph, "/ops/clients?name=acme", Some("ops:read")).await.status, 400);
    let public = graph.request("GET", "/ops/clients", &[], "").await;
    assert_eq!(public.status, 404);
}

#[test]
fn claims_that_cannot_be_right_are_named() {
    let problem = |operations: Value| {
        let document = json!({ "endpoints": [{ "path": "/graphql", "operations": operations }] });
        let settings: RouterSettings = serde_json::from_value(document).unwrap();
        settings.validate().unwrap_err().to_string()
    };
    for (operations, key, said) in [
        (json!({ "client_claims": { "contract": "/c" } }), "client_claims", "name the role"),
        (json!({ "client_role": "P", "client_claims": { "contract": "c" } }), "client_claims.contract", "slash"),
        (
            json!({ "client_role": "P", "client_claims": { "cost_per_minute": "" } }),
            "client_claims.cost_per_minute",
            "slash",
        ),
        (
            json!({ "client_role": "P", "client_claims": { "cost_per_minute": "/contract" } }),
            "client_claims.cost_per_minute",
            "is the claim of contract as well",
        ),
    ] {
        let told = problem(operations);
        assert!(told.contains(&format!("endpoints[0].operations.{key}")) && told.contains(said), "{told}");
    }
}
