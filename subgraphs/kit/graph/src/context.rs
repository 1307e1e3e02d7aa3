//! What a resolver knows about its request.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::{Context, Guard, Result};
use kit_viewer::{Scope, Viewer};

use crate::{BatchLoad, GraphError, GraphResult, Loaders};

/// What a resolver knows about its request.
pub trait RequestContext {
    /// Who asks.
    ///
    /// # Panics
    /// When the request was not run by [`crate::execute`].
    fn viewer(&self) -> &Viewer;

    /// Keeps the response from every cache: for what a type's policy calls public, but this viewer alone may see, such as
    /// a draft.
    ///
    /// # Panics
    /// When the request was not run by [`crate::execute`].
    fn forbid_sharing(&self);

    /// Reads one value through the loader of this type; nothing when there is none.
    ///
    /// # Errors
    /// `INTERNAL` when the loader fails.
    ///
    /// # Panics
    /// When no such loader is among the request's.
    fn load<L: BatchLoad>(&self, key: L::Key) -> impl Future<Output = GraphResult<Option<L::Value>>> + Send;

    /// Reads many values through the loader of this type. Keys without a value are missing from the answer.
    ///
    /// # Errors
    /// `INTERNAL` when the loader fails.
    ///
    /// # Panics
    /// When no such loader is among the request's.
    fn load_many<L: BatchLoad>(
        &self,
        keys: impl IntoIterator<Item = L::Key> + Send,
    ) -> impl Future<Output = GraphResult<HashMap<L::Key, L::Value>>> + Send
    where
        L::Key: Hash + Eq;
}

impl RequestContext for Context<'_> {
    fn viewer(&self) -> &Viewer {
        self.data::<Viewer>().expect("invariant: `kit_graph::execute` gives every request its viewer")
    }

    fn forbid_sharing(&self) {
        self.data::<Sharing>().expect("invariant: `kit_graph::execute` gives every request this").forbid();
    }

    async fn load<L: BatchLoad>(&self, key: L::Key) -> GraphResult<Option<L::Value>> {
        Ok(loaders(self).load::<L>(key).await?)
    }

    async fn load_many<L: BatchLoad>(
        &self,
        keys: impl IntoIterator<Item = L::Key> + Send,
    ) -> GraphResult<HashMap<L::Key, L::Value>> {
        let keys: Vec<_> = keys.into_iter().collect();
        Ok(loaders(self).load_many::<L>(keys).await?)
    }
}

/// Whether a cache may keep the response, as far as resolvers know better than the schema.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sharing(Arc<AtomicBool>);

impl Sharing {
    fn forbid(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_forbidden(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

fn loaders<'c>(context: &'c Context<'_>) -> &'c Loaders {
    context.data::<Loaders>().expect("invariant: `kit_graph::execute` gives every request its loaders")
}

/// A guard: somebody is signed in. `#[graphql(guard = "RequireUser")]`
#[derive(Debug, Clone, Copy)]
pub struct RequireUser;

impl Guard for RequireUser {
    async fn check(&self, context: &Context<'_>) -> Result<()> {
        context.viewer().require_user().map(drop).map_err(|refusal| GraphError::from(refusal).into())
    }
}

/// A guard: the viewer has a scope. `#[graphql(guard = "RequireScope(Scope::CourseWrite)")]`
#[derive(Debug, Clone, Copy)]
pub struct RequireScope(pub Scope);

impl Guard for RequireScope {
    async fn check(&self, context: &Context<'_>) -> Result<()> {
        context.viewer().require_scope(self.0).map(drop).map_err(|refusal| GraphError::from(refusal).into())
    }
}
