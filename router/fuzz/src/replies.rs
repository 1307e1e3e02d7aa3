//! The replies of subgraphs.

use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use apollo_compiler::ExecutableDocument;
use async_trait::async_trait;
use bytes::Bytes;
use router_execution::{
    ExecutionLimits, Executor, JsonMap, NoForwarding, PreparedOperation, RequestContext, Subgraph, Transport,
    TransportError, coerce_variables,
};
use serde_json::Value;

use crate::Outcome;
use crate::graph::graph;

const OPERATION: &str = "{
  me { id name greeting orders { id label } friends { age best { id title score ... on Robot { power serial { number } } } } }
  found { __typename ... on Person { name secret } ... on Place { x y } }
  top { id score name }
}";

static OPERATION_READY: LazyLock<PreparedOperation> = LazyLock::new(|| {
    let document = ExecutableDocument::parse_and_validate(graph().api_schema(), OPERATION, "operation")
        .unwrap_or_else(|error| panic!("{}", error.errors));
    let plan = router_planning::plan(graph(), &document, None).expect("it can be planned");
    PreparedOperation::new(document, None, plan).expect("the plan fits the operation")
});

/// Replies in the order in which they are asked for, parted by lines that begin with `#`: the digits after it are the
/// status. The last one answers everything after it.
#[derive(Debug)]
struct Replies {
    replies: Mutex<std::vec::IntoIter<(u16, Bytes)>>,
    last: (u16, Bytes),
}

#[async_trait]
impl Transport for Replies {
    async fn send(
        &self,
        _request: http::Request<Bytes>,
        _timeout: Duration,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let next = self.replies.lock().expect("nobody panics with it").next();
        let (status, body) = next.unwrap_or_else(|| self.last.clone());
        let response = http::Response::builder().status(status).header("content-type", "application/json").body(body);
        Ok(response.expect("the status is one"))
    }
}

/// Whatever subgraphs answer, the client gets a GraphQL response: JSON with `data`, and an error for everything that is
/// missing where the schema does not allow it.
///
/// # Panics
/// When that does not hold.
#[must_use]
pub fn replies(input: &[u8]) -> Outcome {
    let replies: Vec<(u16, Bytes)> = split(input);
    let Some(last) = replies.last().cloned() else { return Outcome::Refused };
    let transport = Arc::new(Replies { replies: Mutex::new(replies.into_iter()), last });
    let subgraph = |name: &String| Subgraph {
        name: name.clone(),
        path: "/graphql".to_owned(),
        transport: Arc::clone(&transport) as Arc<dyn Transport>,
        timeout: Duration::from_secs(1),
    };
    let subgraphs = graph().subgraphs().iter().map(|one| subgraph(&one.name)).collect();
    let executor = Executor::new(graph().api_schema().clone(), subgraphs, ExecutionLimits::default());
    let variables = coerce_variables(graph().api_schema(), OPERATION_READY.operation(), &JsonMap::new())
        .expect("the operation takes no variables");
    let context = RequestContext { forwarding: Arc::new(NoForwarding), trace_id: None, cache: None, observer: None };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime needs nothing");
    let reply = runtime.block_on(executor.execute(&OPERATION_READY, &variables, &context));
    let answer: Value = serde_json::from_slice(&reply.to_bytes()).expect("the reply is JSON");
    check(&answer);
    if answer["data"].is_null() { Outcome::Refused } else { Outcome::Accepted }
}

fn split(input: &[u8]) -> Vec<(u16, Bytes)> {
    let parts = input.split(|byte| *byte == b'#').skip(1);
    let replies = parts.map(|part| {
        let digits = part.iter().take_while(|byte| byte.is_ascii_digit()).count().min(3);
        let status = std::str::from_utf8(&part[..digits]).ok().and_then(|digits| digits.parse().ok());
        let status = status.filter(|status| (200..600).contains(status)).unwrap_or(200);
        (status, Bytes::copy_from_slice(&part[digits..]))
    });
    replies.take(16).collect()
}

/// What every response to the operation must be like (GraphQL section 7.1).
fn check(answer: &Value) {
    let object = answer.as_object().expect("a response is an object");
    let data = object.get("data").expect("something was executed");
    let errors = object.get("errors").map(|errors| errors.as_array().expect("errors are a list"));
    assert!(errors.is_none_or(|errors| !errors.is_empty()), "an empty list of errors");
    for error in errors.into_iter().flatten() {
        assert!(error["message"].is_string(), "{error}");
        let path = error.get("path");
        assert!(path.is_none_or(Value::is_array), "{error}");
    }
    let Some(data) = data.as_object() else {
        assert!(errors.is_some(), "no data and no error");
        return;
    };
    let keys: Vec<&str> = data.keys().map(String::as_str).collect();
    assert_eq!(keys, ["me", "found", "top"], "other keys than were asked for, or in another order");
    if let Some(me) = data["me"].as_object() {
        let keys: Vec<&str> = me.keys().map(String::as_str).collect();
        assert_eq!(keys, ["id", "name", "greeting", "orders", "friends"]);
        assert!(me["id"].is_string(), "a null where there must be none");
        assert!(me["name"].is_string() || me["name"].is_null());
        for order in me["orders"].as_array().into_iter().flatten().filter_map(Value::as_array).flatten() {
            assert!(order.is_null() || order["label"].is_string(), "{order}");
        }
    }
    for one in data["top"].as_array().into_iter().flatten() {
        assert!(one["score"].is_i64(), "{one}");
    }
}
