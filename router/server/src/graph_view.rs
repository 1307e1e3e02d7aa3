//! The graph as some clients see it: the whole one, or a contract of it, and what executes operations on it.

use std::sync::Arc;
use std::time::Duration;

use apollo_compiler::ast::OperationType;
use router_execution::{ExecutionLimits, Executor, Subgraph};
use router_schema::Supergraph;

use crate::configuration::RouterSettings;
use crate::operation::Operations;
use crate::persisted::AutomaticDocuments;

/// Prepares and executes operations on one public schema.
#[derive(Debug)]
pub(crate) struct GraphView {
    pub(crate) operations: Arc<Operations>,
    /// What clients have registered themselves. Each view has its own: an error tells of the document that it is about.
    pub(crate) automatic: AutomaticDocuments,
    /// For queries and for mutations: they differ in how long a subgraph may take.
    query_executor: Executor,
    mutation_executor: Executor,
}

impl GraphView {
    /// A view of `supergraph`, whose subgraphs are reached in one way for queries and in another for mutations; both lists
    /// stand in the order of its ids.
    pub(crate) fn new(
        supergraph: Supergraph,
        settings: &RouterSettings,
        for_queries: Vec<Subgraph>,
        for_mutations: Vec<Subgraph>,
    ) -> Self {
        let schema = supergraph.api_schema();
        let time_max = Duration::from_millis(settings.operations.time_max_ms);
        let limits = ExecutionLimits { time_max, ..ExecutionLimits::default() };
        let executor = |subgraphs| Executor::new(schema.clone(), subgraphs, limits);
        let (query_executor, mutation_executor) = (executor(for_queries), executor(for_mutations));
        let automatic = AutomaticDocuments::new(settings.operations.cache.automatic_bytes_max);
        let operations = Operations::new(
            Arc::new(supergraph),
            settings.operations.clone(),
            &settings.authorization,
            settings.caching.default_max_age_seconds,
        );
        Self { operations: Arc::new(operations), automatic, query_executor, mutation_executor }
    }

    /// What executes operations of this kind.
    pub(crate) fn executor(&self, kind: OperationType) -> &Executor {
        match kind {
            OperationType::Mutation => &self.mutation_executor,
            OperationType::Query | OperationType::Subscription => &self.query_executor,
        }
    }
}
