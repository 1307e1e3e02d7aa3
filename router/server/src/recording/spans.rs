//! The spans of a request, by OpenTelemetry's semantic conventions for HTTP and GraphQL
//! (<https://opentelemetry.io/docs/specs/semconv/http/http-spans/>,
//! <https://opentelemetry.io/docs/specs/semconv/graphql/graphql-spans/>). What they have no name for begins with `lyceum.`.

use std::borrow::Cow;
use std::ops::Range;
use std::time::Duration;

use ::telemetry::span::Attributes;
use ::telemetry::{Span, SpanEvent, SpanId, SpanKind, SpanStatus, Value};
use http::Method;
use router_execution::{EndedFetch, FetchEnd};
use router_studio::{CacheVerdict, OperationKind, OperationRecord};

use super::noted::{Ended, FetchTime, Noted, State};
use super::recorder::{Place, Recording};
use crate::telemetry::Stage;

/// More errors than that are not told one by one.
const ERROR_EVENTS_MAX: usize = 20;

/// All spans of the request, the whole one first.
pub(super) fn of(recording: &Recording, state: &State, ended: Ended) -> Vec<Span> {
    let mut spans = Vec::with_capacity(1 + state.stages.len() + state.fetches.len() + state.operations.len());
    spans.push(of_request(recording, state, ended));
    // Of each operation, what its stages and fetches are parts of.
    let mut parents = vec![(recording.root, recording.root)];
    for noted in state.operations.iter().skip(1) {
        let span = of_operation(recording, noted, ended);
        parents.push((span.id, span.id));
        spans.push(span);
    }
    for time in &state.stages {
        let Some((parent, fetches)) = parents.get_mut(time.operation) else { continue };
        let (id, name) = (recording.ids.next(), Cow::Borrowed(time.stage.name()));
        spans.push(span(recording, id, Some(*parent), name, time.begin..time.end));
        if time.stage == Stage::Execution {
            *fetches = id;
        }
    }
    for fetch in &state.fetches {
        let parent = parents.get(fetch.operation).map(|(_, parent)| *parent);
        spans.push(of_fetch(recording, state, fetch, parent, ended.after));
    }
    spans
}

/// A stream, from its first byte to its last.
pub(super) fn of_stream(recording: &Recording, id: SpanId, time: Range<Duration>, events: usize) -> Span {
    let mut span = span(recording, id, Some(recording.root), "stream".into(), time);
    span.attributes.push(("lyceum.stream.events".into(), integer(events)));
    span
}

fn of_request(recording: &Recording, state: &State, ended: Ended) -> Span {
    let is_several = state.operations.len() > 1;
    let only = state.operations.first().filter(|_| !is_several);
    let operation = only.and_then(|noted| noted.operation.as_deref());
    let method = method_name(&recording.method);
    let (name, route): (Cow<'static, str>, _) = match (&recording.place, operation) {
        (Place::Event, _) => ("subscription event".into(), None),
        (Place::Endpoint(path), Some(operation)) => (name_of(recording, operation), Some(path)),
        (Place::Endpoint(path) | Place::PassThrough(path), _) => (format!("{method} {path}").into(), Some(path)),
    };
    let mut span = span(recording, recording.root, recording.parent, name, Duration::ZERO..ended.after);
    let attributes = &mut span.attributes;
    if let Some(route) = route {
        span.kind = SpanKind::Server;
        attributes.extend([
            ("http.request.method".into(), method.into()),
            ("http.route".into(), route.to_string().into()),
            ("url.path".into(), route.to_string().into()),
            ("http.response.status_code".into(), Value::Integer(ended.status.into())),
            ("http.response.body.size".into(), integer(ended.reply_bytes)),
        ]);
    }
    attributes.push(("lyceum.correlation_id".into(), recording.correlation_id.to_string().into()));
    if let Some(client) = super::record::client_of(state) {
        attributes.push(("lyceum.client".into(), client.to_string().into()));
    }
    if is_several {
        attributes.push(("lyceum.operations".into(), integer(state.operations.len() - 1)));
    }
    if let Some(noted) = only {
        describe(recording, &mut span, noted);
    }
    if ended.status >= 500 {
        fail(&mut span, ended.status.to_string().into());
    }
    span
}

/// One operation of a list.
fn of_operation(recording: &Recording, noted: &Noted, ended: Ended) -> Span {
    let name = noted.operation.as_deref().map_or("operation".into(), |operation| name_of(recording, operation));
    let end = noted.end.unwrap_or(ended.after);
    let mut span = span(recording, recording.ids.next(), Some(recording.root), name, noted.begin..end);
    describe(recording, &mut span, noted);
    span
}

/// What is told of the operation, and of its errors.
fn describe(recording: &Recording, span: &mut Span, noted: &Noted) {
    let attributes = &mut span.attributes;
    if let Some(operation) = &noted.operation {
        attributes.push(("graphql.operation.type".into(), kind_name(operation.kind).into()));
        if let Some(name) = &operation.name {
            attributes.push(("graphql.operation.name".into(), name.clone().into()));
        }
        attributes.push(("lyceum.operation.hash".into(), operation.hash.clone().into()));
        if recording.tracer.writes_documents {
            attributes.push(("graphql.document".into(), operation.text.clone().into()));
        }
    }
    if let Some(cost) = noted.cost {
        attributes.push(("lyceum.cost".into(), Value::Integer(i64::try_from(cost).unwrap_or(i64::MAX))));
    }
    if let Some(cache) = &noted.cache {
        let (verdict, age) = match cache {
            CacheVerdict::Hit { age } => ("hit", Some(*age)),
            CacheVerdict::Miss => ("miss", None),
            CacheVerdict::Uncacheable(_) => ("uncacheable", None),
        };
        attributes.push(("lyceum.cache".into(), verdict.into()));
        attributes.extend(age.map(|age| ("lyceum.cache.age_s".into(), Value::Integer(age.cast_signed()))));
    }
    let at_unix_ns = span.end_unix_ns;
    for error in noted.errors.iter().take(ERROR_EVENTS_MAX) {
        let code = ("code".into(), Value::from(error.code.to_string()));
        let subgraph = error.subgraph.clone().map(|subgraph| ("subgraph".into(), subgraph.into()));
        let attributes: Attributes = [Some(code), subgraph].into_iter().flatten().collect();
        span.events.push(SpanEvent { name: "graphql.error".into(), at_unix_ns, attributes });
    }
    if let Some(fault) = noted.errors.iter().find(|error| error.is_fault) {
        fail(span, fault.code.to_string().into());
    }
}

fn of_fetch(recording: &Recording, state: &State, time: &FetchTime, parent: Option<SpanId>, now: Duration) -> Span {
    let end = time.ended.as_ref().map_or(now, |(end, _)| *end);
    let subgraph = time.subgraph.as_deref();
    let name = subgraph.map_or("fetch".into(), |subgraph| format!("fetch {}", subgraph.name).into());
    let mut span = span(recording, time.span, parent, name, time.begin..end);
    let attributes = &mut span.attributes;
    if let Some(subgraph) = subgraph {
        attributes.push(("lyceum.subgraph".into(), subgraph.name.to_string().into()));
    }
    attributes.push(("lyceum.fetch".into(), integer(time.fetch)));
    if time.entities > 0 {
        attributes.push(("lyceum.fetch.entities".into(), integer(time.entities)));
    }
    let Some((_, ended)) = &time.ended else {
        attributes.push(("lyceum.fetch.outcome".into(), "abandoned".into()));
        return span;
    };
    attributes.push(("lyceum.fetch.outcome".into(), outcome_name(ended).into()));
    if ended.kept > 0 {
        attributes.push(("lyceum.fetch.kept".into(), integer(ended.kept)));
    }
    if let Some(age) = ended.age {
        attributes.push(("lyceum.fetch.age_s".into(), Value::Integer(age.as_secs().cast_signed())));
    }
    if ended.request_bytes > 0 {
        span.kind = SpanKind::Client;
        let method = if recording.place_is_graphql() { "POST" } else { method_name(&recording.method) };
        attributes.push(("http.request.method".into(), method.into()));
        attributes.push(("http.request.body.size".into(), integer(ended.request_bytes)));
        if let Some(subgraph) = subgraph {
            if let Some((host, port)) = &subgraph.server {
                attributes.push(("server.address".into(), host.clone().into()));
                attributes.push(("server.port".into(), Value::Integer((*port).into())));
            }
            if recording.place_is_graphql() {
                attributes.push(("url.path".into(), subgraph.path.clone().into()));
            }
        }
    }
    if let Some(status) = ended.status {
        attributes.push(("http.response.status_code".into(), Value::Integer(status.into())));
        attributes.push(("http.response.body.size".into(), integer(ended.reply_bytes)));
    }
    let of_subgraph = |error: &&super::noted::NotedError| {
        error.is_fault && error.subgraph.as_deref() == subgraph.map(|subgraph| &*subgraph.name)
    };
    let errors = state.operations.get(time.operation).map_or(&[][..], |noted| &noted.errors);
    match ended.outcome {
        FetchEnd::Answered | FetchEnd::Kept => {}
        FetchEnd::TimedOut => fail(&mut span, "timeout".into()),
        FetchEnd::Failed(code) => fail(&mut span, code.into()),
        FetchEnd::Errors => {
            if let Some(fault) = errors.iter().find(of_subgraph) {
                fail(&mut span, fault.code.to_string().into());
            }
        }
    }
    span
}

/// What became of a fetch, in a word.
fn outcome_name(ended: &EndedFetch) -> &'static str {
    match ended.outcome {
        FetchEnd::TimedOut => "timed_out",
        FetchEnd::Failed(_) => "failed",
        FetchEnd::Errors => "errors",
        FetchEnd::Kept => "kept",
        FetchEnd::Answered if ended.is_joined => "joined",
        FetchEnd::Answered => "answered",
    }
}

fn fail(span: &mut Span, why: Cow<'static, str>) {
    if !span.is_error() {
        span.attributes.push(("error.type".into(), Value::Text(why.clone())));
        span.status = SpanStatus::Error(why);
    }
}

fn span(
    recording: &Recording,
    id: SpanId,
    parent: Option<SpanId>,
    name: Cow<'static, str>,
    time: Range<Duration>,
) -> Span {
    let unix_ns =
        |after: Duration| recording.begun_unix_ns.saturating_add(u64::try_from(after.as_nanos()).unwrap_or(u64::MAX));
    Span {
        trace_id: recording.trace,
        id,
        parent,
        service: recording.tracer.service.clone(),
        name,
        kind: SpanKind::Internal,
        begin_unix_ns: unix_ns(time.start),
        end_unix_ns: unix_ns(time.end.max(time.start)),
        status: SpanStatus::Unset,
        attributes: Vec::new(),
        events: Vec::new(),
        links: Vec::new(),
    }
}

/// Its kind, with its name when that is one of few.
fn name_of(recording: &Recording, operation: &OperationRecord) -> Cow<'static, str> {
    let kind = kind_name(operation.kind);
    match operation.name.as_deref().filter(|name| recording.tracer.operation_names.has(name)) {
        Some(name) => format!("{kind} {name}").into(),
        None => kind.into(),
    }
}

fn kind_name(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Query => "query",
        OperationKind::Mutation => "mutation",
        OperationKind::Subscription => "subscription",
    }
}

/// Clients may make up methods.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        _ => "_OTHER",
    }
}

fn integer(number: usize) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}
