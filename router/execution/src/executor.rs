//! The executor: what stays the same from request to request, and the one call that runs an operation.

use std::sync::Arc;
use std::time::Duration;

use apollo_compiler::collections::HashMap;
use apollo_compiler::response::JsonMap;
use apollo_compiler::schema::Implementers;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};

use crate::cache_policy::CachePolicy;
use crate::context::RequestContext;
use crate::deadline::Deadline;
use crate::prepared::PreparedOperation;
use crate::reply::Reply;
use crate::schedule::{self, Answered};
use crate::transport::Transport;
use crate::{introspection, projection};

/// How one subgraph is reached.
#[derive(Debug, Clone)]
pub struct Subgraph {
    /// Its name, as errors and spans show it.
    pub name: String,
    /// The path of its GraphQL endpoint, such as `/graphql`.
    pub path: String,
    /// What carries requests to it.
    pub transport: Arc<dyn Transport>,
    /// The longest a whole exchange may take.
    pub timeout: Duration,
}

/// Bounds on what one execution may hold. Subgraphs are trusted no further than this.
#[derive(Debug, Clone, Copy)]
pub struct ExecutionLimits {
    /// JSON values in the merged tree. An entity's answer is put at every position that refers to it, so that replies
    /// of modest size could otherwise multiply without end. A value takes some 50 to 100 bytes.
    pub merged_values_max: usize,
    /// Entries of a reply's `errors` that one fetch, or the reading of the reply, may cause; the rest is dropped, since
    /// an error of an entity is repeated at every position that refers to it.
    pub errors_max: usize,
    /// Objects that one request may ask a subgraph for, each of which it has to look up.
    pub representations_max: usize,
    /// How long the execution of a query or of a mutation may take. What has not been answered by then is given up, and
    /// nothing more is asked. Each event of a subscription is bounded by the subgraphs' timeouts alone.
    pub time_max: Duration,
}

impl Default for ExecutionLimits {
    fn default() -> Self {
        Self {
            merged_values_max: 2_000_000,
            errors_max: 100,
            representations_max: 10_000,
            time_max: Duration::from_secs(30),
        }
    }
}

/// Runs prepared operations against the subgraphs of one supergraph. Made once, shared by all requests.
#[derive(Debug)]
pub struct Executor {
    pub(crate) schema: Valid<Schema>,
    pub(crate) implementers: HashMap<Name, Implementers>,
    pub(crate) subgraphs: Vec<Subgraph>,
    pub(crate) limits: ExecutionLimits,
}

impl Executor {
    /// An executor of operations on `api_schema`, the public schema. `subgraphs` stand in the order of the supergraph's
    /// [`router_schema::SubgraphId`]s.
    #[must_use]
    pub fn new(api_schema: Valid<Schema>, subgraphs: Vec<Subgraph>, limits: ExecutionLimits) -> Self {
        let implementers = api_schema.implementers_map();
        Self { schema: api_schema, implementers, subgraphs, limits }
    }

    /// The public schema that operations are executed on.
    #[must_use]
    pub fn api_schema(&self) -> &Valid<Schema> {
        &self.schema
    }

    /// Executes `operation` with `variables` from [`crate::coerce_variables`]. It never fails as a whole: whatever goes
    /// wrong stands in the reply's errors.
    pub async fn execute(
        &self,
        operation: &PreparedOperation,
        variables: &Valid<JsonMap>,
        context: &RequestContext,
    ) -> Reply {
        let deadline = Deadline::in_time(self.limits.time_max);
        self.execute_until(deadline, operation, variables, context, None).await
    }

    /// Executes it on what its root fetch has answered already.
    pub(crate) async fn execute_from(
        &self,
        operation: &PreparedOperation,
        variables: &Valid<JsonMap>,
        context: &RequestContext,
        answered: Answered,
    ) -> Reply {
        self.execute_until(Deadline::none(), operation, variables, context, Some(answered)).await
    }

    async fn execute_until(
        &self,
        deadline: Deadline,
        operation: &PreparedOperation,
        variables: &Valid<JsonMap>,
        context: &RequestContext,
        answered: Option<Answered>,
    ) -> Reply {
        let (data, mut log, policy) = schedule::run(self, deadline, operation, variables, context, answered).await;
        let introspected = introspection::execute(self, operation, variables, &mut log);
        let data = projection::project(self, operation, variables, &data, introspected.as_ref(), &mut log);
        let errors = log.into_errors(context.trace_id.as_deref(), |path| operation.cut_to_shown(path));
        // What was fetched without an error may still not be what its field allows.
        let policy = if errors.is_empty() { policy } else { CachePolicy::NOT_KEPT };
        Reply { data, errors, extensions: JsonMap::new(), policy }
    }
}
