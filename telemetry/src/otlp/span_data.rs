//! Spans as OpenTelemetry's own library has them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry::trace::{
    Event, Link, SpanContext, SpanId as OtherSpanId, SpanKind as OtherKind, Status, TraceFlags,
    TraceId as OtherTraceId, TraceState,
};
use opentelemetry::{Array, InstrumentationScope, Key, KeyValue, StringValue, Value as OtherValue};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use crate::span::{Attributes, Span, SpanId, SpanKind, SpanStatus, TraceId, Value};

/// The same span.
pub(super) fn of(span: &Span) -> SpanData {
    let mut events = SpanEvents::default();
    events.events = span
        .events
        .iter()
        .map(|event| Event::new(event.name.clone(), time(event.at_unix_ns), attributes(&event.attributes), 0))
        .collect();
    let mut links = SpanLinks::default();
    links.links = span.links.iter().map(|(trace, id)| Link::new(context(*trace, *id), Vec::new(), 0)).collect();
    SpanData {
        span_context: context(span.trace_id, span.id),
        parent_span_id: span.parent.map_or(OtherSpanId::INVALID, |parent| OtherSpanId::from_bytes(parent.bytes())),
        parent_span_is_remote: matches!(span.kind, SpanKind::Server | SpanKind::Consumer),
        span_kind: match span.kind {
            SpanKind::Internal => OtherKind::Internal,
            SpanKind::Server => OtherKind::Server,
            SpanKind::Client => OtherKind::Client,
            SpanKind::Producer => OtherKind::Producer,
            SpanKind::Consumer => OtherKind::Consumer,
        },
        name: span.name.clone(),
        start_time: time(span.begin_unix_ns),
        end_time: time(span.end_unix_ns),
        attributes: attributes(&span.attributes),
        dropped_attributes_count: 0,
        events,
        links,
        status: match &span.status {
            SpanStatus::Unset => Status::Unset,
            SpanStatus::Ok => Status::Ok,
            SpanStatus::Error(why) => Status::error(why.clone()),
        },
        instrumentation_scope: InstrumentationScope::builder("lyceum").build(),
    }
}

/// Whatever is sent is kept.
fn context(trace: TraceId, span: SpanId) -> SpanContext {
    let (trace, span) = (OtherTraceId::from_bytes(trace.bytes()), OtherSpanId::from_bytes(span.bytes()));
    SpanContext::new(trace, span, TraceFlags::SAMPLED, false, TraceState::default())
}

fn time(unix_ns: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_nanos(unix_ns)
}

fn attributes(attributes: &Attributes) -> Vec<KeyValue> {
    attributes.iter().map(|(name, given)| KeyValue::new(Key::new(name.clone()), value(given))).collect()
}

fn value(given: &Value) -> OtherValue {
    match given {
        Value::Boolean(given) => (*given).into(),
        Value::Integer(given) => (*given).into(),
        Value::Float(given) => (*given).into(),
        Value::Text(given) => StringValue::from(given.clone()).into(),
        Value::List(given) => list(given),
    }
}

/// Lists have values of one kind there. One of several kinds becomes one of texts.
fn list(given: &[Value]) -> OtherValue {
    let integers: Option<Vec<i64>> = given.iter().map(as_integer).collect();
    if let Some(integers) = integers {
        return OtherValue::Array(Array::I64(integers));
    }
    let texts = given.iter().map(|value| match value {
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Text(value) => value.to_string(),
        Value::List(values) => format!("{values:?}"),
    });
    OtherValue::Array(Array::String(texts.map(StringValue::from).collect()))
}

fn as_integer(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(value) => Some(*value),
        _ => None,
    }
}
