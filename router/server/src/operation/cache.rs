//! Prepared operations by the exact document, the operation's name, and what its viewer may not see.

use std::collections::BTreeSet;
use std::sync::Arc;

use moka::sync::Cache;

use super::Operation;
use crate::authorization::Unmet;

/// What an operation is found by. The whole document is compared, never only a hash of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) document: String,
    pub(super) operation_name: Option<String>,
    /// The progressive overrides that are in force: each combination has plans of its own.
    pub(super) override_labels: BTreeSet<String>,
    /// The rules that the viewer does not meet: whoever meets others gets another variant.
    pub(super) unmet: Unmet,
}

/// Bounded by the bytes of the documents in it; the least used go first.
#[derive(Debug)]
pub(super) struct OperationCache(Cache<Key, Arc<Operation>>);

impl OperationCache {
    pub(super) fn new(document_bytes_max: u64) -> Self {
        let weigh = |key: &Key, _: &Arc<Operation>| u32::try_from(key.document.len()).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(document_bytes_max).weigher(weigh).build())
    }

    pub(super) fn get(&self, key: &Key) -> Option<Arc<Operation>> {
        self.0.get(key)
    }

    pub(super) fn insert(&self, key: Key, operation: Arc<Operation>) {
        self.0.insert(key, operation);
    }
}
