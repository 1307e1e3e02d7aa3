//! The third stage: what is asked? Parse, bound, validate, plan; or one look-up, when it was asked before. Viewers who may
//! not see all of it get a variant of their own, prepared and found in the same way.

mod cache;
mod check;
mod labels;
mod limits;
mod prepare;

use std::sync::{Arc, OnceLock};

use apollo_compiler::ast::OperationType;
use router_execution::{CachePolicy, PreparedOperation};
use router_schema::{RuleSet, Supergraph};
use router_studio::OperationRecord;
use tokio::sync::Semaphore;

use self::cache::{Key, OperationCache};
pub use self::check::{OperationCheck, RefusedOperation};
use self::labels::OverrideLabels;
pub(crate) use self::limits::check_variables;
use crate::authorization::{Authorization, DeniedSelection, Unmet};
use crate::caching::{self, CacheTags, FetchSubjects, Hints};
use crate::configuration::{AuthorizationSettings, OperationSettings};
use crate::cost::{CostModel, Formula};
use crate::refusal::{ErrorCode, Refusal, RefusalClass};
use crate::telemetry::{self, OperationSlot};

/// An operation that can be executed any number of times, for any viewer whom the same rules keep from some of it.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) prepared: Arc<PreparedOperation>,
    pub(crate) kind: OperationType,
    pub(crate) cost: Formula,
    /// The rules that decide what a viewer sees of it.
    pub(crate) rules: RuleSet,
    /// The first selections that are left out of a variant.
    pub(crate) denied: Vec<DeniedSelection>,
    /// The same in every router that prepares the same of the same graph for the same rights, and nowhere else.
    pub(crate) digest: [u8; 32],
    /// How long its replies may be kept, as far as the graph says.
    pub(crate) policy: CachePolicy,
    /// The same of the answers to each fetch of its plan.
    pub(crate) fetch_policies: Vec<CachePolicy>,
    /// What the answers to each fetch of its plan are about.
    pub(crate) subjects: Vec<FetchSubjects>,
    /// Of a mutation, what its reply is about.
    pub(crate) changes: FetchSubjects,
    /// Where it is measured.
    pub(crate) measured: Arc<OperationSlot>,
    /// What whoever watches requests is told of it.
    pub(crate) record: Arc<OperationRecord>,
}

/// An operation that was found for a request, before it is known what its viewer may see.
pub(crate) struct Prepared<'o> {
    operations: &'o Arc<Operations>,
    key: Key,
    pub(crate) operation: Arc<Operation>,
}

/// Prepares operations, and remembers them.
#[derive(Debug)]
pub(crate) struct Operations {
    supergraph: Arc<Supergraph>,
    /// Of the graph.
    digest: [u8; 32],
    settings: OperationSettings,
    labels: OverrideLabels,
    costs: CostModel,
    authorization: Authorization,
    hints: Hints,
    cache_tags: CacheTags,
    default_max_age_seconds: u32,
    cache: OperationCache,
    /// As many are prepared at a time as can be: more would only take the processors from those who are served.
    places: Arc<Semaphore>,
}

/// Half of the processors, the same for all views of the graph.
fn places() -> Arc<Semaphore> {
    static PLACES: OnceLock<Arc<Semaphore>> = OnceLock::new();
    let count = || std::thread::available_parallelism().map_or(1, |count| count.get().div_ceil(2));
    Arc::clone(PLACES.get_or_init(|| Arc::new(Semaphore::new(count()))))
}

impl Operations {
    pub(crate) fn new(
        supergraph: Arc<Supergraph>,
        settings: OperationSettings,
        authorization: &AuthorizationSettings,
        default_max_age_seconds: u32,
    ) -> Self {
        let cache = OperationCache::new(settings.cache.document_bytes_max);
        let labels = OverrideLabels::new(&supergraph, &settings.override_labels);
        let costs = CostModel::new(Arc::clone(&supergraph), settings.cost.list_size_default);
        let authorization = Authorization::new(&supergraph, authorization);
        let (hints, places) = (Hints::new(Arc::clone(&supergraph)), places());
        let cache_tags = CacheTags::new(&supergraph);
        let digest = caching::digest([supergraph.full_schema().to_string().as_bytes()]);
        Self {
            supergraph,
            digest,
            settings,
            labels,
            costs,
            authorization,
            hints,
            cache_tags,
            default_max_age_seconds,
            cache,
            places,
        }
    }

    /// The graph that operations are prepared for.
    pub(crate) fn supergraph(&self) -> &Supergraph {
        &self.supergraph
    }

    /// Stands for the graph: that of another one, or of another version of it, is another.
    pub(crate) fn graph_digest(&self) -> [u8; 32] {
        self.digest
    }
}

/// Finds the operation that a request names, prepared.
pub(crate) async fn prepare(
    operations: &Arc<Operations>,
    document: String,
    operation_name: Option<String>,
) -> Result<Prepared<'_>, Refusal> {
    let key = Key { document, operation_name, override_labels: operations.labels.draw(), unmet: Unmet::default() };
    let operation = find_or_prepare(operations, &key).await?;
    Ok(Prepared { operations, key, operation })
}

impl Prepared<'_> {
    pub(crate) fn authorization(&self) -> &Authorization {
        &self.operations.authorization
    }

    /// The variant for viewers who do not meet these rules.
    pub(crate) async fn without(mut self, unmet: Unmet) -> Result<Arc<Operation>, Refusal> {
        self.key.unmet = unmet;
        find_or_prepare(self.operations, &self.key).await
    }
}

impl Operation {
    pub(crate) fn is_subscription(&self) -> bool {
        self.kind == OperationType::Subscription
    }
}

async fn find_or_prepare(operations: &Arc<Operations>, key: &Key) -> Result<Arc<Operation>, Refusal> {
    if let Some(operation) = operations.cache.get(key) {
        telemetry::count_operation_lookup(true);
        return Ok(operation);
    }
    telemetry::count_operation_lookup(false);
    // Whoever goes away while others are planned is not planned any more (AMP-31).
    let place = operations.places.clone().acquire_owned().await;
    let (shared, key) = (Arc::clone(operations), key.clone());
    // Planning may take milliseconds, for which other requests must not wait.
    let worker = tokio::task::spawn_blocking(move || {
        let _place = place;
        let operation = prepare::prepare(&shared, &key)?;
        let operation = Arc::new(operation);
        shared.cache.insert(key, Arc::clone(&operation));
        Ok(operation)
    });
    worker.await.unwrap_or_else(|failure| {
        tracing::error!(%failure, "an operation could not be prepared because of a fault of the router");
        Err(Refusal::new(
            RefusalClass::Http(http::StatusCode::INTERNAL_SERVER_ERROR),
            ErrorCode::Internal,
            "The operation could not be prepared because of a fault of this server.",
        ))
    })
}
