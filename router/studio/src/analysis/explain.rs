//! One sentence on what took the time of a request, and what it says it about.
//!
//! The sentence is put together from facts that were measured; what was not is left out.

use telemetry::SpanId;

use super::requests::{Critical, critical};
use super::trace::{Node, ROUTER, Timeline, shortened, statement};
use crate::aggregate::bucket::micros;
use crate::histogram::as_float;
use crate::request::{CacheVerdict, FetchOutcome, FetchRecord, RequestRecord};

/// What is usual is worth telling from this factor on.
const UNUSUAL: f64 = 1.5;
/// A part is worth telling when it is this share of the whole.
const WORTH_TELLING: f64 = 0.4;

/// What is usual for the operation of a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Usual {
    /// The median of its duration, in microseconds.
    pub p50_us: Option<f64>,
    /// The median of each fetch of its plan, in microseconds, where there were enough.
    pub fetches_p50_us: Vec<Option<f64>>,
}

/// What took the time of a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Explanation {
    /// In one sentence.
    pub sentence: String,
    /// What the time was spent on most.
    pub culprit: Option<Culprit>,
}

/// What the time was spent on most.
#[derive(Debug, Clone, PartialEq)]
pub struct Culprit {
    /// The span, if it is known.
    pub span: Option<SpanId>,
    /// The subgraph, or `router`.
    pub service: String,
    /// What it did: a span's name, a fetch's, or a stage's.
    pub name: String,
    /// How long the service held up the request, in microseconds.
    pub us: u64,
    /// As a share of the whole.
    pub share: f64,
}

/// Explains a request by what the router has told of it, and by its spans. `names` are those of the plan's fetches.
#[must_use]
pub fn explain(
    request: Option<&RequestRecord>,
    timeline: Option<&Timeline<'_>>,
    names: &[Option<String>],
    usual: &Usual,
) -> Explanation {
    let explained = match request {
        Some(request) => of_request(request, timeline, names, usual),
        None => timeline.and_then(of_spans),
    };
    explained
        .unwrap_or_else(|| Explanation { sentence: "Nothing is known of where its time went.".into(), culprit: None })
}

fn of_spans(timeline: &Timeline<'_>) -> Option<Explanation> {
    let whole_us = timeline.duration_ns() / 1000;
    let (service, us) = timeline.services_us().into_iter().max_by_key(|(_, us)| *us)?;
    let node = timeline.culprit(Some(&service))?;
    let sentence =
        format!("{service} took {}: {}.", of_whole(us, whole_us), within(node, us).unwrap_or_else(|| doing(node)));
    let culprit = Culprit {
        span: Some(node.span.id),
        service: service.to_string(),
        name: node.span.name.to_string(),
        us,
        share: share(us, whole_us),
    };
    Some(Explanation { sentence, culprit: Some(culprit) })
}

fn doing(node: &Node<'_>) -> String {
    format!("most of it in {}", node.span.name)
}

fn of_request(
    request: &RequestRecord,
    timeline: Option<&Timeline<'_>>,
    names: &[Option<String>],
    usual: &Usual,
) -> Option<Explanation> {
    let critical = critical(request);
    let mut subgraphs: Vec<(&str, u64)> = Vec::new();
    for (fetch, us) in request.fetches.iter().zip(&critical.fetches_us) {
        match subgraphs.iter_mut().find(|(name, _)| *name == fetch.subgraph.as_ref()) {
            Some((_, sum)) => *sum += us,
            None => subgraphs.push((&fetch.subgraph, *us)),
        }
    }
    match subgraphs.into_iter().max_by_key(|(_, us)| *us) {
        Some((subgraph, us)) if us >= critical.router_us => {
            let told = Told { request, critical: &critical, names, usual };
            Some(told.of_subgraph(subgraph, us, timeline))
        }
        _ => Some(of_router(request, &critical, timeline)),
    }
}

fn of_router(request: &RequestRecord, critical: &Critical, timeline: Option<&Timeline<'_>>) -> Explanation {
    let (us, whole) = (critical.router_us, critical.whole_us);
    if let Some(CacheVerdict::Hit { age }) = &request.cache {
        let sentence =
            format!("The whole reply was kept, for {age} s: nobody was asked, in {} ms.", milliseconds(whole));
        return Explanation { sentence, culprit: None };
    }
    if request.operation.is_none() && request.has_failed() {
        let codes = request.errors.first().map(|code| format!(": {code}")).unwrap_or_default();
        let after = milliseconds(whole);
        let sentence = format!("It was refused with {} after {after} ms{codes}.", request.status);
        return Explanation { sentence, culprit: None };
    }
    let stage = request.stages.iter().zip(&critical.stages_us).max_by_key(|(_, us)| **us);
    let stage = stage.filter(|(_, stage_us)| as_float(**stage_us) >= as_float(us) * WORTH_TELLING);
    let longest = stage.map(|((name, ..), us)| format!(", {} ms of it in the stage {name}", milliseconds(*us)));
    let sentence = format!("The router itself took {}{}.", of_whole(us, whole), longest.unwrap_or_default());
    let node = timeline.and_then(|timeline| timeline.culprit(Some(ROUTER)));
    let name = stage.map_or_else(|| "the router".to_owned(), |((name, ..), _)| name.to_string());
    let culprit =
        Culprit { span: node.map(|node| node.span.id), service: ROUTER.to_owned(), name, us, share: share(us, whole) };
    Explanation { sentence, culprit: Some(culprit) }
}

struct Told<'t> {
    request: &'t RequestRecord,
    critical: &'t Critical,
    names: &'t [Option<String>],
    usual: &'t Usual,
}

impl Told<'_> {
    fn of_subgraph(&self, subgraph: &str, us: u64, timeline: Option<&Timeline<'_>>) -> Explanation {
        let whole = self.critical.whole_us;
        let mut waited: Vec<(&FetchRecord, u64)> = Vec::new();
        for (fetch, us) in self.request.fetches.iter().zip(&self.critical.fetches_us) {
            if fetch.subgraph.as_ref() == subgraph && *us > 0 {
                waited.push((fetch, *us));
            }
        }
        let longest = waited.iter().max_by_key(|(_, us)| *us).map(|(fetch, _)| *fetch);
        let name = longest.map_or_else(|| subgraph.to_owned(), |fetch| self.name(fetch));
        let node = timeline.and_then(|timeline| timeline.culprit(Some(subgraph)));
        let why = longest.map(|fetch| self.why(fetch, &name, waited.len())).unwrap_or_default();
        let part = node.and_then(|node| within(node, us)).map(|part| format!("; {part}")).unwrap_or_default();
        let sentence = format!("{subgraph} took {}: {why}{part}.", of_whole(us, whole));
        let culprit = Culprit {
            span: node.map(|node| node.span.id),
            service: subgraph.to_owned(),
            name,
            us,
            share: share(us, whole),
        };
        Explanation { sentence, culprit: Some(culprit) }
    }

    fn why(&self, fetch: &FetchRecord, name: &str, requests: usize) -> String {
        let subgraph = &fetch.subgraph;
        let us = micros(fetch.duration);
        let took = milliseconds(us);
        match fetch.outcome {
            FetchOutcome::TimedOut => return format!("{name} got no answer from {subgraph} within {took} ms"),
            FetchOutcome::Failed => return format!("{name} got no usable answer from {subgraph} after {took} ms"),
            FetchOutcome::Abandoned => {
                return format!("{name} had waited {took} ms for {subgraph} when the request was given up");
            }
            FetchOutcome::Joined => {
                return format!("{name} waited {took} ms for an answer that another request had asked {subgraph} for");
            }
            FetchOutcome::Answered | FetchOutcome::Errors | FetchOutcome::Kept => {}
        }
        let unusual = self.unusual(fetch.fetch, us);
        if requests > 1 {
            return format!(
                "{requests} requests to it one after the other, the longest for {name} ({took} ms{unusual})"
            );
        }
        format!("{name} waited for one request to {subgraph}{unusual}")
    }

    /// How many times longer than usual, if it is worth telling.
    fn unusual(&self, fetch: usize, us: u64) -> String {
        let usual = self.usual.fetches_p50_us.get(fetch).copied().flatten();
        let factor = usual.map(|usual| as_float(us) / usual.max(1.0));
        match factor {
            Some(factor) if factor >= 3.0 => format!(", {factor:.0}× its usual time"),
            Some(factor) if factor >= UNUSUAL => format!(", {factor:.1}× its usual time"),
            _ => String::new(),
        }
    }

    fn name(&self, fetch: &FetchRecord) -> String {
        let named = self.names.get(fetch.fetch).and_then(Clone::clone);
        named.unwrap_or_else(|| format!("fetch {}", fetch.fetch))
    }
}

/// What a span within a service did, when it was most of what the service took.
fn within(node: &Node<'_>, of_us: u64) -> Option<String> {
    let us = node.critical_ns / 1000;
    // A client's own waiting is what has been said already.
    if Timeline::blamed(node) != node.span.service.as_ref() || as_float(us) < as_float(of_us) * WORTH_TELLING {
        return None;
    }
    Some(match statement(node.span) {
        Some(text) => format!("there, a statement took {} ms: {}", milliseconds(us), shortened(text)),
        None => format!("there, {} took {} ms by itself", node.span.name, milliseconds(us)),
    })
}

fn of_whole(us: u64, whole_us: u64) -> String {
    format!("{} of {} ms", milliseconds(us), milliseconds(whole_us))
}

fn share(us: u64, whole_us: u64) -> f64 {
    if whole_us == 0 { 0.0 } else { as_float(us) / as_float(whole_us) }
}

/// Milliseconds with as many digits as one wants to read.
#[must_use]
pub fn milliseconds(us: u64) -> String {
    let ms = as_float(us) / 1000.0;
    match us {
        0..1_000 => format!("{ms:.2}"),
        1_000..10_000 => format!("{ms:.1}"),
        _ => format!("{ms:.0}"),
    }
}
