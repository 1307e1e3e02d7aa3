//! What becomes of a span when it begins and when it has ended.

use std::borrow::Cow;
use std::time::Duration;

use opentelemetry::trace::{Link, Span as _, SpanKind, TraceContextExt, TraceState};
use opentelemetry::{Context, KeyValue, SpanId, TraceId};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SamplingDecision, SamplingResult, ShouldSample, Span, SpanData, SpanProcessor};

use super::{IDLE, RECORDER, convert};
use crate::sink::KeptFor;
use crate::span::{Span as EndedSpan, Value};

/// The service that does the work of a trace here; in the context that its spans inherit.
pub(super) struct Service(pub(super) Cow<'static, str>);

/// The trace begins here, and is one that is kept in any case.
pub(super) struct Begun;

/// The attribute by which a span knows its service until it has ended.
pub(super) const SERVICE: &str = "service.name";

/// Records every span that the filter has let pass, since it lets no other pass than those of traces that are wanted; and
/// keeps the flag that says so to others.
#[derive(Debug, Clone)]
pub(super) struct Sampled;

impl ShouldSample for Sampled {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        _: TraceId,
        _: &str,
        _: &SpanKind,
        _: &[KeyValue],
        _: &[Link],
    ) -> SamplingResult {
        let is_sampled =
            parent.is_some_and(|parent| parent.span().span_context().is_sampled() || parent.get::<Begun>().is_some());
        let decision = if is_sampled { SamplingDecision::RecordAndSample } else { SamplingDecision::RecordOnly };
        SamplingResult { decision, attributes: Vec::new(), trace_state: TraceState::NONE }
    }
}

/// Hands ended spans to the collector.
#[derive(Debug)]
pub(super) struct Processor;

impl SpanProcessor for Processor {
    fn on_start(&self, span: &mut Span, context: &Context) {
        if let Some(Service(service)) = context.get::<Service>() {
            span.set_attribute(KeyValue::new(SERVICE, service.clone()));
        }
        if let Some(recorder) = RECORDER.get()
            && context.get::<Begun>().is_some()
            && !context.span().span_context().is_valid()
            && let Some(trace) = crate::TraceId::new(span.span_context().trace_id().to_bytes())
        {
            recorder.collector.begin(trace);
        }
    }

    fn on_end(&self, span: SpanData) {
        let Some(recorder) = RECORDER.get() else { return };
        let (is_sampled, is_first) = (span.span_context.is_sampled(), span.parent_span_id == SpanId::INVALID);
        let Some(span) = convert::span(span) else { return };
        if is_first {
            recorder.collector.decide(span.trace_id, worth(&span), || vec![span]);
        } else {
            recorder.collector.ended(span, is_sampled);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// What a trace that has begun here is kept for, by its first span.
fn worth(first: &EndedSpan) -> Option<KeptFor> {
    match first.attribute(IDLE) {
        _ if first.is_error() => Some(KeptFor::Error),
        Some(Value::Boolean(true)) => None,
        _ => Some(KeptFor::Sample),
    }
}
