//! The log's line for each request.

use router_server::configuration::LoggedRequests;
use serde_json::json;

use crate::administration::log::Log;
use crate::testkit::{Graph, reply};

const VALUE: &str = "hunter2-c3d4";

fn graph(requests: LoggedRequests) -> Graph {
    Graph::builder()
        .settings(|settings| {
            settings.telemetry.logs.requests = requests;
            // Nothing is slow by chance.
            settings.telemetry.logs.slow_ms = 600_000;
        })
        .build()
}

async fn ask(graph: &Graph, query: &str) -> String {
    let token = format!("Bearer {}", graph.token());
    let headers = [("authorization", token.as_str()), ("x-correlation-id", "flow-3")];
    let body = json!({ "query": query, "variables": { "unused": VALUE } });
    graph.post(&body, &headers).await.json().to_string()
}

fn access(log: &Log) -> Vec<String> {
    log.take().into_iter().filter(|line| line.contains("message=answered ")).collect()
}

/// S0-OBS-2: who looks at a line knows what was asked, by which kind of viewer, and what became of it.
#[tokio::test]
async fn a_line_tells_of_a_request() {
    let log = Log::begin();
    let graph = graph(LoggedRequests::All);
    let subject = graph.token();
    let told = ask(&graph, "query Who { me { id } }").await;
    assert!(told.contains("data"), "{told}");
    let lines = access(&log);
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    for field in [
        "service=\"router\"",
        "correlation_id=\"flow-3\"",
        "endpoint=\"/graphql\"",
        "operation=\"Who\"",
        "operation_kind=\"query\"",
        "operation_hash=\"",
        "viewer=\"",
        "status=200",
        "duration_ms=",
        "overhead_ms=",
        "cost=",
        "fetches=1",
        "subgraphs=\"identity:1\"",
        "reply_bytes=",
    ] {
        assert!(line.contains(field), "{field} in {line}");
    }
    // Neither what variables hold, nor who it is (OW-24, AS-157).
    assert!(!line.contains(VALUE) && !line.contains(&subject) && !line.contains("usr_"), "{line}");
    // Every other line of the request has it from its scope.
    let scope = log.take_spans().concat();
    for field in ["service=\"router\"", "correlation_id=\"flow-3\""] {
        assert!(scope.contains(field), "{field} in {scope}");
    }
}

/// Lines are for who wants them: of all requests, of those that went wrong by no fault of the client, or of none.
#[tokio::test]
async fn lines_can_be_kept_for_what_went_wrong() {
    for (requests, lines) in [(LoggedRequests::None, 0), (LoggedRequests::Failed, 1), (LoggedRequests::All, 3)] {
        let log = Log::begin();
        let graph = graph(requests);
        ask(&graph, "{ me { id } }").await;
        ask(&graph, "{ there { is { no { such } } } }").await;
        graph.identity.answer(|_| reply(500, &json!({})));
        ask(&graph, "{ me { name } }").await;
        let told = access(&log);
        assert_eq!(told.len(), lines, "{requests:?}: {told:?}");
        assert!(told.iter().all(|line| !line.contains("no { such")));
    }
}
