//! A line of the log for each request that was answered, or for those that went wrong.
//!
//! The lines have a target of their own, so that they can be silenced, or kept alone. They say what was asked by its name and
//! hash, by which client, and what became of it; nothing of its variables, nor who its viewer is.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use ::telemetry::KeptFor;
use router_studio::{CacheVerdict, OperationKind, RequestRecord, RequestSink};

use crate::configuration::{ErrorSettings, LogSettings, LoggedRequests};
use crate::recording::client_codes;

/// The target of the lines.
const ACCESS: &str = "access";
/// More codes of errors, or subgraphs, are not told in one line.
const TOLD_MAX: usize = 20;

/// Writes the lines.
#[derive(Debug)]
pub(crate) struct AccessLog {
    requests: LoggedRequests,
    /// None when nothing is slow.
    slow: Option<Duration>,
    /// Codes of errors that are no failures of this side.
    client_codes: HashSet<String>,
}

impl AccessLog {
    /// Nothing when no request has a line.
    pub(crate) fn wanted(settings: &LogSettings, errors: &ErrorSettings) -> Option<Arc<dyn RequestSink>> {
        let LogSettings { requests, slow_ms } = *settings;
        let slow = Some(Duration::from_millis(slow_ms)).filter(|slow| !slow.is_zero());
        let log = Self { requests, slow, client_codes: client_codes(errors) };
        (requests != LoggedRequests::None).then(|| Arc::new(log) as Arc<dyn RequestSink>)
    }

    fn has_line(&self, request: &RequestRecord) -> bool {
        self.requests == LoggedRequests::All
            || request.status >= 500
            || self.slow.is_some_and(|slow| request.duration >= slow)
            || request.errors.iter().any(|code| !self.client_codes.contains(&**code))
    }
}

impl RequestSink for AccessLog {
    fn answered(&self, request: &Arc<RequestRecord>, kept: Option<KeptFor>) {
        if !self.has_line(request) {
            return;
        }
        let operation = request.operation.as_deref();
        let (cache, age) = match &request.cache {
            Some(CacheVerdict::Hit { age }) => (Some("hit"), Some(*age)),
            Some(CacheVerdict::Miss) => (Some("miss"), None),
            Some(CacheVerdict::Uncacheable(_)) => (Some("uncacheable"), None),
            None => (None, None),
        };
        let subgraphs = request.fetches.iter().map(|fetch| &*fetch.subgraph);
        tracing::info!(
            target: ACCESS,
            service = "router",
            trace_id = %request.trace_id,
            correlation_id = &*request.correlation_id,
            endpoint = &*request.endpoint,
            operation = operation.and_then(|operation| operation.name.as_deref()),
            operation_kind = operation.map(|operation| kind(operation.kind)),
            operation_hash = operation.map(|operation| operation.hash.as_str()),
            client = request.client.as_deref(),
            viewer = request.viewer.as_deref(),
            status = request.status,
            errors = counted(request.errors.iter().map(|code| &**code)),
            duration_ms = milliseconds(request.duration),
            overhead_ms = milliseconds(request.overhead),
            cost = request.cost,
            cache,
            cache_age_seconds = age,
            fetches = request.fetches.len(),
            subgraphs = counted(subgraphs),
            reply_bytes = request.reply_bytes,
            kept = kept.map(reason),
            "answered",
        );
    }
}

/// What there is, and how often: `learning:2,media:1`; nothing for nothing.
fn counted<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let mut counts = BTreeMap::new();
    for name in names {
        if counts.len() < TOLD_MAX || counts.contains_key(name) {
            *counts.entry(name).or_insert(0_usize) += 1;
        }
    }
    let mut told = String::new();
    for (name, count) in counts {
        let comma = if told.is_empty() { "" } else { "," };
        let _ = write!(told, "{comma}{name}:{count}");
    }
    Some(told).filter(|told| !told.is_empty())
}

fn milliseconds(duration: Duration) -> f64 {
    // To the microsecond: more is noise.
    (duration.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}

fn kind(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Query => "query",
        OperationKind::Mutation => "mutation",
        OperationKind::Subscription => "subscription",
    }
}

fn reason(kept: KeptFor) -> &'static str {
    match kept {
        KeptFor::Asked => "asked",
        KeptFor::Error => "error",
        KeptFor::Slow => "slow",
        KeptFor::Fault => "fault",
        KeptFor::Sample => "sample",
    }
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn what_there_is_is_told_with_how_often() {
        assert_eq!(counted(["media", "learning", "media"].into_iter()).as_deref(), Some("learning:1,media:2"));
        assert_eq!(counted([].into_iter()), None);
        let names: Vec<String> = (0..1_000).map(|number| format!("E{number}")).collect();
        assert!(counted(names.iter().map(String::as_str)).is_some_and(|told| told.len() < 200));
    }
}
