//! What is noted of one request on its way.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ::telemetry::{Ending, KeptFor, Span, SpanId, SpanIds, TraceId};
use http::{Method, StatusCode};
use router_execution::{BegunFetch, EndedFetch, ExecutionError, FetchObserver};
use router_planning::plan::FetchId;
use router_studio::{CacheVerdict, OperationRecord};
use serde_json::Value;

use super::noted::{Ended, FetchTime, Noted, NotedError, StageTime, State};
use super::{Tracer, record, spans};
use crate::forwarding::RequestTrace;
use crate::identity::Viewer;
use crate::refusal::Refusal;
use crate::telemetry::Stage;

/// The client has gone before it was answered; the status that proxies log for that.
const GONE: u16 = 499;
/// A request has few stages and few fetches.
const STAGES: usize = 8;
const FETCHES: usize = 4;
/// Longer codes of errors are cut, and more errors are not noted: a subgraph may make up both.
const CODE_BYTES_MAX: usize = 64;
const ERRORS_MAX: usize = 100;

/// Where something is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// At an endpoint of this path.
    Endpoint(Arc<str>),
    /// Below a prefix that is passed through to a subgraph.
    PassThrough(Arc<str>),
    /// In a stream.
    Event,
}

/// Notes what becomes of a request, or of one operation among several. Clones note the same; one that is off notes nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recorder {
    recording: Option<Arc<Recording>>,
    operation: usize,
}

/// One request.
pub(super) struct Recording {
    pub(super) tracer: Arc<Tracer>,
    pub(super) trace: TraceId,
    pub(super) parent: Option<SpanId>,
    pub(super) root: SpanId,
    pub(super) ids: SpanIds,
    pub(super) begun: Instant,
    pub(super) begun_unix_ns: u64,
    pub(super) head: Option<KeptFor>,
    pub(super) correlation_id: Arc<str>,
    pub(super) method: Method,
    pub(super) place: Place,
    state: Mutex<State>,
}

/// What is known of a request at its end.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Told {
    /// Its trace, if that is kept.
    pub(crate) trace: Option<TraceId>,
    /// How long it has waited for subgraphs; nothing where nobody records.
    pub(crate) waited: Option<Duration>,
}

impl fmt::Debug for Recording {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Recording").field("trace", &self.trace).finish_non_exhaustive()
    }
}

impl Recording {
    /// A request that begins now.
    pub(super) fn begin(
        tracer: &Arc<Tracer>,
        trace: &RequestTrace,
        head: Option<KeptFor>,
        method: Method,
        place: Place,
    ) -> Self {
        let parent = trace.parent.map(|(span, _)| span);
        let mut begun = Self::new(tracer, (trace.id, parent), head, &trace.correlation_id, method, place);
        let state = begun.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        state.stages.reserve(STAGES);
        state.fetches.reserve(FETCHES);
        begun
    }

    fn new(
        tracer: &Arc<Tracer>,
        (trace, parent): (TraceId, Option<SpanId>),
        head: Option<KeptFor>,
        correlation_id: &Arc<str>,
        method: Method,
        place: Place,
    ) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let ids = SpanIds::new();
        if let Some(collector) = tracer.holds(head) {
            collector.begin(trace);
        }
        Self {
            tracer: Arc::clone(tracer),
            trace,
            parent,
            root: ids.next(),
            ids,
            begun: Instant::now(),
            begun_unix_ns: u64::try_from(now.as_nanos()).unwrap_or(u64::MAX),
            head,
            correlation_id: Arc::clone(correlation_id),
            method,
            place,
            state: Mutex::new(State { operations: vec![Noted::default()], ..State::default() }),
        }
    }

    /// Whether what is fetched is asked for in GraphQL.
    pub(super) fn place_is_graphql(&self) -> bool {
        !matches!(self.place, Place::PassThrough(_))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn since_begin(&self, moment: Instant) -> Duration {
        moment.saturating_duration_since(self.begun)
    }

    /// Decides whether the trace is kept, and tells whoever wants to know of it. Only the first call does.
    fn end(&self, status: u16, reply_bytes: usize) -> Told {
        let ended = Ended { after: self.begun.elapsed(), status, reply_bytes };
        let mut state = {
            let mut state = self.state();
            if std::mem::replace(&mut state.is_told, true) {
                return Told::default();
            }
            std::mem::take(&mut *state)
        };
        self.state().is_told = true;
        if let [only] = state.operations.as_mut_slice() {
            only.end = Some(ended.after);
        }
        let faults = state.operations.iter().flat_map(|noted| &noted.errors).any(|error| error.is_fault);
        let has_failed = status >= StatusCode::INTERNAL_SERVER_ERROR.as_u16() || faults;
        let kept = self.tracer.holds(self.head).and_then(|collector| {
            let ending =
                Ending { duration: ended.after, has_failed, is_faulted: state.is_faulted, ..Ending::default() };
            let kept = self.tracer.decided_at_end(self.head, ending);
            collector.decide(self.trace, kept, || spans::of(self, &state, ended))
        });
        if !self.tracer.sinks.is_empty() && matches!(self.place, Place::Endpoint(_)) {
            for record in record::of(self, &state, ended) {
                let record = Arc::new(record);
                self.tracer.sinks.iter().for_each(|sink| sink.answered(&record, kept));
            }
        }
        let times = state.fetches.iter().map(|fetch| (fetch.begin, fetch.ended.map_or(ended.after, |(end, _)| end)));
        Told { trace: kept.map(|_| self.trace), waited: Some(record::waited(times)) }
    }
}

/// Nobody waits for the answer any more.
impl Drop for Recording {
    fn drop(&mut self) {
        self.end(GONE, 0);
    }
}

impl Recorder {
    pub(super) fn new(recording: Recording) -> Self {
        Self { recording: Some(Arc::new(recording)), operation: 0 }
    }

    fn note(&self, note: impl FnOnce(&Recording, &mut Noted)) {
        if let Some(recording) = &self.recording
            && let Some(noted) = recording.state().operations.get_mut(self.operation)
        {
            note(recording, noted);
        }
    }

    /// A recorder for one operation of a list, which begins now.
    pub(crate) fn operation(&self) -> Self {
        let Some(recording) = &self.recording else { return Self::default() };
        let mut state = recording.state();
        let begin = recording.since_begin(Instant::now());
        state.operations.push(Noted { begin, ..Noted::default() });
        Self { recording: Some(Arc::clone(recording)), operation: state.operations.len() - 1 }
    }

    /// The operation of a list has ended.
    pub(crate) fn operation_ended(&self, reply_bytes: usize) {
        self.note(|recording, noted| {
            noted.end = Some(recording.since_begin(Instant::now()));
            noted.reply_bytes = reply_bytes;
        });
    }

    /// A stage has ended.
    pub(crate) fn stage(&self, stage: Stage, begin: Instant, end: Instant) {
        if let Some(recording) = &self.recording {
            let (begin, end) = (recording.since_begin(begin), recording.since_begin(end));
            recording.state().stages.push(StageTime { operation: self.operation, stage, begin, end });
        }
    }

    /// Who asks. Whoever is a client of its own is told by name.
    pub(crate) fn viewer(&self, viewer: &Viewer, is_client: bool) {
        if let (Some(recording), Viewer::Authenticated(_)) = (&self.recording, viewer) {
            let mut state = recording.state();
            (state.viewer, state.is_client) = (Some(viewer.clone()), is_client);
        }
    }

    /// What is asked.
    pub(crate) fn found(&self, operation: &Arc<OperationRecord>) {
        self.note(|_, noted| noted.operation = Some(Arc::clone(operation)));
    }

    /// What it may cost.
    pub(crate) fn cost(&self, cost: u64) {
        self.note(|_, noted| noted.cost = Some(cost));
    }

    /// What the reply says, as the client reads it.
    pub(crate) fn executed(&self, errors: &[ExecutionError], cache: impl FnOnce() -> CacheVerdict) {
        self.note(|recording, noted| {
            noted.cache = Some(cache());
            let errors = errors.iter().take(ERRORS_MAX).map(|error| {
                let subgraph = error.extensions.get("subgraph").and_then(router_execution::JsonValue::as_str);
                noted_error(recording, error.code(), subgraph)
            });
            noted.errors.extend(errors);
        });
    }

    /// It is not executed.
    pub(crate) fn refused(&self, refusal: &Refusal) {
        self.note(|recording, noted| {
            let codes = refusal.errors.iter().filter_map(|error| error.extensions.get("code").and_then(Value::as_str));
            noted.errors.extend(codes.take(ERRORS_MAX).map(|code| noted_error(recording, code, None)));
        });
    }

    /// A fault was put in its way.
    pub(crate) fn faulted(&self) {
        if let Some(recording) = &self.recording {
            recording.state().is_faulted = true;
        }
    }

    /// Who is to be told of its fetches.
    pub(crate) fn observer(&self) -> Option<Arc<dyn FetchObserver>> {
        self.recording.is_some().then(|| Arc::new(self.clone()) as Arc<dyn FetchObserver>)
    }

    /// A recorder for what happens in a stream that this request has begun, below `parent`. It is told of with its own end.
    pub(crate) fn event(&self, parent: SpanId) -> Self {
        let Some(recording) = &self.recording else { return Self::default() };
        let operation = recording.state().operations.first().and_then(|noted| noted.operation.clone());
        let belongs = (recording.trace, Some(parent));
        let (head, method) = (recording.head, recording.method.clone());
        let event = Recording::new(&recording.tracer, belongs, head, &recording.correlation_id, method, Place::Event);
        event.state().operations[0].operation = operation;
        Self::new(event)
    }

    /// A span of a stream that this request has begun; nothing where nobody records.
    pub(crate) fn stream(&self) -> Option<StreamRecorder> {
        let recording = Arc::clone(self.recording.as_ref()?);
        let (span, begin) = (recording.ids.next(), recording.since_begin(Instant::now()));
        Some(StreamRecorder { recorder: Self { recording: Some(recording), operation: 0 }, span, begin, events: 0 })
    }

    /// The reply is there.
    pub(crate) fn end(&self, status: StatusCode, reply_bytes: usize) -> Told {
        let recording = self.recording.as_ref();
        recording.map_or_else(Told::default, |recording| recording.end(status.as_u16(), reply_bytes))
    }
}

fn noted_error(recording: &Recording, code: &str, subgraph: Option<&str>) -> NotedError {
    let is_fault = recording.tracer.is_fault(code);
    let end = code.floor_char_boundary(CODE_BYTES_MAX);
    NotedError { code: code[..end].into(), subgraph: subgraph.map(str::to_owned), is_fault }
}

impl FetchObserver for Recorder {
    fn begun(&self, begun: BegunFetch<'_>) -> Option<SpanId> {
        let recording = self.recording.as_ref()?;
        let span = recording.ids.next();
        let fetch = FetchTime {
            operation: self.operation,
            fetch: begun.fetch.0,
            span,
            subgraph: recording.tracer.subgraphs.get(begun.subgraph).cloned(),
            entities: begun.entities,
            begin: recording.since_begin(Instant::now()),
            ended: None,
        };
        recording.state().fetches.push(fetch);
        Some(span)
    }

    fn ended(&self, fetch: FetchId, ended: EndedFetch) {
        let Some(recording) = &self.recording else { return };
        let now = recording.since_begin(Instant::now());
        let mut state = recording.state();
        let noted = state.fetches.iter_mut().rev();
        let mut noted = noted.filter(|noted| noted.operation == self.operation && noted.fetch == fetch.0);
        if let Some(noted) = noted.next() {
            noted.ended = Some((now, ended));
        }
    }
}

/// Notes a stream, and tells of it when it ends.
#[derive(Debug)]
pub(crate) struct StreamRecorder {
    recorder: Recorder,
    span: SpanId,
    begin: Duration,
    events: usize,
}

impl StreamRecorder {
    /// A recorder for the next event.
    pub(crate) fn event(&mut self) -> Recorder {
        self.events += 1;
        self.recorder.event(self.span)
    }
}

impl Drop for StreamRecorder {
    fn drop(&mut self) {
        let Some(recording) = &self.recorder.recording else { return };
        if let (Some(collector), true) = (&recording.tracer.collector, recording.head.is_some()) {
            let end = recording.since_begin(Instant::now());
            let span: Span = spans::of_stream(recording, self.span, self.begin..end, self.events);
            collector.ended(span, true);
        }
    }
}
