//! What keeps the answers of subgraphs between requests, as the executor sees it.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use apollo_compiler::response::JsonMap;
use async_trait::async_trait;
use router_planning::plan::FetchId;
use serde_json::value::RawValue;

use crate::cache_policy::CachePolicy;
use crate::flights::Flights;

/// What was asked of a subgraph, so that equal keys mean equal questions: the subgraph, the document, the variables, and,
/// of an entity, its representation. Nothing of the viewer is in it.
pub type FetchKey = [u8; 32];

/// Where in a plan something is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchPlace {
    /// The fetch.
    pub fetch: FetchId,
    /// The index of the site among those of the fetch, when entities are asked for.
    pub site: Option<usize>,
}

/// An answer that was kept.
#[derive(Debug, Clone)]
pub struct KeptAnswer {
    /// The `data` of a root fetch, or an entity.
    pub data: Arc<JsonMap>,
    /// For how long it may still be kept. What may not be kept any more is used only when the subgraph fails.
    pub policy: CachePolicy,
    /// How long it has been kept.
    pub age: Duration,
}

/// An answer that may be kept.
#[derive(Debug, Clone)]
pub struct FreshAnswer {
    /// What it answers.
    pub key: FetchKey,
    /// The `data` of a root fetch, or an entity.
    pub data: Arc<JsonMap>,
    /// What the entity was asked by, as JSON.
    pub representation: Option<Box<RawValue>>,
    /// What else the subgraph says it is about, in words of its own.
    pub tags: Vec<String>,
}

/// Keeps what subgraphs have answered, for one request.
///
/// Whoever implements it answers for the viewer: what was made for one must not be found by another.
#[async_trait]
pub trait FetchCache: Debug + Send + Sync {
    /// What is kept under each of the keys, in their order. A cache that fails or takes long has nothing.
    async fn find(&self, place: FetchPlace, keys: &[FetchKey]) -> Vec<Option<KeptAnswer>>;

    /// Keeps answers that came without an error, as long as the policy says. Of those who waited for one answer together,
    /// each is called with it.
    async fn keep(&self, place: FetchPlace, policy: CachePolicy, answers: Vec<FreshAnswer>);

    /// Where requests meet that ask for the same at the same time, and who may share an answer: those of one scope. None:
    /// nobody shares.
    fn flights(&self) -> Option<(&Flights, [u8; 32])>;
}
