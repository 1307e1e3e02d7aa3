//! What whoever watches requests is told of one.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use router_execution::FetchEnd;
use router_studio::{FetchOutcome, FetchRecord, RequestRecord};

use super::noted::{Ended, FetchTime, Noted, State};
use super::recorder::{Place, Recording};
use crate::identity::Viewer;
use crate::telemetry::Stage;

/// The request; of a list of operations, each of them as if it had come alone.
pub(super) fn of(recording: &Recording, state: &State, ended: Ended) -> Vec<RequestRecord> {
    let is_several = state.operations.len() > 1;
    let told = state.operations.iter().enumerate().skip(usize::from(is_several));
    let (client, viewer) = (client_of(state), viewer_of(recording, state));
    told.map(|(index, noted)| {
        let (begin, end) = (noted.begin, noted.end.unwrap_or(ended.after));
        let duration = end.saturating_sub(begin);
        let of_it = state.fetches.iter().filter(|fetch| fetch.operation == index);
        let fetches: Vec<_> = of_it.map(|fetch| fetch_record(fetch, begin, end)).collect();
        let times = fetches.iter().map(|fetch| (fetch.begin, fetch.begin + fetch.duration));
        RequestRecord {
            trace_id: recording.trace,
            correlation_id: Arc::clone(&recording.correlation_id),
            begin_unix_us: recording.begun_unix_ns / 1_000 + u64::try_from(begin.as_micros()).unwrap_or(u64::MAX / 2),
            duration,
            overhead: duration.saturating_sub(waited(times)),
            stages: stages_of(state, index, noted),
            endpoint: match &recording.place {
                Place::Endpoint(path) | Place::PassThrough(path) => Arc::clone(path),
                Place::Event => Arc::from(""),
            },
            operation: noted.operation.clone(),
            client: client.clone(),
            viewer: viewer.clone(),
            status: ended.status,
            errors: noted.errors.iter().map(|error| Arc::clone(&error.code)).collect(),
            cost: noted.cost,
            cache: noted.cache.clone(),
            reply_bytes: if is_several { noted.reply_bytes } else { ended.reply_bytes },
            fetches,
        }
    })
    .collect()
}

/// The name of a viewer that is a client of its own.
pub(super) fn client_of(state: &State) -> Option<Arc<str>> {
    match &state.viewer {
        Some(Viewer::Authenticated(claims)) if state.is_client => Some(claims.subject.as_str().into()),
        _ => None,
    }
}

/// A person, whom it does not name.
fn viewer_of(recording: &Recording, state: &State) -> Option<Arc<str>> {
    match &state.viewer {
        Some(Viewer::Authenticated(claims)) if !state.is_client => Some(recording.tracer.viewer(&claims.subject)),
        _ => None,
    }
}

fn stages_of(state: &State, operation: usize, noted: &Noted) -> Vec<(Arc<str>, Duration, Duration)> {
    static NAMES: LazyLock<HashMap<Stage, Arc<str>>> =
        LazyLock::new(|| Stage::ALL.into_iter().map(|stage| (stage, Arc::from(stage.name()))).collect());
    let of_it = state.stages.iter().filter(|time| time.operation == operation);
    of_it
        .map(|time| {
            let begin = time.begin.saturating_sub(noted.begin);
            (Arc::clone(&NAMES[&time.stage]), begin, time.end.saturating_sub(time.begin))
        })
        .collect()
}

fn fetch_record(time: &FetchTime, operation_began: Duration, now: Duration) -> FetchRecord {
    let (end, ended) = time.ended.map_or((now, None), |(end, ended)| (end, Some(ended)));
    FetchRecord {
        fetch: time.fetch,
        subgraph: time.subgraph.as_ref().map_or_else(|| Arc::from("unknown"), |subgraph| Arc::clone(&subgraph.name)),
        span: time.span,
        begin: time.begin.saturating_sub(operation_began),
        duration: end.saturating_sub(time.begin),
        outcome: match ended.map(|ended| (ended.outcome, ended.is_joined)) {
            None => FetchOutcome::Abandoned,
            Some((FetchEnd::TimedOut, _)) => FetchOutcome::TimedOut,
            Some((FetchEnd::Failed(_), _)) => FetchOutcome::Failed,
            Some((FetchEnd::Errors, _)) => FetchOutcome::Errors,
            Some((FetchEnd::Kept, _)) => FetchOutcome::Kept,
            Some((FetchEnd::Answered, true)) => FetchOutcome::Joined,
            Some((FetchEnd::Answered, false)) => FetchOutcome::Answered,
        },
        entities: time.entities,
        kept: ended.map_or(0, |ended| ended.kept),
        age: ended.and_then(|ended| ended.age),
        status: ended.and_then(|ended| ended.status),
        request_bytes: ended.map_or(0, |ended| ended.request_bytes),
        reply_bytes: ended.map_or(0, |ended| ended.reply_bytes),
    }
}

/// How long at least one fetch was waited for, by when they began and ended, in the order in which they began.
pub(super) fn waited(times: impl Iterator<Item = (Duration, Duration)>) -> Duration {
    let mut waited = Duration::ZERO;
    let mut until = Duration::ZERO;
    for (begin, end) in times {
        waited += end.saturating_sub(begin.max(until));
        until = until.max(end);
    }
    waited
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::waited;

    #[test]
    fn what_is_waited_for_at_once_is_waited_for_once() {
        // Until 30, of which the second is a part; then from 50 to 60.
        let times = [(10, 30), (12, 17), (20, 30), (50, 60)];
        let times = times.map(|(begin, end)| (Duration::from_millis(begin), Duration::from_millis(end)));
        assert_eq!(waited(times.into_iter()), Duration::from_millis(30));
        assert_eq!(waited(std::iter::empty()), Duration::ZERO);
    }
}
