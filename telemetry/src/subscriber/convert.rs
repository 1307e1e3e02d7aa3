//! OpenTelemetry's span as ours.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry::{Array, KeyValue, Value as TheirValue, trace};
use opentelemetry_sdk::trace::SpanData;

use super::processor::SERVICE;
use crate::span::{Attributes, Span, SpanEvent, SpanId, SpanKind, SpanStatus, TraceId, Value};

/// Longest text of an attribute, in bytes: statements are the longest.
const TEXT_BYTES_MAX: usize = 4 * 1024;
/// The service of a span whose trace has entered by another door than [`super::Beginning`].
const SERVICE_UNKNOWN: &str = "lyceum";

/// Nothing for a span that has no ids, which the library does not make.
pub(super) fn span(data: SpanData) -> Option<Span> {
    let (begin_unix_ns, end_unix_ns) = (unix_ns(data.start_time), unix_ns(data.end_time));
    let mut attributes = attributes(data.attributes);
    let service = match attributes.iter().position(|(name, _)| name == SERVICE) {
        Some(index) => match attributes.remove(index).1 {
            Value::Text(service) => Arc::from(service),
            _ => Arc::from(SERVICE_UNKNOWN),
        },
        None => Arc::from(SERVICE_UNKNOWN),
    };
    let events = data.events.events.into_iter().map(|event| SpanEvent {
        name: event.name,
        at_unix_ns: unix_ns(event.timestamp),
        attributes: self::attributes(event.attributes),
    });
    let links = data.links.links.iter().filter_map(|link| {
        let context = &link.span_context;
        Some((TraceId::new(context.trace_id().to_bytes())?, SpanId::new(context.span_id().to_bytes())?))
    });
    Some(Span {
        trace_id: TraceId::new(data.span_context.trace_id().to_bytes())?,
        id: SpanId::new(data.span_context.span_id().to_bytes())?,
        parent: SpanId::new(data.parent_span_id.to_bytes()),
        service,
        name: data.name,
        kind: match data.span_kind {
            trace::SpanKind::Client => SpanKind::Client,
            trace::SpanKind::Server => SpanKind::Server,
            trace::SpanKind::Producer => SpanKind::Producer,
            trace::SpanKind::Consumer => SpanKind::Consumer,
            trace::SpanKind::Internal => SpanKind::Internal,
        },
        begin_unix_ns,
        end_unix_ns: end_unix_ns.max(begin_unix_ns),
        status: match data.status {
            trace::Status::Unset => SpanStatus::Unset,
            trace::Status::Ok => SpanStatus::Ok,
            trace::Status::Error { description } => SpanStatus::Error(description),
        },
        attributes,
        events: events.collect(),
        links: links.collect(),
    })
}

/// Each once, the last one that was said: what becomes known later replaces what was assumed.
fn attributes(given: Vec<KeyValue>) -> Attributes {
    let mut attributes = Attributes::with_capacity(given.len());
    for KeyValue { key, value, .. } in given {
        let value = self::value(value);
        match attributes.iter_mut().find(|(name, _)| name == key.as_str()) {
            Some((_, place)) => *place = value,
            None => attributes.push((Cow::Owned(key.into()), value)),
        }
    }
    attributes
}

fn value(value: TheirValue) -> Value {
    match value {
        TheirValue::Bool(value) => Value::Boolean(value),
        TheirValue::I64(value) => Value::Integer(value),
        TheirValue::F64(value) => Value::Float(value),
        TheirValue::String(value) => Value::Text(shortened(value.into()).into()),
        TheirValue::Array(Array::Bool(values)) => Value::List(values.into_iter().map(Value::Boolean).collect()),
        TheirValue::Array(Array::I64(values)) => Value::List(values.into_iter().map(Value::Integer).collect()),
        TheirValue::Array(Array::F64(values)) => Value::List(values.into_iter().map(Value::Float).collect()),
        TheirValue::Array(Array::String(values)) => {
            Value::List(values.into_iter().map(|value| Value::Text(shortened(value.into()).into())).collect())
        }
        // Kinds that the library may add.
        other => Value::Text(shortened(other.to_string()).into()),
    }
}

fn shortened(mut text: String) -> String {
    if text.len() > TEXT_BYTES_MAX {
        text.truncate(text.floor_char_boundary(TEXT_BYTES_MAX));
        text.push('…');
    }
    text
}

fn unix_ns(moment: SystemTime) -> u64 {
    moment.duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
}
