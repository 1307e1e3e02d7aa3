//! The one subscriber of the process's `tracing`: what becomes of log lines, of spans, and of failures.
//!
//! - Events become log lines, as far as the filter for them lets them pass ([`crate::logs`]).
//! - Spans become spans of a trace once [`record_spans`] has said where they go. One that comes from outside begins with
//!   [`Beginning`]; a span within it is part of its trace, and any other is not made at all. So a request that nobody wants
//!   recorded costs one look for each of its spans.
//! - Errors are counted, and reported where that is configured ([`crate::failures`]).
//!
//! The three do not know of each other: the level of the log takes no span away, and spans write no lines.

mod convert;
mod filter;
mod processor;

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use opentelemetry::trace::{SpanContext, TraceContextExt, TraceFlags, TraceState, TracerProvider};
use opentelemetry::{Context, SpanId, TraceId};
use opentelemetry_sdk::trace::SdkTracerProvider;
use thiserror::Error;
use tracing::level_filters::LevelFilter;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::filter::{ParseError, Targets};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;

use self::filter::{ForLines, ForSpans, Gate};
use self::processor::{Begun, Processor, Sampled, Service};
use crate::active::Active;
use crate::collect::Collector;
use crate::failures::FailureLayer;
use crate::logs::{LogFormat, LogLayer};
use crate::scope::ScopeLayer;

/// The target of spans with which a trace enters the process, or begins.
pub const ROOT: &str = "telemetry::root";

/// The field by which the span that begins a trace says, with `true`, that there was nothing to do: such a trace is not kept.
pub const IDLE: &str = "lyceum.idle";

const ATTRIBUTES_MAX: u32 = 32;
const EVENTS_MAX: u32 = 16;
const LINKS_MAX: u32 = 8;

static RECORDER: OnceLock<Recorder> = OnceLock::new();

/// Who keeps spans.
struct Recorder {
    collector: Arc<Collector>,
    /// Of the traces that begin here, the share that is recorded: 0 to 1.
    share: f64,
}

/// The subscriber cannot be installed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SubscriberError {
    /// The filter is not one.
    #[error("`{filter}` is no log filter: {source}; write for instance `info` or `warn,learning=debug`")]
    Filter {
        /// What was asked for.
        filter: String,
        /// What is wrong with it.
        source: ParseError,
    },
    /// Something in this process has installed one before.
    #[error("a subscriber of traces and logs was installed before in this process; install it once")]
    Twice,
}

/// Installs the subscriber: writes log lines from now on, and counts errors. `filter` is a level, or levels by target:
/// `info`, or `warn,learning=debug`.
///
/// # Errors
/// [`SubscriberError`] when the filter cannot be read, or a subscriber was installed before.
pub fn install(format: LogFormat, filter: &str) -> Result<(), SubscriberError> {
    let lines = lines(filter)?;
    install_with(LogLayer::to_standard_error(format), lines)
}

fn lines(filter: &str) -> Result<Targets, SubscriberError> {
    filter.parse().map_err(|source| SubscriberError::Filter { filter: filter.to_owned(), source })
}

fn install_with(log: LogLayer, lines: Targets) -> Result<(), SubscriberError> {
    let provider = SdkTracerProvider::builder()
        .with_sampler(Sampled)
        .with_span_processor(Processor)
        .with_max_attributes_per_span(ATTRIBUTES_MAX)
        .with_max_attributes_per_event(ATTRIBUTES_MAX)
        .with_max_events_per_span(EVENTS_MAX)
        .with_max_links_per_span(LINKS_MAX)
        .build();
    let spans = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("lyceum"))
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false);
    let subscriber = Registry::default()
        .with(spans.with_filter(ForSpans))
        .with(ScopeLayer.with_filter(ForLines::scopes()))
        .with(FailureLayer.with_filter(ForLines::new(Targets::new().with_default(LevelFilter::ERROR))))
        .with(log.with_filter(ForLines::new(lines)))
        .with(Gate);
    tracing::subscriber::set_global_default(subscriber).map_err(|_| SubscriberError::Twice)
}

/// From now on spans are recorded and go to the collector: those of traces that it wants, and of those that begin here this
/// share, from 0 to 1. Said once for a process; false when it was said before.
pub fn record_spans(collector: Arc<Collector>, share: f64) -> bool {
    let is_first = RECORDER.set(Recorder { collector, share }).is_ok();
    // What was not worth a look until now may be, from now on.
    tracing::callsite::rebuild_interest_cache();
    is_first
}

/// A piece of work with which a trace enters the process, or begins, and that is worth recording.
///
/// ```
/// # let (subgraph, traceparent) = ("learning", None);
/// use telemetry::subscriber::{Beginning, ROOT};
/// let span = Beginning::of(subgraph, traceparent)
///     .open(|| tracing::info_span!(target: ROOT, parent: None, "request", otel.kind = "server"));
/// ```
#[derive(Debug, Clone)]
pub struct Beginning(Option<Context>);

impl Beginning {
    /// Work of a service for somebody who has sent this W3C `traceparent`; without one, or with one that is not well formed,
    /// a trace begins here.
    pub fn of(service: impl Into<Cow<'static, str>>, traceparent: Option<&str>) -> Self {
        let Some(recorder) = RECORDER.get() else { return Self(None) };
        let context = match traceparent.and_then(Active::parse) {
            Some(parent) => recorder.collector.wants(parent.trace_id, parent.sampled).then(|| remote(parent)),
            None => takes(recorder.share).then(|| Context::new().with_value(Begun)),
        };
        Self(context.map(|context| context.with_value(Service(service.into()))))
    }

    /// Whether it is recorded.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.0.is_some()
    }

    /// Its span, which `make` makes with the target [`ROOT`] and `parent: None`; an empty one when it is not recorded.
    pub fn open(self, make: impl FnOnce() -> tracing::Span) -> tracing::Span {
        let Some(context) = self.0 else { return tracing::Span::none() };
        let span = make();
        // It fails where another subscriber was installed, which records no spans.
        let _ = span.set_parent(context);
        span
    }
}

fn remote(parent: Active) -> Context {
    let flags = if parent.sampled { TraceFlags::SAMPLED } else { TraceFlags::default() };
    let (trace, span) = (parent.trace_id.bytes(), parent.span_id.bytes());
    let (trace, span) = (TraceId::from_bytes(trace), SpanId::from_bytes(span));
    Context::new().with_remote_span_context(SpanContext::new(trace, span, flags, true, TraceState::NONE))
}

/// Links a span to one elsewhere that has led to it.
pub fn link(span: &tracing::Span, traceparent: &str) {
    if let Some(cause) = Active::parse(traceparent) {
        span.add_link(remote(cause).span().span_context().clone());
    }
}

fn takes(share: f64) -> bool {
    if share <= 0.0 || share >= 1.0 {
        return share >= 1.0;
    }
    let mut bytes = [0; 4];
    // Without chance nothing is taken; there is none only where the operating system has failed.
    getrandom::fill(&mut bytes).is_ok() && f64::from(u32::from_le_bytes(bytes)) < share * f64::from(u32::MAX)
}

#[cfg(test)]
mod tests;
