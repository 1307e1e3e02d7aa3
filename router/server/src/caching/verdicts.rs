//! What became of each fetch of one execution, as those are told who operate the graph: whether it was found among what is
//! kept, and if not, why.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::telemetry::SpanId;
use apollo_compiler::ast::OperationType;
use router_execution::{BegunFetch, CachePolicy, CacheScope, EndedFetch, FetchEnd, FetchObserver, RequestContext};
use router_planning::plan::FetchId;
use serde_json::{Value, json};

use crate::configuration::CachingSettings;
use crate::identity::Viewer;
use crate::operation::Operation;

/// Listens to the fetches of one execution, beside whoever does anyway.
#[derive(Debug)]
pub(crate) struct Verdicts {
    also: Option<Arc<dyn FetchObserver>>,
    fetches: Mutex<Vec<Option<Seen>>>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    entities: usize,
    ended: Option<EndedFetch>,
}

/// Whose execution it was, as far as that says why something is not kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances<'a> {
    pub(crate) operation: &'a Operation,
    pub(crate) settings: &'a CachingSettings,
    /// As subgraphs are told.
    pub(crate) viewer: &'a Viewer,
}

impl FetchObserver for Verdicts {
    fn begun(&self, begun: BegunFetch<'_>) -> Option<SpanId> {
        self.note(begun.fetch, Seen { entities: begun.entities, ended: None });
        self.also.as_ref().and_then(|also| also.begun(begun))
    }

    fn ended(&self, fetch: FetchId, ended: EndedFetch) {
        let entities = self.seen(fetch).map_or(0, |seen| seen.entities);
        self.note(fetch, Seen { entities, ended: Some(ended) });
        if let Some(also) = &self.also {
            also.ended(fetch, ended);
        }
    }
}

impl Verdicts {
    /// Listens to what is executed in this context.
    pub(crate) fn listen(context: &mut RequestContext, operation: &Operation) -> Arc<Self> {
        let fetches = Mutex::new(vec![None; operation.prepared.plan().fetches.len()]);
        let verdicts = Arc::new(Self { also: context.observer.take(), fetches });
        context.observer = Some(Arc::clone(&verdicts) as Arc<dyn FetchObserver>);
        verdicts
    }

    /// What became of the fetch at this place of the plan; nothing, when it was not needed.
    pub(crate) fn told(&self, index: usize, of: Circumstances<'_>) -> Option<Value> {
        let seen = self.seen(FetchId(index))?;
        let Some(ended) = seen.ended else {
            return Some(json!({ "verdict": "failed", "entities": seen.entities, "kept": 0 }));
        };
        let reason = match ended.outcome {
            FetchEnd::Answered => why_not(index, ended.policy.unwrap_or(CachePolicy::NOT_KEPT), of),
            _ => None,
        };
        let verdict = match ended.outcome {
            FetchEnd::Kept => "hit",
            FetchEnd::TimedOut | FetchEnd::Failed(_) if ended.kept > 0 => "outdated",
            FetchEnd::TimedOut | FetchEnd::Failed(_) => "failed",
            _ if ended.kept > 0 => "partly",
            FetchEnd::Errors => "errors",
            FetchEnd::Answered if reason.is_some() => "not kept",
            FetchEnd::Answered => "miss",
        };
        let mut told = json!({ "verdict": verdict, "entities": seen.entities, "kept": ended.kept });
        if let Some(age) = ended.age {
            told["ageSeconds"] = age.as_secs().into();
        }
        if ended.is_joined {
            told["joined"] = true.into();
        }
        if let Some(reason) = reason {
            told["reason"] = reason.into();
        }
        Some(told)
    }

    fn seen(&self, fetch: FetchId) -> Option<Seen> {
        self.fetches.lock().unwrap_or_else(PoisonError::into_inner).get(fetch.0).copied().flatten()
    }

    fn note(&self, fetch: FetchId, seen: Seen) {
        if let Some(place) = self.fetches.lock().unwrap_or_else(PoisonError::into_inner).get_mut(fetch.0) {
            *place = Some(seen);
        }
    }
}

/// The whole reply that was kept.
pub(crate) fn told_of_reply(age: Duration) -> Value {
    json!({ "verdict": "hit", "ageSeconds": age.as_secs() })
}

/// Why an answer without an error was not kept, the first reason that there is; none when it was.
fn why_not(index: usize, said: CachePolicy, of: Circumstances<'_>) -> Option<&'static str> {
    let Circumstances { operation, settings, viewer } = of;
    let of_graph = operation.fetch_policies.get(index).copied().unwrap_or(CachePolicy::UNLIMITED);
    let scope = said.and(of_graph).and(operation.policy).scope;
    if operation.kind == OperationType::Mutation {
        Some("mutation")
    } else if settings.fetch_bytes_max == 0 {
        Some("off")
    } else if !of_graph.may_be_kept() {
        Some("graph")
    } else if !said.may_be_kept() {
        Some("subgraph")
    } else if scope == CacheScope::Private && *viewer == Viewer::Anonymous {
        Some("private")
    } else {
        None
    }
}
