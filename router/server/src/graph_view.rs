//! The graph as some clients see it: the whole one, or a contract of it, and what executes operations on it.

use std::sync::Arc;

use apollo_compiler::ast::OperationType;
use router_execution::{ExecutionLimits, Executor, Subgraph};
use router_schema::Supergraph;

use crate::configuration::RouterSettings;
use crate::operation::Operations;

/// Prepares and executes operations on one public schema.
#[derive(Debug)]
pub(crate) struct GraphView {
    pub(crate) operations: Arc<Operations>,
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
        let executor = |subgraphs| Executor::new(schema.clone(), subgraphs, ExecutionLimits::default());
        let (query_executor, mutation_executor) = (executor(for_queries), executor(for_mutations));
        let operations = Operations::new(Arc::new(supergraph), settings.operations.clone(), &settings.authorization);
        let operations = Arc::new(operations);
        Self { operations, query_executor, mutation_executor }
    }

    /// What executes operations of this kind.
    pub(crate) fn executor(&self, kind: OperationType) -> &Executor {
        match kind {
            OperationType::Mutation => &self.mutation_executor,
            OperationType::Query | OperationType::Subscription => &self.query_executor,
        }
    }
}
