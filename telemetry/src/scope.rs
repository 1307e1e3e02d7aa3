//! What all log lines of one piece of work have in common: a request, an event that is dealt with, a run of a worker.
//!
//! [`log_scope!`](crate::log_scope) makes a scope; whoever works in it (`tracing::Instrument`) writes lines with its fields,
//! whatever the level of the log. Scopes do not nest: what a request does in the same process at another service has a scope
//! of its own, as it would have elsewhere.

use std::fmt::{Debug, Write};

use tracing::Subscriber;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

/// The target of scopes, by which they are known.
pub const SCOPE: &str = "telemetry::scope";
/// Longest value of a field, in bytes: what is longer has its end cut off.
const VALUE_BYTES_MAX: usize = 8 * 1024;

/// Makes a scope for log lines: its name, and its fields as `tracing` writes them. Fields that are known later begin as
/// `tracing::field::Empty`.
///
/// By convention: `service`, `trace_id`, `correlation_id`, `operation` (a name that clients have chosen), `client`, and
/// `viewer` (see [`crate::viewer::ViewerKey`]).
#[macro_export]
macro_rules! log_scope {
    ($name:literal, $($fields:tt)*) => {
        // Never less than an error, so that no filter for levels takes the fields from the lines that it lets pass.
        $crate::tracing::error_span!(target: $crate::scope::SCOPE, parent: None, $name, $($fields)*)
    };
}

/// Fields of a scope or of a line, each once.
#[derive(Debug, Default)]
pub(crate) struct Fields(pub(crate) Vec<(&'static str, FieldValue)>);

/// The value of a field.
#[derive(Debug, PartialEq)]
pub(crate) enum FieldValue {
    Text(String),
    /// A number or a truth value, as JSON writes it.
    Plain(String),
}

impl FieldValue {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Text(text) | Self::Plain(text) => text,
        }
    }
}

impl Fields {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| *given == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let index = self.0.iter().position(|(given, _)| *given == name)?;
        match self.0.remove(index).1 {
            FieldValue::Text(text) | FieldValue::Plain(text) => Some(text),
        }
    }

    fn set(&mut self, field: &Field, value: FieldValue) {
        match self.0.iter_mut().find(|(given, _)| *given == field.name()) {
            Some((_, place)) => *place = value,
            None => self.0.push((field.name(), value)),
        }
    }

    fn set_text(&mut self, field: &Field, mut text: String) {
        if text.len() > VALUE_BYTES_MAX {
            text.truncate(text.floor_char_boundary(VALUE_BYTES_MAX));
            text.push('…');
        }
        self.set(field, FieldValue::Text(text));
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no word for what is no number.
        let value =
            if value.is_finite() { FieldValue::Plain(value.to_string()) } else { FieldValue::Text(value.to_string()) };
        self.set(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, FieldValue::Plain(value.to_string()));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, FieldValue::Plain(value.to_string()));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, FieldValue::Plain(value.to_string()));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set_text(field, value.to_owned());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        let mut text = value.to_string();
        let mut cause = value.source();
        while let Some(error) = cause {
            let _ = write!(text, ": {error}");
            cause = error.source();
        }
        self.set_text(field, text);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.set_text(field, format!("{value:?}"));
    }
}

/// Keeps the fields of scopes for the layers that write lines and report failures.
#[derive(Debug)]
pub(crate) struct ScopeLayer;

impl<S: Subscriber + for<'l> LookupSpan<'l>> Layer<S> for ScopeLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            values.record(fields);
        }
    }
}

/// Works with the fields of the scope that a layer finds itself in; with none outside of any.
pub(crate) fn with_fields<S, T>(context: &Context<'_, S>, work: impl FnOnce(&Fields) -> T) -> T
where
    S: Subscriber + for<'l> LookupSpan<'l>,
{
    if let Some(span) = context.lookup_current()
        && let Some(fields) = span.extensions().get::<Fields>()
    {
        return work(fields);
    }
    work(&Fields::default())
}
