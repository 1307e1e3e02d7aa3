//! Failures on their way to a server, in a process of its own, since there is one subscriber and one panic hook for it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use serde_json::Value;
use telemetry::failures::{self, Dsn, ReportSettings};
use telemetry::logs::LogFormat;
use telemetry::subscriber;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

const LIMIT: Duration = Duration::from_secs(60);

/// Takes requests one after the other, and answers the first ones so.
async fn collect(listener: TcpListener, answers: &'static [&'static str], told: mpsc::UnboundedSender<String>) {
    let mut answers = answers.iter();
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&request);
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length =
                    head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
                if length.is_some_and(|length: usize| body.len() >= length) {
                    break;
                }
            }
            if stream.read_buf(&mut request).await.unwrap() == 0 {
                break;
            }
        }
        told.send(String::from_utf8(request).unwrap()).unwrap();
        let answer = answers.next().unwrap_or(&"200 OK\r\n");
        let answer = format!("HTTP/1.1 {answer}connection: close\r\ncontent-length: 2\r\n\r\n{{}}");
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

async fn next(requests: &mut mpsc::UnboundedReceiver<String>) -> (String, Value) {
    let request = tokio::time::timeout(LIMIT, requests.recv()).await.expect("it is reported in time").unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let lines: Vec<Value> = body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [header, item, event] = lines.as_slice() else { panic!("{body}") };
    assert_eq!((&header["event_id"], &item["type"]), (&event["event_id"], &"event".into()));
    (head.to_owned(), event.clone())
}

/// S2-ERR-1: errors and panics of services are collected with the place in the program, and without what people have said.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_and_panics_are_reported_with_their_place_and_without_values() {
    subscriber::install(LogFormat::Json, "off").unwrap();
    failures::tell_panics();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (told, mut requests) = mpsc::unbounded_channel();
    tokio::spawn(collect(listener, &["200 OK\r\n", "200 OK\r\n", "429 Slow down\r\nretry-after: 3600\r\n"], told));
    let settings = || ReportSettings {
        dsn: Dsn::parse(&format!("http://public@{address}/42")).unwrap(),
        release: "lyceum@0".to_owned(),
        environment: Some("test".to_owned()),
    };
    let reporting = failures::report_to(settings()).unwrap().unwrap();
    assert!(failures::report_to(settings()).unwrap().is_none(), "it is said once");

    let scope = telemetry::log_scope!(
        "request",
        service = "learning",
        trace_id = "4bf92f3577b34da6a3ce929d0e0e4736",
        correlation_id = "flow-1"
    );
    scope.in_scope(|| {
        tracing::warn!("no failure");
        tracing::error!(
            error = "no user `ada@example.org` with 17 points",
            email = "ada@example.org",
            "it is not done"
        );
    });
    let (head, event) = next(&mut requests).await;
    assert!(head.starts_with("POST /api/42/envelope/ "), "{head}");
    assert!(head.to_lowercase().contains("sentry_key=public"), "{head}");
    assert_eq!(event["tags"]["service"], "learning");
    assert_eq!(event["contexts"]["trace"]["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(event["exception"]["values"][0]["value"], "it is not done: no user `…` with … points");
    let frame = &event["exception"]["values"][0]["stacktrace"]["frames"][0];
    assert!(frame["filename"].as_str().unwrap().ends_with("telemetry/tests/failures.rs"), "{frame}");
    assert!(frame["lineno"].as_u64().unwrap() > 0);
    assert!(!event.to_string().contains("ada"), "{event}");

    let panicked = tokio::spawn(tracing::Instrument::instrument(
        async {
            let parsed = serde_json::from_str::<bool>("\"ada@example.org\"");
            parsed.expect("invariant: there is something");
        },
        scope,
    ));
    assert!(panicked.await.unwrap_err().is_panic());
    let (_, event) = next(&mut requests).await;
    let exception = &event["exception"]["values"][0];
    assert_eq!(
        (&event["level"], &exception["type"], &event["tags"]["service"]),
        (&"fatal".into(), &"panic".into(), &"learning".into())
    );
    assert_eq!(exception["mechanism"]["handled"], false);
    assert!(exception["value"].as_str().unwrap().contains("invariant: there is something"), "{exception}");
    assert!(!event.to_string().contains("ada"), "{event}");

    // Who is asked for a pause sends nothing more, and goes on working.
    tracing::error!("the third");
    next(&mut requests).await;
    for _ in 0..1_000 {
        tracing::error!("one of many");
    }
    reporting.finish(LIMIT).await;
    assert!(requests.try_recv().is_err());
}
