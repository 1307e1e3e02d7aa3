//! Spans as OpenTelemetry sends them (OTLP 1): to a collector's address and from others, in Protobuf or JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as AnyValueKind;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link, SpanKind as WireKind};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span as WireSpan, Status};
use prost::Message;
use telemetry::span::Attributes;
use telemetry::{Span, SpanEvent, SpanId, SpanKind, SpanStatus, TraceId, Value};

/// The attribute of a resource that names the service.
const SERVICE: &str = "service.name";
/// Whoever does not say who they are.
const NOBODY: &str = "unknown_service";
/// What is more than that of a span is left out: attributes, events, links, and characters of a text.
const ATTRIBUTES_MAX: usize = 128;
const EVENTS_MAX: usize = 128;
const LINKS_MAX: usize = 128;
const TEXT_MAX: usize = 4_096;
/// Values within values.
const DEPTH_MAX: usize = 4;

/// The request that would tell a collector of these spans, as JSON.
///
/// # Errors
/// When a text cannot be told in JSON.
pub fn to_json(spans: &[Span]) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&to_wire(spans))
}

/// The same, in Protobuf.
#[must_use]
pub fn to_protobuf(spans: &[Span]) -> Vec<u8> {
    to_wire(spans).encode_to_vec()
}

/// The spans of a request in JSON. What has no ids is left out.
///
/// # Errors
/// When it is no such request.
pub fn from_json(body: &[u8]) -> Result<Vec<Span>, String> {
    let request: ExportTraceServiceRequest = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    Ok(from_wire(request))
}

/// The spans of a request in Protobuf. What has no ids is left out.
///
/// # Errors
/// When it is no such request.
pub fn from_protobuf(body: &[u8]) -> Result<Vec<Span>, String> {
    let request = ExportTraceServiceRequest::decode(body).map_err(|error| error.to_string())?;
    Ok(from_wire(request))
}

fn to_wire(spans: &[Span]) -> ExportTraceServiceRequest {
    let mut services: BTreeMap<&str, Vec<WireSpan>> = BTreeMap::new();
    for span in spans {
        services.entry(&span.service).or_default().push(wire_span(span));
    }
    let resource_spans = services.into_iter().map(|(service, spans)| ResourceSpans {
        resource: Some(Resource {
            attributes: vec![wire_attribute(SERVICE, AnyValueKind::StringValue(service.to_owned()))],
            ..Resource::default()
        }),
        scope_spans: vec![ScopeSpans {
            scope: Some(InstrumentationScope { name: "lyceum".to_owned(), ..InstrumentationScope::default() }),
            spans,
            schema_url: String::new(),
        }],
        schema_url: String::new(),
    });
    ExportTraceServiceRequest { resource_spans: resource_spans.collect() }
}

fn wire_span(span: &Span) -> WireSpan {
    let kind = match span.kind {
        SpanKind::Internal => WireKind::Internal,
        SpanKind::Server => WireKind::Server,
        SpanKind::Client => WireKind::Client,
        SpanKind::Producer => WireKind::Producer,
        SpanKind::Consumer => WireKind::Consumer,
    };
    let (code, message) = match &span.status {
        SpanStatus::Unset => (StatusCode::Unset, String::new()),
        SpanStatus::Ok => (StatusCode::Ok, String::new()),
        SpanStatus::Error(reason) => (StatusCode::Error, reason.to_string()),
    };
    let events = span.events.iter().map(|event| Event {
        time_unix_nano: event.at_unix_ns,
        name: event.name.to_string(),
        attributes: wire_attributes(&event.attributes),
        dropped_attributes_count: 0,
    });
    let links = span.links.iter().map(|(trace, span)| Link {
        trace_id: trace.bytes().to_vec(),
        span_id: span.bytes().to_vec(),
        ..Link::default()
    });
    WireSpan {
        trace_id: span.trace_id.bytes().to_vec(),
        span_id: span.id.bytes().to_vec(),
        parent_span_id: span.parent.map(|parent| parent.bytes().to_vec()).unwrap_or_default(),
        name: span.name.to_string(),
        kind: kind.into(),
        start_time_unix_nano: span.begin_unix_ns,
        end_time_unix_nano: span.end_unix_ns,
        attributes: wire_attributes(&span.attributes),
        events: events.collect(),
        links: links.collect(),
        status: Some(Status { message, code: code.into() }),
        ..WireSpan::default()
    }
}

fn wire_attributes(attributes: &Attributes) -> Vec<KeyValue> {
    attributes.iter().map(|(name, value)| wire_attribute(name, wire_value(value))).collect()
}

fn wire_attribute(name: &str, value: AnyValueKind) -> KeyValue {
    KeyValue { key: name.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

fn wire_value(value: &Value) -> AnyValueKind {
    match value {
        Value::Boolean(value) => AnyValueKind::BoolValue(*value),
        Value::Integer(value) => AnyValueKind::IntValue(*value),
        Value::Float(value) => AnyValueKind::DoubleValue(*value),
        Value::Text(text) => AnyValueKind::StringValue(text.to_string()),
        Value::List(values) => {
            let values = values.iter().map(|value| AnyValue { value: Some(wire_value(value)) });
            AnyValueKind::ArrayValue(ArrayValue { values: values.collect() })
        }
    }
}

fn from_wire(request: ExportTraceServiceRequest) -> Vec<Span> {
    let mut spans = Vec::new();
    for resource in request.resource_spans {
        let attributes = resource.resource.map(|resource| resource.attributes).unwrap_or_default();
        let service = attributes.into_iter().find(|attribute| attribute.key == SERVICE);
        let service = match service.and_then(|attribute| attribute.value).and_then(|value| value.value) {
            Some(AnyValueKind::StringValue(name)) if !name.is_empty() => cut(name),
            _ => NOBODY.to_owned(),
        };
        let service: Arc<str> = service.into();
        let told = resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
        spans.extend(told.filter_map(|span| own_span(&service, span)));
    }
    spans
}

fn own_span(service: &Arc<str>, span: WireSpan) -> Option<Span> {
    let kind = match WireKind::try_from(span.kind).unwrap_or_default() {
        WireKind::Unspecified | WireKind::Internal => SpanKind::Internal,
        WireKind::Server => SpanKind::Server,
        WireKind::Client => SpanKind::Client,
        WireKind::Producer => SpanKind::Producer,
        WireKind::Consumer => SpanKind::Consumer,
    };
    let status = span.status.unwrap_or_default();
    let status = match StatusCode::try_from(status.code).unwrap_or_default() {
        StatusCode::Unset => SpanStatus::Unset,
        StatusCode::Ok => SpanStatus::Ok,
        StatusCode::Error => SpanStatus::Error(cut(status.message).into()),
    };
    let events = span.events.into_iter().take(EVENTS_MAX).map(|event| SpanEvent {
        name: cut(event.name).into(),
        at_unix_ns: event.time_unix_nano,
        attributes: own_attributes(event.attributes),
    });
    let links = span.links.into_iter().take(LINKS_MAX);
    Some(Span {
        trace_id: trace_id(&span.trace_id)?,
        id: span_id(&span.span_id)?,
        parent: span_id(&span.parent_span_id),
        service: Arc::clone(service),
        name: cut(span.name).into(),
        kind,
        begin_unix_ns: span.start_time_unix_nano,
        end_unix_ns: span.end_time_unix_nano.max(span.start_time_unix_nano),
        status,
        attributes: own_attributes(span.attributes),
        events: events.collect(),
        links: links.filter_map(|link| Some((trace_id(&link.trace_id)?, span_id(&link.span_id)?))).collect(),
    })
}

fn trace_id(bytes: &[u8]) -> Option<TraceId> {
    TraceId::new(bytes.try_into().ok()?)
}

fn span_id(bytes: &[u8]) -> Option<SpanId> {
    SpanId::new(bytes.try_into().ok()?)
}

fn own_attributes(attributes: Vec<KeyValue>) -> Attributes {
    let attributes = attributes.into_iter().take(ATTRIBUTES_MAX);
    attributes.filter_map(|attribute| Some((Cow::Owned(cut(attribute.key)), own_value(attribute.value?, 0)?))).collect()
}

fn own_value(value: AnyValue, depth: usize) -> Option<Value> {
    Some(match value.value? {
        AnyValueKind::BoolValue(value) => Value::Boolean(value),
        AnyValueKind::IntValue(value) => Value::Integer(value),
        // JSON has no word for the others.
        AnyValueKind::DoubleValue(value) if value.is_finite() => Value::Float(value),
        AnyValueKind::StringValue(text) => Value::Text(cut(text).into()),
        AnyValueKind::ArrayValue(list) if depth < DEPTH_MAX => {
            let values = list.values.into_iter().take(ATTRIBUTES_MAX);
            Value::List(values.filter_map(|value| own_value(value, depth + 1)).collect())
        }
        _ => return None,
    })
}

fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(TEXT_MAX) {
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use telemetry::{Span, SpanEvent, SpanKind, SpanStatus, Value};

    use super::{from_json, from_protobuf, to_json, to_protobuf};

    fn spans() -> impl Strategy<Value = Vec<Span>> {
        let span = (1_u8.., 1_u8.., any::<bool>(), "[a-z ]{0,12}", any::<u32>(), any::<i64>(), any::<u32>());
        let span = span.prop_map(|(trace, id, failed, name, begin, number, event)| Span {
            trace_id: format!("{trace:032x}").parse().unwrap(),
            id: format!("{id:016x}").parse().unwrap(),
            parent: (id > 1).then(|| "0000000000000001".parse().unwrap()),
            service: if failed { "media" } else { "router" }.into(),
            name: name.clone().into(),
            kind: if failed { SpanKind::Server } else { SpanKind::Producer },
            begin_unix_ns: u64::from(begin),
            end_unix_ns: u64::from(begin) + 7,
            status: if failed { SpanStatus::Error(name.into()) } else { SpanStatus::Ok },
            attributes: vec![
                ("number".into(), Value::Integer(number)),
                ("list".into(), Value::List(vec![Value::Boolean(failed), Value::Text("é".into()), Value::Float(0.5)])),
            ],
            events: vec![SpanEvent { name: "exception".into(), at_unix_ns: event.into(), attributes: Vec::new() }],
            links: vec![("000000000000000000000000000000ff".parse().unwrap(), "00000000000000ff".parse().unwrap())],
        });
        proptest::collection::vec(span, 0..5)
    }

    proptest! {
        /// What is sent is what is received, service by service.
        #[test]
        fn spans_survive_the_wire(mut spans in spans()) {
            spans.sort_by(|one, other| one.service.cmp(&other.service));
            prop_assert_eq!(&from_protobuf(&to_protobuf(&spans)).unwrap(), &spans);
            prop_assert_eq!(&from_json(&to_json(&spans).unwrap()).unwrap(), &spans);
        }

        #[test]
        fn nothing_that_is_received_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (from_protobuf(&bytes), from_json(&bytes));
        }
    }

    /// OTLP specification, "JSON Protobuf Encoding": ids in hexadecimal digits, numbers of 64 bits as texts or numbers.
    #[test]
    fn json_is_read_as_the_specification_writes_it() {
        let body = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"media"}}]},
            "scopeSpans":[{"scope":{"name":"x"},"spans":[{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174",
            "parentSpanId":"EEE19B7EC3C1B173","name":"I'm a server span","startTimeUnixNano":"1544712660000000000",
            "endTimeUnixNano":"1544712661000000000","kind":2,"attributes":[{"key":"my.span.attr","value":{"stringValue":"some value"}}]}]}]}]}"#;
        let span = from_json(body.as_bytes()).unwrap().remove(0);
        assert_eq!(span.trace_id.to_string(), "5b8efff798038103d269b633813fc60c");
        assert_eq!((span.service.as_ref(), span.kind, span.duration_ns()), ("media", SpanKind::Server, 1_000_000_000));
    }
}
