//! Operations that are refused whole.

use http::StatusCode;
use serde_json::json;

use super::graph::{filtering, graph, refusing};

#[tokio::test]
async fn an_operation_with_something_forbidden_is_refused_whole() {
    let graph = refusing();
    let reply = graph.query("{ me { name email } audit { id } }").await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    assert_eq!(reply.header("www-authenticate"), "Bearer realm=\"graphql\"");
    let body = reply.json();
    assert!(body.get("data").is_none());
    let paths: Vec<_> = body["errors"].as_array().unwrap().iter().map(|error| &error["extensions"]["path"]).collect();
    assert_eq!(paths, [&json!(["audit"]), &json!(["me", "email"])]);

    let reply = graph.ask_as("x", "{ me { name } people { phone } }").await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::FORBIDDEN, "FORBIDDEN"));
    assert_eq!(
        reply.header("www-authenticate"),
        "Bearer realm=\"graphql\", error=\"insufficient_scope\", scope=\"phone user:read\""
    );
    assert_eq!(reply.json()["errors"][0]["extensions"]["coordinate"], "User.phone");
    assert_eq!(graph.executed(), 0);

    // One of the objects behind the interface is enough: which one it is would be known too late.
    assert_eq!(graph.query("{ node { name } }").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(graph.executed(), 0);
    for operation in
        ["{ me { name } }", "{ node { ... on User { name } } }", "{ found { __typename } }", "{ __typename }"]
    {
        assert_eq!(graph.query(operation).await.status, StatusCode::OK, "{operation}");
    }
    assert_eq!(graph.ask_as("admin", "{ people { phone email } }").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_older_client_is_refused_with_the_same_status() {
    let graph = refusing();
    let headers = [("content-type", "application/json"), ("accept", "application/json")];
    let reply = graph.request("POST", "/graphql", &headers, r#"{"query":"{ audit { id } }"}"#).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
}

/// There is nothing to wait for, so it is said at once.
#[tokio::test]
async fn a_subscription_to_what_may_not_be_seen_is_refused() {
    let graph = filtering();
    let stream = [("content-type", "application/json"), ("accept", "text/event-stream")];
    let ask = |headers: Vec<(&'static str, String)>| {
        let graph = &graph;
        async move {
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let all = [&stream[..], &headers].concat();
            graph.request("POST", "/graphql", &all, r#"{"query":"subscription { secretRenamed { id } }"}"#).await
        }
    };
    let reply = ask(Vec::new()).await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"));
    assert_eq!(graph.executed(), 0);
    let token = graph.token_with("", &json!({}));
    assert_eq!(ask(vec![("authorization", format!("Bearer {token}"))]).await.status, StatusCode::OK);
    assert_eq!(graph.executed(), 1);
}

#[tokio::test]
async fn where_nothing_is_for_everybody_who_sends_no_token_is_refused() {
    let graph = graph(|settings| settings.authorization.require_authentication = true);
    for query in ["{ me { name } }", "{ __typename }", "{ not even"] {
        let reply = graph.query(query).await;
        assert_eq!((reply.status, reply.code().as_str()), (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"), "{query}");
        assert_eq!(reply.header("www-authenticate"), "Bearer realm=\"graphql\"");
    }
    assert_eq!(graph.executed(), 0);
    assert_eq!(graph.ask_as("", "{ me { name } }").await.status, StatusCode::OK);
}
