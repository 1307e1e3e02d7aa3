//! What is asked of a subgraph: a fetch of the plan with the values of this request.

use apollo_compiler::Name;
use apollo_compiler::response::JsonMap;
use bytes::Bytes;
use router_planning::plan::{Fetch, FetchId};
use sha2::{Digest, Sha256};

use super::cached::{self, part};
use super::failure::{FetchFailure, LeftUndone};
use super::reply::SubgraphReply;
use super::{exchange, request};
use crate::context::RequestContext;
use crate::deadline::Deadline;
use crate::entities::Batch;
use crate::executor::Subgraph;
use crate::observer::{BegunFetch, Watch};

/// One fetch, ready to be asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) id: FetchId,
    pub(crate) fetch: &'a Fetch,
    pub(crate) subgraph: &'a Subgraph,
    pub(crate) variables: &'a JsonMap,
    /// Of an entity fetch, what is asked for; none for a root fetch.
    pub(crate) batches: &'a [Batch],
    /// Whether asking changes something.
    pub(crate) is_change: bool,
    pub(crate) deadline: Deadline,
}

impl Question<'_> {
    /// Asks, or finds what is kept.
    pub(crate) async fn ask(&self, context: &RequestContext) -> Result<SubgraphReply, FetchFailure> {
        let entities = self.batches.iter().map(|batch| batch.entries.len()).sum();
        let begun = BegunFetch { fetch: self.id, subgraph: &self.subgraph.name, entities };
        let mut watch = Watch::begin(context, begun);
        let outcome = match &context.cache {
            Some(cache) => cached::ask(&**cache, self, context, &mut watch).await,
            None => self.in_time(exchange(self, self.body(self.batches), context, &mut watch)).await,
        };
        watch.end(&outcome);
        outcome
    }

    /// Waits for the subgraph as long as there is time.
    pub(super) async fn in_time<T>(
        &self,
        answer: impl Future<Output = Result<T, FetchFailure>>,
    ) -> Result<T, FetchFailure> {
        let left = if self.is_change { LeftUndone::PerhapsDone } else { LeftUndone::Unanswered };
        let outcome = self.deadline.bound(left, answer).await;
        if let Err(FetchFailure::OutOfTime { after, .. }) = &outcome {
            let after_ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
            tracing::warn!(subgraph = self.subgraph.name, after_ms, "an operation's time was over before a reply came");
        }
        outcome
    }

    pub(super) fn operation_name(&self) -> Option<&str> {
        self.fetch.document.operation_name.as_ref().map(Name::as_str)
    }

    /// The body that asks for these.
    pub(super) fn body(&self, batches: &[Batch]) -> Bytes {
        request::body(&self.fetch.document, self.variables, batches)
    }

    /// What tells this fetch from all others: whom it asks, the document, and the values of its variables. A value that is
    /// absent and one that is null differ.
    pub(super) fn digest(&self) -> Sha256 {
        let mut digest = Sha256::new();
        part(&mut digest, self.subgraph.name.as_bytes());
        part(&mut digest, self.fetch.document.text.as_bytes());
        for name in &self.fetch.document.variables {
            if let Some(value) = self.variables.get(name.as_str()) {
                part(&mut digest, name.as_bytes());
                part(&mut digest, value.to_string().as_bytes());
            }
        }
        digest
    }
}
