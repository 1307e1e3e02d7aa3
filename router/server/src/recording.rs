//! What the router records of each request: its stages, its fetches, and what became of it.
//!
//! A [`Recorder`] goes with every request, and costs a few moments on the clock and two short lists: only at the end is it
//! known whether the request is worth a trace. Then [`Tracer`] decides, and what was noted becomes spans (`spans`), for a
//! trace that is kept, and a record (`record`), which whoever watches requests is told of each.
//!
//! Without anybody to tell, a recorder holds nothing, and nothing is noted.
//!
//! **Invariants.** Nothing of a request's variables, headers and tokens is recorded, nor who its viewer is; texts in
//! operations are left out. Names of spans are few: those of operations are taken up to a bound.

mod names;
mod noted;
mod operation;
mod record;
mod recorder;
mod spans;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use ::telemetry::viewer::ViewerKey;
use ::telemetry::{Collector, Ending, KeptFor, Propagation, Sampler, SamplingRules, TraceId};
use http::{HeaderMap, Method};
use router_studio::RequestSink;

use self::names::Names;
pub(crate) use self::operation::record_of;
use self::recorder::Recording;
pub(crate) use self::recorder::{Place, Recorder, StreamRecorder};
use crate::configuration::{ErrorSettings, TelemetrySettings};
use crate::error_masking::CLIENT_CODES;
use crate::forwarding::RequestTrace;

/// Operations whose names are names of spans. The others are called by their kind.
const OPERATION_NAMES_MAX: usize = 500;
/// Of the codes for clients, the one that says that a subgraph is spared.
const SPARED: &str = "CIRCUIT_OPEN";

/// A subgraph, as spans tell of it.
#[derive(Debug)]
pub(crate) struct TracedSubgraph {
    pub(crate) name: Arc<str>,
    /// The host and the port of its address.
    pub(crate) server: Option<(String, u16)>,
    pub(crate) path: String,
}

impl TracedSubgraph {
    /// The subgraph of this name at this address.
    pub(crate) fn new(name: &str, url: &str) -> Self {
        let url: Option<http::Uri> = url.parse().ok();
        let server = url.as_ref().and_then(|url| {
            let port = url.port_u16().unwrap_or(if url.scheme_str() == Some("https") { 443 } else { 80 });
            Some((url.host()?.to_owned(), port))
        });
        Self { name: name.into(), server, path: url.as_ref().map_or("/graphql", http::Uri::path).to_owned() }
    }
}

/// Codes of errors that are no failures of this side.
pub(crate) fn client_codes(errors: &ErrorSettings) -> HashSet<String> {
    let client_codes = CLIENT_CODES.into_iter().filter(|code| *code != SPARED).map(str::to_owned);
    client_codes.chain(errors.client_codes.iter().cloned()).collect()
}

/// Begins recordings, and decides what becomes of them. Made once.
#[derive(Debug)]
pub(crate) struct Tracer {
    propagation: Arc<Propagation>,
    trusts_parents: bool,
    writes_documents: bool,
    sampler: Sampler,
    /// None, when nobody takes spans.
    collector: Option<Arc<Collector>>,
    sinks: Vec<Arc<dyn RequestSink>>,
    subgraphs: HashMap<String, Arc<TracedSubgraph>>,
    service: Arc<str>,
    /// Codes of errors that are no failures of this side.
    client_codes: HashSet<String>,
    operation_names: Names,
    /// By which viewers are told apart.
    viewer_key: ViewerKey,
}

impl Tracer {
    /// A tracer that gives spans to `collector`, if that has anybody to give them to, and tells `sinks` of requests.
    pub(crate) fn new(
        settings: &TelemetrySettings,
        errors: &ErrorSettings,
        collector: Option<Arc<Collector>>,
        sinks: Vec<Arc<dyn RequestSink>>,
        viewer_key: ViewerKey,
        subgraphs: impl Iterator<Item = TracedSubgraph>,
    ) -> Self {
        let TelemetrySettings { propagation, sampling, tracing, .. } = settings;
        let rules = SamplingRules {
            rate: sampling.rate,
            errors: sampling.errors,
            slow: Some(Duration::from_millis(sampling.slow_ms)).filter(|slow| !slow.is_zero()),
            traces_per_second_max: sampling.traces_per_second_max,
        };
        Self {
            propagation: Arc::new(Propagation::new(&propagation.formats, propagation.baggage.clone())),
            trusts_parents: propagation.trust_parent,
            writes_documents: tracing.documents,
            sampler: Sampler::new(rules),
            collector: collector.filter(|collector| collector.has_sinks()),
            sinks,
            subgraphs: subgraphs.map(|subgraph| (subgraph.name.to_string(), Arc::new(subgraph))).collect(),
            service: Arc::from("router"),
            client_codes: client_codes(errors),
            operation_names: Names::new(OPERATION_NAMES_MAX),
            viewer_key,
        }
    }

    /// Joins or begins a trace, and begins to record a request of this method at this place.
    pub(crate) fn begin(
        self: &Arc<Self>,
        method: &Method,
        place: Place,
        headers: &HeaderMap,
    ) -> (RequestTrace, Recorder) {
        let mut trace = RequestTrace::read(&self.propagation, headers);
        let told = trace.parent.and_then(|(_, told)| told).filter(|_| self.trusts_parents);
        if self.collector.is_none() && self.sinks.is_empty() {
            trace.is_sampled = told.unwrap_or(false);
            return (trace, Recorder::default());
        }
        let head = self.decided_at_head(&trace, told);
        trace.is_sampled = head.is_some();
        let recording = Recording::begin(self, &trace, head, method.clone(), place);
        (trace, Recorder::new(recording))
    }

    fn decided_at_head(&self, trace: &RequestTrace, told: Option<bool>) -> Option<KeptFor> {
        self.collector.as_ref()?;
        // A client that is not believed could have chosen an id that is always kept.
        let is_chosen = trace.parent.is_some() && !self.trusts_parents;
        self.sampler.at_head(if is_chosen { TraceId::random() } else { trace.id }, told)
    }

    /// Whether spans of a trace with this decision are to be held until its end.
    fn holds(&self, head: Option<KeptFor>) -> Option<&Collector> {
        self.collector.as_deref().filter(|_| head.is_some() || self.sampler.waits_for_the_end())
    }

    fn decided_at_end(&self, head: Option<KeptFor>, ending: Ending) -> Option<KeptFor> {
        self.sampler.at_end(head, ending)
    }

    fn is_fault(&self, code: &str) -> bool {
        !self.client_codes.contains(code)
    }

    /// Tells viewers apart, and nothing else.
    pub(crate) fn viewer(&self, subject: &str) -> Arc<str> {
        self.viewer_key.name(subject).into()
    }
}
