//! Whom subgraphs believe (P10): the router and each other, and nobody else, whatever else they show.

use serde_json::json;

use crate::product::{Client, Product, SUBGRAPHS, Shape};

/// What somebody would ask a subgraph who has found it.
const QUESTIONS: [&str; 4] = [
    "{ __typename }",
    "{ _service { sdl } }",
    "{ _entities(representations: [{ __typename: \"User\", id: \"usr_01jb0000000000000000000000\" }]) { __typename } }",
    "{ __schema { types { name } } }",
];

/// FED-02, FED-04: at its own address a subgraph answers no operation that the router has not signed: not to those who show
/// nothing, nor to a viewer with a sound token, an administrator's included, nor to claims that nobody has signed.
#[tokio::test]
async fn a_subgraph_believes_no_token() {
    let product = Product::shared(Shape::Distributed).await;
    let administrator = product.signed_in("admin").await;
    let learner = product.signed_in("learner_lee").await;
    for name in SUBGRAPHS {
        let nobody = Client::new(&product.subgraph_url(name));
        for client in [&nobody, &nobody.with_token(learner.token()), &nobody.with_token(administrator.token())] {
            for question in QUESTIONS {
                let reply = client.query(question).await;
                assert_eq!((reply.status, reply.code()), (401, "UNAUTHENTICATED"), "{name} {question}: {reply:#?}");
                assert_eq!(reply.at("/data"), &serde_json::Value::Null, "{name}: {reply:#?}");
            }
        }
    }
}

/// FED-04: claims without a signature, and with one that fits nothing.
#[tokio::test]
async fn a_subgraph_believes_no_claims_without_their_signature() {
    let product = Product::shared(Shape::Distributed).await;
    // The process has one already when another test was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    // {"act":"router"}
    let claims = ("x-viewer", "eyJhY3QiOiJyb3V0ZXIifQ");
    let forged = ("x-viewer-sig", "v1;kid=lyceum;t=1790000000000;sig=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    for name in SUBGRAPHS {
        for headers in [vec![claims], vec![forged], vec![claims, forged]] {
            let mut request = http
                .post(format!("{}/graphql", product.subgraph_url(name)))
                .header("content-type", "application/json")
                .body(json!({ "query": "{ __typename }" }).to_string());
            for (name, value) in &headers {
                request = request.header(*name, *value);
            }
            let reply = request.send().await.unwrap();
            assert_eq!(reply.status().as_u16(), 401, "{name} {headers:?}");
        }
    }
}

/// FED-03: what a subgraph tells operators is not told at the public listener, under any path.
#[tokio::test]
async fn the_public_listener_leads_to_no_inner_door() {
    for shape in [Shape::OneProcess, Shape::Distributed] {
        let product = Product::shared(shape).await;
        let client = product.signed_in("admin").await;
        for path in [
            "/metrics",
            "/health/live",
            "/health/ready",
            "/ops/outbox",
            "/ops/dead-letters",
            "/identity/graphql",
            "/learning/graphql",
            "/subgraphs/identity/graphql",
            "/graphql/identity",
            "/auth/v1/../../metrics",
            "/auth/v1/%2e%2e/%2e%2e/metrics",
            "/auth/v1/..%2f..%2fgraphql",
            "/debug/pprof",
        ] {
            let reply = client.get(path).await;
            assert!([400, 404, 405].contains(&reply.status), "{shape:?} {path}: {reply:#?}");
        }
        let through = client.post("/auth/v1/../../graphql", &json!({ "query": "{ _service { sdl } }" })).await;
        assert!(through.at("/data").is_null(), "{shape:?}: {through:#?}");
    }
}
