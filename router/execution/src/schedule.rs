//! Runs the fetches of a plan, each as soon as its own dependencies are done.

mod failures;
mod order;
mod progress;

use apollo_compiler::ast::OperationType;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use router_planning::plan::FetchId;

use self::order::Order;
use self::progress::{Pending, Progress, Start};
use crate::cache_policy::CachePolicy;
use crate::context::RequestContext;
use crate::deadline::Deadline;
use crate::error_log::ErrorLog;
use crate::executor::Executor;
use crate::fetch::failure::{FetchFailure, LeftUndone};
use crate::fetch::question::Question;
use crate::fetch::reply::SubgraphReply;
use crate::prepared::PreparedOperation;

/// A root fetch, and what it was answered before the rest is fetched: the event of a subscription.
pub(crate) type Answered = (FetchId, Result<SubgraphReply, FetchFailure>);

/// Resolves the plan of `operation` and gives the merged data, the errors on the way, and how long the data may be
/// kept.
///
/// There are no waves: a fetch never waits for one that it does not depend on. A fetch that failed counts as done, so
/// that those depending on it run with what there is. A root fetch that has been `answered` is not sent. After the
/// deadline nothing is begun.
pub(crate) async fn run(
    executor: &Executor,
    deadline: Deadline,
    operation: &PreparedOperation,
    variables: &Valid<JsonMap>,
    context: &RequestContext,
    mut answered: Option<Answered>,
) -> (JsonMap, ErrorLog, CachePolicy) {
    let plan = operation.plan();
    let mut order = Order::new(plan);
    let mut progress = Progress::new(executor, operation, variables);
    let is_mutation = operation.operation().operation_type == OperationType::Mutation;
    let mut in_flight = FuturesUnordered::new();
    loop {
        while let Some(id) = order.next_ready() {
            if let Some((_, outcome)) = answered.take_if(|(answered, _)| *answered == id) {
                progress.record(&Pending { fetch: id, batches: Vec::new() }, outcome);
                order.finish(id);
                continue;
            }
            match progress.start(id) {
                Start::Done => order.finish(id),
                Start::Ask { pending, .. } if deadline.is_over() => {
                    progress.record(&pending, Err(deadline.failure(LeftUndone::NotBegun)));
                    order.finish(id);
                }
                Start::Ask { subgraph, pending } => {
                    let fetch = &plan.fetches[id.0];
                    in_flight.push(async move {
                        let batches = &pending.batches;
                        let is_change = is_mutation && batches.is_empty();
                        let question = Question { id, fetch, subgraph, variables, batches, is_change, deadline };
                        let outcome = question.ask(context).await;
                        (pending, outcome)
                    });
                }
            }
        }
        let Some((pending, outcome)) = in_flight.next().await else { break };
        let id = pending.fetch;
        progress.record(&pending, outcome);
        order.finish(id);
    }
    progress.into_parts()
}
