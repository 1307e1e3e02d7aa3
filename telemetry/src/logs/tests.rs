use std::sync::{Arc, Mutex};

use tracing::subscriber::with_default;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;

use super::{LogFormat, LogLayer};
use crate::scope::ScopeLayer;

/// What is written while something is done.
fn written(format: LogFormat, work: impl FnOnce()) -> String {
    let lines = Arc::new(Mutex::new(String::new()));
    let log = {
        let lines = Arc::clone(&lines);
        LogLayer::to(format, move |line| lines.lock().unwrap().push_str(line))
    };
    with_default(Registry::default().with(ScopeLayer).with(log.boxed()), work);
    std::mem::take(&mut *lines.lock().unwrap())
}

const HOSTILE: &str =
    "a\r\n2026-01-01T00:00:00Z ERROR forged \u{1b}[2J\u{9b}31m \u{202e}desrever \u{2028}\u{85}\"end\\";

/// S0-OBS-2: on each line of a request stands what finds all the others, and what it is about.
#[test]
fn a_line_has_the_fields_of_its_scope_and_its_own() {
    let lines = written(LogFormat::Json, || {
        let scope = crate::log_scope!(
            "request",
            service = "learning",
            correlation_id = "flow-1",
            operation = tracing::field::Empty,
            status = 1
        );
        scope.record("operation", "Courses");
        scope.in_scope(
            || tracing::warn!(status = 503_u16, ratio = 0.5, is_late = true, error = %"no \"place\"", "it is late"),
        );
        tracing::info!(target: "access", "outside");
    });
    let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [within, outside] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(within["timestamp"].as_str().unwrap().ends_with('Z'));
    for (name, value) in [
        ("level", "WARN"),
        ("message", "it is late"),
        ("service", "learning"),
        ("correlation_id", "flow-1"),
        ("operation", "Courses"),
        ("error", "no \"place\""),
    ] {
        assert_eq!(within[name], value, "{within}");
    }
    // What a line says itself goes before what its scope says.
    assert_eq!((&within["status"], &within["ratio"], &within["is_late"]), (&503.into(), &0.5.into(), &true.into()));
    assert_eq!((&outside["target"], outside.get("service")), (&"access".into(), None));
}

/// AS-157, AS-162: nobody writes a line, or to a terminal, by what is in a value.
#[test]
fn nothing_in_a_value_ends_a_line_or_speaks_to_a_terminal() {
    for format in [LogFormat::Json, LogFormat::Human] {
        let lines = written(format, || {
            let scope = crate::log_scope!("request", operation = HOSTILE);
            scope.in_scope(|| tracing::info!(name = HOSTILE, debugged = ?HOSTILE, "hello {HOSTILE}"));
        });
        assert_eq!(lines.matches('\n').count(), 1, "{lines}");
        let is_harmless = |character: char| character == '\n' || !super::line::is_unsafe(character);
        assert!(lines.chars().all(is_harmless), "{lines:?}");
        assert!(!lines.contains('\u{202e}') && lines.contains("forged"));
    }
    let line = written(LogFormat::Json, || tracing::info!(name = HOSTILE, "hello"));
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["name"], HOSTILE, "what was said can be read from a line");
}

#[test]
fn people_read_a_line_of_text() {
    let line = written(LogFormat::Human, || {
        let scope = crate::log_scope!("request", service = "learning");
        scope.in_scope(|| tracing::info!(at = "two words", empty = "", count = 3, "it is done"));
    });
    let (_, said) = line.split_once(' ').unwrap();
    assert_eq!(said, " INFO it is done service=learning at=\"two words\" empty=\"\" count=3\n");
}

#[test]
fn a_stack_stands_below_its_line() {
    let line = written(LogFormat::Human, || tracing::error!(exception.stacktrace = "0: f\n1: g\u{1b}", "a panic"));
    assert!(line.ends_with(" a panic\n    0: f\n    1: g\\u001b\n"), "{line}");
}

#[test]
fn a_long_value_is_cut() {
    let line = written(LogFormat::Json, || tracing::info!(long = "é".repeat(100_000), "hello"));
    assert!(line.len() < 20_000, "{}", line.len());
}
