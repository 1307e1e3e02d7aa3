//! Reading many things at once (P16).

mod turn;

#[cfg(test)]
mod tests;

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use async_graphql::parser::types::OperationType;
use async_graphql::{CacheControl, ObjectType, Request, Response, Schema, SubscriptionType};
use futures_util::stream::{BoxStream, StreamExt, unfold};
use kit_viewer::Viewer;
use thiserror::Error;
use tracing::Instrument;
use tracing::field::Empty;

use crate::context::Sharing;
use turn::Turns;

/// Keys that are read at once: what one statement can list.
const BATCH_MAX: usize = 8_192;

/// Reads many values at once: one statement for all keys.
pub trait BatchLoad: Send + Sync + 'static {
    /// What a value is asked for by; usually an id.
    type Key: Clone + Eq + Hash + Send + Sync + 'static;
    /// What is found. Cheap to clone: put what is large into an [`Arc`].
    type Value: Clone + Send + Sync + 'static;
    /// Why reading failed.
    type Error: Error + Send + Sync + 'static;

    /// Reads the values of these keys, each of which comes once. Leave out the keys that have none.
    ///
    /// # Errors
    /// When reading failed; every resolver that asked hears of it.
    fn load(
        &self,
        keys: &[Self::Key],
    ) -> impl Future<Output = Result<HashMap<Self::Key, Self::Value>, Self::Error>> + Send;
}

/// A loader failed. Shared by all who asked it.
#[derive(Debug, Clone, Error)]
#[error("the loader {loader} failed")]
pub struct LoadError {
    loader: &'static str,
    #[source]
    source: Arc<dyn Error + Send + Sync>,
}

/// The loaders of one request. What one has read it keeps until the request ends, except in a mutation.
#[derive(Default)]
pub struct Loaders {
    loaders: HashMap<TypeId, Box<dyn AnyLoader>>,
    turns: Turns,
}

impl Loaders {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With this one, found by its type.
    #[must_use]
    pub fn with<L: BatchLoad>(mut self, loader: L) -> Self {
        let turns = self.turns.clone();
        let batched = DataLoader::with_cache(Batched(loader), move |load| turns.add(load), HashMapCache::default())
            // The turns decide when to read; a pause would only add to the time of the request.
            .delay(Duration::ZERO)
            .max_batch_size(BATCH_MAX);
        self.loaders.insert(TypeId::of::<L>(), Box::new(batched));
        self
    }

    /// Reads one value. As [`crate::RequestContext::load`].
    ///
    /// # Errors
    /// When the loader fails.
    ///
    /// # Panics
    /// When there is no such loader.
    pub async fn load<L: BatchLoad>(&self, key: L::Key) -> Result<Option<L::Value>, LoadError> {
        self.get::<L>().load_one(key).await
    }

    /// Reads many values. As [`crate::RequestContext::load_many`].
    ///
    /// # Errors
    /// When the loader fails.
    ///
    /// # Panics
    /// When there is no such loader.
    pub async fn load_many<L: BatchLoad>(&self, keys: Vec<L::Key>) -> Result<HashMap<L::Key, L::Value>, LoadError> {
        self.get::<L>().load_many(keys).await
    }

    fn get<L: BatchLoad>(&self) -> &DataLoader<Batched<L>, HashMapCache> {
        self.loaders
            .get(&TypeId::of::<L>())
            .and_then(|loader| loader.as_any().downcast_ref())
            .unwrap_or_else(|| panic!("invariant: {} is registered with `Loaders::with`", type_name::<L>()))
    }

    /// In a mutation, what was read before a field may be out of date after it.
    fn forget_everything(&self) {
        self.loaders.values().for_each(|loader| loader.stop_keeping());
    }
}

impl fmt::Debug for Loaders {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Loaders").field("count", &self.loaders.len()).finish_non_exhaustive()
    }
}

/// How async-graphql writes `no-cache`.
const NEVER_KEPT: i32 = -1;

/// Runs a request for this viewer, with these loaders. The response's cache policy is what the schema says of the fields
/// asked for, unless a resolver has called [`crate::RequestContext::forbid_sharing`].
pub async fn execute<Query, Mutation, Subscription>(
    schema: &Schema<Query, Mutation, Subscription>,
    mut request: Request,
    viewer: Viewer,
    loaders: Loaders,
) -> Response
where
    Query: ObjectType + 'static,
    Mutation: ObjectType + 'static,
    Subscription: SubscriptionType + 'static,
{
    if has_mutation(&mut request) {
        loaders.forget_everything();
    }
    let turns = loaders.turns.clone();
    let sharing = Sharing::default();
    let request = request.data(viewer).data(loaders).data(sharing.clone());
    let mut response = turns.drive(schema.execute(request)).await;
    if sharing.is_forbidden() {
        response.cache_control = CacheControl { public: false, max_age: NEVER_KEPT };
    }
    response
}

/// Runs a subscription for this viewer, and gives a response for each of its events. Loaders read anew for each. A query
/// or a mutation gives one response.
pub fn execute_stream<Query, Mutation, Subscription>(
    schema: &Schema<Query, Mutation, Subscription>,
    request: Request,
    viewer: Viewer,
    loaders: Loaders,
) -> BoxStream<'static, Response>
where
    Query: ObjectType + 'static,
    Mutation: ObjectType + 'static,
    Subscription: SubscriptionType + 'static,
{
    loaders.forget_everything();
    let turns = loaders.turns.clone();
    let request = request.data(viewer).data(loaders).data(Sharing::default());
    let responses = Box::pin(schema.execute_stream(request));
    let next = |(mut responses, turns): (BoxStream<'static, Response>, Turns)| async move {
        let response = turns.clone().drive(responses.next()).await?;
        Some((response, (responses, turns)))
    };
    unfold((responses as BoxStream<'static, Response>, turns), next).boxed()
}

/// Whether the document has a mutation. One that cannot be parsed is refused later.
fn has_mutation(request: &mut Request) -> bool {
    request
        .parsed_query()
        .is_ok_and(|document| document.operations.iter().any(|(_, found)| found.node.ty == OperationType::Mutation))
}

/// A [`BatchLoad`] as async-graphql knows it.
struct Batched<L>(L);

impl<L: BatchLoad> Loader<L::Key> for Batched<L> {
    type Value = L::Value;
    type Error = LoadError;

    async fn load(&self, keys: &[L::Key]) -> Result<HashMap<L::Key, L::Value>, LoadError> {
        let span = tracing::debug_span!(
            "load",
            otel.name = format!("load {}", short_name::<L>()),
            otel.status_code = Empty,
            loader.keys = telemetry::count(keys.len()),
            loader.found = Empty,
        );
        let loaded = self.0.load(keys).instrument(span.clone()).await;
        match &loaded {
            Ok(found) => span.record("loader.found", telemetry::count(found.len())),
            Err(_) => span.record("otel.status_code", "ERROR"),
        };
        loaded.map_err(|error| LoadError { loader: type_name::<L>(), source: Arc::new(error) })
    }
}

/// The name of a type, without where it stands and what it is made of.
fn short_name<L>() -> &'static str {
    let name = type_name::<L>();
    let name = name.split('<').next().unwrap_or(name);
    name.rsplit("::").next().unwrap_or(name)
}

/// A loader whose type only its user knows.
trait AnyLoader: Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn stop_keeping(&self);
}

impl<L: BatchLoad> AnyLoader for DataLoader<Batched<L>, HashMapCache> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn stop_keeping(&self) {
        self.enable_all_cache(false);
    }
}
