use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use kit_service::{GRAPHQL_PATH, Neighbour, Neighbours};
use kit_testing::TestDatabase;
use kit_viewer::{RequestSigner, Viewer};
use serde_json::json;
use telemetry::logs::LogFormat;
use telemetry::{Collector, KeptFor, Span, SpanKind, SpanSink, TraceId, Value, subscriber};

use crate::stage::{Stage, alice, key, signed};

/// What is recorded in this process, by trace.
#[derive(Debug, Default)]
struct Recorded(Mutex<HashMap<TraceId, Vec<Span>>>);

impl SpanSink for Recorded {
    fn take(&self, spans: &[Span], _: KeptFor) {
        let mut recorded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for span in spans {
            recorded.entry(span.trace_id).or_default().push(span.clone());
        }
    }
}

impl Recorded {
    /// Those of one trace, once they are enough.
    async fn wait(&self, parent: &str, are_enough: impl Fn(&[Span]) -> bool) -> Vec<Span> {
        let trace = trace_of(parent);
        let spans = || self.0.lock().unwrap().get(&trace).cloned().unwrap_or_default();
        let until = tokio::time::Instant::now() + Duration::from_secs(60);
        while !are_enough(&spans()) {
            assert!(tokio::time::Instant::now() < until, "{:#?}", spans());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        spans()
    }
}

fn recorded() -> Arc<Recorded> {
    static RECORDED: OnceLock<Arc<Recorded>> = OnceLock::new();
    let recorded = RECORDED.get_or_init(|| {
        subscriber::install(LogFormat::Json, "off").unwrap();
        let (recorded, collector) = (Arc::new(Recorded::default()), Arc::new(Collector::default()));
        collector.add_sink(Arc::clone(&recorded) as Arc<dyn SpanSink>);
        assert!(subscriber::record_spans(collector, 0.0));
        recorded
    });
    Arc::clone(recorded)
}

/// A span elsewhere, of a trace of its own.
fn parent(sampled: bool) -> String {
    static TRACES: AtomicU64 = AtomicU64::new(1);
    let trace = TRACES.fetch_add(1, Ordering::Relaxed);
    format!("00-{trace:032x}-b7ad6b7169203331-{:02x}", u8::from(sampled))
}

fn trace_of(parent: &str) -> TraceId {
    parent[3..35].parse().unwrap()
}

fn named<'s>(spans: &'s [Span], name: &str) -> &'s Span {
    let found: Vec<_> = spans.iter().filter(|span| span.name == name).collect();
    assert_eq!(found.len(), 1, "{name} in {:?}", spans.iter().map(|span| &span.name).collect::<Vec<_>>());
    found[0]
}

/// The names from a span up to where its trace has come in.
fn way<'s>(spans: &'s [Span], span: &'s Span) -> Vec<&'s str> {
    let parent = spans.iter().find(|parent| Some(parent.id) == span.parent);
    let mut way = parent.map(|parent| way(spans, parent)).unwrap_or_default();
    way.push(&span.name);
    way
}

fn text(text: &'static str) -> Value {
    Value::from(text)
}

async fn ask(stage: &Stage, parent: &str, query: &str) -> String {
    let mut request = signed(&alice(), GRAPHQL_PATH, &json!({ "query": query }).to_string());
    request.headers_mut().insert("traceparent", parent.parse().unwrap());
    request.headers_mut().insert("x-correlation-id", "flow-9".parse().unwrap());
    stage.send(request).await.body.to_string()
}

kit_testing::on_each_database! {
    /// S1-FLOW-5, S4-COR-1: one trace from the caller's span over the request and its execution to the statements, over the
    /// event that it writes, and to the statements of who hears of it.
    async fn one_trace_shows_a_change_and_what_it_leads_to(place: TestDatabase) {
        let (recorded, stage) = (recorded(), Stage::new(&place).await);
        let query = "mutation Write { writeNote(input: { body: \"hunter2\" }) { note { id } } }";
        let parent = parent(true);
        ask(&stage, &parent, query).await;
        let spans = recorded.wait(&parent, |spans| spans.iter().any(|span| span.kind == SpanKind::Consumer)).await;
        assert!(spans.iter().all(|span| &*span.service == "notes"));

        let request = named(&spans, "POST /graphql");
        assert_eq!((request.kind, request.parent.unwrap().to_string().as_str()), (SpanKind::Server, "b7ad6b7169203331"));
        assert_eq!(request.attribute("http.response.status_code"), Some(&Value::Integer(200)));
        let execution = named(&spans, "mutation");
        assert_eq!(execution.attribute("graphql.operation.name"), Some(&text("Write")));
        let send = named(&spans, "send notes.note.written.v1");
        assert_eq!(way(&spans, send), ["POST /graphql", "mutation", "send notes.note.written.v1"]);
        assert_eq!(send.attribute("messaging.message.conversation_id"), Some(&text("flow-9")));
        let process = named(&spans, "process notes.note.written.v1");
        assert_eq!((send.kind, process.kind, process.parent), (SpanKind::Producer, SpanKind::Consumer, Some(send.id)));
        assert_eq!(process.attribute("messaging.message.id"), send.attribute("messaging.message.id"));
        assert_eq!(process.attribute("event.outcome"), Some(&text("done")));

        let update = named(&spans, "UPDATE");
        assert_eq!(update.parent, Some(process.id));
        assert_eq!(update.attribute("db.query.text"), Some(&text("UPDATE notes SET heard = heard + 1 WHERE id = ?")));
        let commits = spans.iter().filter(|span| span.name == "COMMIT").map(|span| span.parent);
        assert_eq!(commits.collect::<Vec<_>>(), [Some(execution.id), Some(process.id)]);
        // No value is in any of them (OW-24).
        assert!(!format!("{spans:?}").contains("hunter2"));
    }

    /// S1-FLOW-1: a batch of a loader is one span, over its one statement.
    async fn a_loader_shows_for_how_many_it_has_read(place: TestDatabase) {
        let (recorded, stage) = (recorded(), Stage::new(&place).await);
        let (one, other) = (stage.write("one").await, stage.write("other").await);
        let none = one.replace(&one[one.len() - 8..], "00000000");
        let parent = parent(true);
        let query = format!("{{ a: note(id: {one:?}) {{ body }} b: note(id: {other:?}) {{ body }} c: note(id: {none:?}) {{ body }} }}");
        ask(&stage, &parent, &query).await;
        let spans = recorded.wait(&parent, |spans| spans.iter().any(|span| span.kind == SpanKind::Server)).await;
        let load = named(&spans, "load NoteById");
        assert_eq!(load.attribute("loader.keys"), Some(&Value::Integer(3)));
        assert_eq!(load.attribute("loader.found"), Some(&Value::Integer(2)));
        let select = named(&spans, "SELECT");
        assert_eq!(way(&spans, select), ["POST /graphql", "query", "load NoteById", "SELECT"]);
        assert_eq!(select.attribute("db.response.returned_rows"), Some(&Value::Integer(2)));
        assert!(matches!(select.attribute("db.client.connection.wait_time"), Some(Value::Float(seconds)) if *seconds >= 0.0));
    }

    /// A request that its caller does not want recorded makes no span.
    async fn what_nobody_wants_is_not_recorded(place: TestDatabase) {
        let (recorded, stage) = (recorded(), Stage::new(&place).await);
        let (unwanted, wanted) = (parent(false), parent(true));
        ask(&stage, &unwanted, "{ notes { edges { node { body } } } }").await;
        ask(&stage, &wanted, "{ viewer }").await;
        recorded.wait(&wanted, |spans| !spans.is_empty()).await;
        assert!(!recorded.0.lock().unwrap().contains_key(&trace_of(&unwanted)));
    }

    /// REST routes are named by their templates; a fault of the service is an error of the span, one of the client is not.
    async fn a_fault_is_told_from_a_mistake(place: TestDatabase) {
        let (recorded, stage) = (recorded(), Stage::new(&place).await);
        let parent = parent(true);
        let mut request = signed(&Viewer::anonymous(), "/notes/v1/viewer", "");
        request.headers_mut().insert("traceparent", parent.parse().unwrap());
        stage.send(request).await;
        ask(&stage, &parent, "{ panics }").await;
        let spans = recorded.wait(&parent, |spans| spans.len() >= 3).await;
        let refused = named(&spans, "POST /notes/v1/viewer");
        assert!(!refused.is_error());
        assert_eq!(refused.attribute("http.response.status_code"), Some(&Value::Integer(401)));
        let failed = named(&spans, "POST /graphql");
        assert!(failed.is_error(), "{failed:?}");
    }

    /// P14: what is asked of a sister on the way belongs to the flow and to the trace.
    async fn a_question_to_a_sister_goes_on_in_the_trace(place: TestDatabase) {
        let (recorded, stage) = (recorded(), Stage::new(&place).await);
        let parent = parent(true);
        let neighbours = Neighbours::default();
        neighbours.add_in_process("notes", stage.running.router());
        let clock = Arc::clone(&stage.clock) as Arc<dyn kit_ids::Clock>;
        let neighbour = Neighbour::new("drafts", "notes", neighbours, RequestSigner::new(key()), clock);
        let asking = async {
            let answer = neighbour.ask(&alice(), "{ viewer }", json!({}), Duration::from_secs(60)).await;
            answer.expect("the sister answers");
        };
        let root = subscriber::Beginning::of("drafts", Some(&parent))
            .open(|| ::tracing::info_span!(target: subscriber::ROOT, parent: None, "request"));
        ::tracing::Instrument::instrument(asking, root).await;
        let spans = recorded.wait(&parent, |spans| spans.len() >= 4).await;
        let question = named(&spans, "ask notes");
        assert_eq!((question.kind, &*question.service), (SpanKind::Client, "drafts"));
        let answer = named(&spans, "POST /graphql");
        assert_eq!((answer.parent, &*answer.service), (Some(question.id), "notes"));
    }
}
