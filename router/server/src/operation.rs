//! The third stage: what is asked? Parse, bound, validate, plan; or one look-up, when it was asked before.

mod cache;
mod labels;
mod limits;
mod prepare;

use std::sync::Arc;

use apollo_compiler::ast::OperationType;
use router_execution::PreparedOperation;
use router_schema::Supergraph;

use self::cache::{Key, OperationCache};
use self::labels::OverrideLabels;
use crate::configuration::OperationSettings;
use crate::cost::{CostModel, Formula};
use crate::refusal::{ErrorCode, Refusal, RefusalClass};
use crate::telemetry;

/// An operation that can be executed any number of times, for any viewer.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) prepared: Arc<PreparedOperation>,
    pub(crate) kind: OperationType,
    pub(crate) cost: Formula,
}

/// Prepares operations, and remembers them.
#[derive(Debug)]
pub(crate) struct Operations {
    supergraph: Arc<Supergraph>,
    settings: OperationSettings,
    labels: OverrideLabels,
    costs: CostModel,
    cache: OperationCache,
}

impl Operations {
    pub(crate) fn new(supergraph: Arc<Supergraph>, settings: OperationSettings) -> Self {
        let cache = OperationCache::new(settings.cache.document_bytes_max);
        let labels = OverrideLabels::new(&supergraph, &settings.override_labels);
        let costs = CostModel::new(Arc::clone(&supergraph), settings.cost.list_size_default);
        Self { supergraph, settings, labels, costs, cache }
    }
}

/// Finds the operation that a request names, prepared.
pub(crate) async fn prepare(
    operations: &Arc<Operations>,
    document: String,
    operation_name: Option<String>,
) -> Result<Arc<Operation>, Refusal> {
    let key = Key { document, operation_name, override_labels: operations.labels.draw() };
    if let Some(operation) = operations.cache.get(&key) {
        telemetry::count_operation_lookup(true);
        return Ok(operation);
    }
    telemetry::count_operation_lookup(false);
    let shared = Arc::clone(operations);
    // Planning may take milliseconds, for which other requests must not wait.
    let worker = tokio::task::spawn_blocking(move || {
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
