//! What an operator sees of a fetch.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tracing_subscriber::fmt::format::FmtSpan;

use crate::graph::{FetchExtension, Graph, name, reply, root, status};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "current_thread")]
async fn each_fetch_is_one_span_with_standard_attributes_and_no_values_of_the_viewer() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().json().with_span_events(FmtSpan::CLOSE).with_writer(move || writer.clone()).finish();
    let graph = Graph::new("type Query { a(secret: String): Int b: Int }")
        .subgraph("one", |_| reply(&json!({"data": {"a": 1}})))
        .subgraph("two", |_| status(503, "private page"));
    let mut first = root(0, "query Q($s:String){a(secret:$s)}").with_variables(&["s"]);
    first.document.operation_name = Some(name("Q"));
    {
        let _guard = tracing::subscriber::set_default(subscriber);
        graph
            .run_with("query($s: String) { a(secret: $s) b }", json!({"s": "hunter2"}), vec![first, root(1, "{b}")])
            .await;
    }
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(!text.contains("hunter2") && !text.contains("private page"), "{text}");
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut spans: Vec<_> =
        lines.filter(|line| line["fields"]["message"] == "close").map(|line| line["span"].clone()).collect();
    spans.sort_by_key(|span| span["subgraph"].to_string());
    let [one, two] = spans.as_slice() else { panic!("one span per fetch: {text}") };
    assert_eq!((&one["subgraph"], &one["graphql.operation.name"]), (&json!("one"), &json!("Q")));
    assert_eq!((&one["http.response.status_code"], &one["http.response.body.size"]), (&json!(200), &json!(16)));
    assert_eq!(one.get("error.type"), None);
    assert_eq!((&two["http.response.status_code"], &two["error.type"]), (&json!(503), &json!("SUBGRAPH_UNAVAILABLE")));
}
