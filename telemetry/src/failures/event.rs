//! A failure as it is reported: an envelope with one event (<https://develop.sentry.dev/sdk/data-model/envelopes/>).

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::backtrace::{Frame, frames};
use super::{ReportSettings, mask};
use crate::active::Active;

/// Longest text, in bytes.
const TEXT_BYTES_MAX: usize = 2 * 1024;

/// What has failed.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) is_panic: bool,
    pub(super) service: String,
    pub(super) message: String,
    pub(super) cause: Option<String>,
    pub(super) file: Option<String>,
    pub(super) line: Option<u32>,
    pub(super) target: String,
    pub(super) stack: Option<String>,
    pub(super) active: Option<Active>,
    pub(super) trace_id: Option<String>,
    pub(super) correlation_id: Option<String>,
}

impl Failure {
    /// The lines of the envelope. `id` is 32 hexadecimal digits.
    pub(super) fn envelope(&self, id: &str, settings: &ReportSettings) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
        let event = self.event(id, now, settings).to_string();
        let header = json!({ "event_id": id });
        let item = json!({ "type": "event", "length": event.len() });
        format!("{header}\n{item}\n{event}\n")
    }

    fn event(&self, id: &str, now: f64, settings: &ReportSettings) -> Value {
        let trace_id = self.active.map(|active| active.trace_id.to_string()).or_else(|| self.trace_id.clone());
        let span_id = self.active.map(|active| active.span_id.to_string());
        let mut event = json!({
            "event_id": id,
            "timestamp": now,
            "platform": "other",
            "level": if self.is_panic { "fatal" } else { "error" },
            "logger": self.target,
            "release": settings.release,
            "environment": settings.environment,
            "tags": { "service": self.service, "correlation_id": self.correlation_id },
            "exception": { "values": [{
                "type": if self.is_panic { "panic" } else { "error" },
                "value": self.text(),
                "mechanism": { "type": if self.is_panic { "panic" } else { "log" }, "handled": !self.is_panic },
                "stacktrace": { "frames": self.frames() },
            }] },
        });
        // A trace without a span is none there.
        if let Some(trace_id) = trace_id {
            let span_id = span_id.unwrap_or_else(|| trace_id.chars().take(16).collect());
            event["contexts"] = json!({ "trace": { "trace_id": trace_id, "span_id": span_id } });
        }
        event
    }

    /// What has happened, without values.
    fn text(&self) -> String {
        let mut text = match &self.cause {
            Some(cause) => format!("{}: {cause}", self.message),
            None => self.message.clone(),
        };
        text.truncate(text.floor_char_boundary(TEXT_BYTES_MAX));
        mask::values(&text)
    }

    /// The outermost first, as the protocol wants them; without a stack, the place alone.
    fn frames(&self) -> Vec<Value> {
        let frames = self.stack.as_deref().map(frames).unwrap_or_default();
        if frames.is_empty() {
            let frame = Frame { function: &self.target, file: self.file.as_deref(), line: self.line };
            return vec![described(&frame)];
        }
        frames.iter().rev().map(described).collect()
    }
}

fn described(frame: &Frame<'_>) -> Value {
    let is_ours = !frame.file.is_some_and(|file| file.contains("/rustc/") || file.contains("/registry/"));
    json!({ "function": frame.function, "filename": frame.file, "lineno": frame.line, "in_app": is_ours })
}
