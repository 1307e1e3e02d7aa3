//! What a span takes in memory, by an estimate.

use crate::span::{Attributes, Span, SpanStatus, Value};

/// Bytes of the span and of what it owns.
pub(super) fn of(span: &Span) -> usize {
    let events: usize = span.events.iter().map(|event| size_of_val(event) + of_attributes(&event.attributes)).sum();
    let status = match &span.status {
        SpanStatus::Error(text) => of_text(text),
        SpanStatus::Unset | SpanStatus::Ok => 0,
    };
    size_of::<Span>()
        + of_text(&span.name)
        + of_attributes(&span.attributes)
        + events
        + status
        + size_of_val(span.links.as_slice())
}

fn of_attributes(attributes: &Attributes) -> usize {
    attributes.iter().map(|pair| size_of_val(pair) + of_text(&pair.0) + of_value(&pair.1)).sum()
}

fn of_value(value: &Value) -> usize {
    match value {
        Value::Boolean(_) | Value::Integer(_) | Value::Float(_) => 0,
        Value::Text(text) => of_text(text),
        Value::List(values) => values.iter().map(|value| size_of::<Value>() + of_value(value)).sum(),
    }
}

/// One that is borrowed counts as well: this is an estimate, and no smaller than what there is.
fn of_text(text: &str) -> usize {
    text.len()
}
