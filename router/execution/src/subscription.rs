//! Subscriptions: a source stream of one subgraph, and the rest of the plan for each of its events (GraphQL
//! specification, section 6.2.3).

use std::sync::Arc;

use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use router_planning::plan::FetchId;

use crate::context::RequestContext;
use crate::executor::Executor;
use crate::fetch::events::Events;
use crate::fetch::failure::FetchFailure;
use crate::fetch::reply::SubgraphReply;
use crate::fetch::request;
use crate::observer::FetchObserver;
use crate::prepared::PreparedOperation;
use crate::reply::Reply;

/// A subscription that runs. Dropping it ends it at the subgraph, too.
#[derive(Debug)]
pub struct Subscription {
    operation: Arc<PreparedOperation>,
    variables: Valid<JsonMap>,
    context: RequestContext,
    root: FetchId,
    events: Events,
}

/// What a subgraph has sent for a subscription, or why nothing more comes.
#[derive(Debug)]
pub struct SubscriptionEvent(Result<SubgraphReply, FetchFailure>);

impl Subscription {
    /// Waits for the next event. `None` when the subscription is over; a subgraph that breaks off is a last one.
    pub async fn event(&mut self) -> Option<SubscriptionEvent> {
        self.events.next().await.map(SubscriptionEvent)
    }
}

impl Executor {
    /// Subscribes: asks the subgraph of the operation's only root field for its stream of events.
    ///
    /// # Errors
    /// The reply that says why there is no stream; no event will come.
    pub async fn subscribe(
        &self,
        operation: Arc<PreparedOperation>,
        variables: Valid<JsonMap>,
        context: RequestContext,
    ) -> Result<Subscription, Reply> {
        let Some(root) = operation.plan().subscription else {
            // It asks for no field of a subgraph: `subscription { __typename }`.
            return Err(self.execute(&operation, &variables, &context).await);
        };
        let fetch = &operation.plan().fetches[root.0];
        let body = request::body(&fetch.document, &variables, &[]);
        let opened = match self.subgraphs.get(fetch.subgraph.0) {
            Some(subgraph) => Events::open(subgraph, root, body, &context).await,
            None => Err(Err(FetchFailure::UnknownSubgraph)),
        };
        match opened {
            Ok(events) => Ok(Subscription { operation, variables, context, root, events }),
            Err(outcome) => Err(self.execute_from(&operation, &variables, &context, (root, outcome)).await),
        }
    }

    /// Waits for the next event and answers it. `None` when the subscription is over. A subgraph that breaks off is
    /// answered by a last reply that says so.
    pub async fn next(&self, subscription: &mut Subscription) -> Option<Reply> {
        let event = subscription.event().await?;
        Some(self.answer(subscription, event, None).await)
    }

    /// Answers an event of this subscription. `observer` is told of what is fetched for it, in the place of the one that was
    /// told of the subscription.
    pub async fn answer(
        &self,
        subscription: &mut Subscription,
        event: SubscriptionEvent,
        observer: Option<Arc<dyn FetchObserver>>,
    ) -> Reply {
        let Subscription { operation, variables, context, root, .. } = subscription;
        let context = RequestContext { observer, ..context.clone() };
        self.execute_from(operation, variables, &context, (*root, event.0)).await
    }
}
