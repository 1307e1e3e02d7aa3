//! Prepared operations by the exact document, the operation's name, and what its viewer may not see.

use std::collections::BTreeSet;
use std::sync::Arc;

use moka::sync::Cache;
use router_schema::Index;

use super::Operation;
use crate::authorization::Unmet;
use crate::caching;

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

impl Key {
    /// Stands for all of it in one graph. Rules are numbered by the graph, the same in every router.
    pub(super) fn digest(&self, graph: [u8; 32]) -> [u8; 32] {
        let name = self.operation_name.as_deref();
        let rules =
            self.unmet.rules.iter().map(|rule| (rule.index() as u64).to_be_bytes()).collect::<Vec<_>>().concat();
        let labels = caching::digest(self.override_labels.iter().map(String::as_bytes));
        caching::digest([
            &graph[..],
            self.document.as_bytes(),
            &[u8::from(name.is_some()), u8::from(self.unmet.is_anonymous)],
            name.unwrap_or_default().as_bytes(),
            &labels,
            &rules,
        ])
    }
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// CC-09, AS-102: what differs in any part is another operation, and the same everywhere when nothing does.
    #[test]
    fn each_part_tells_operations_apart() {
        let key = |document: &str, name: Option<&str>, labels: &[&str], rules: &[usize], is_anonymous| Key {
            document: document.to_owned(),
            operation_name: name.map(str::to_owned),
            override_labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            unmet: Unmet { rules: rules.iter().map(|rule| Index::of(*rule)).collect(), is_anonymous },
        };
        let keys = [
            key("{ a }", None, &[], &[], false),
            key("{ b }", None, &[], &[], false),
            key("{ a }", Some(""), &[], &[], false),
            key("{ a }", Some("A"), &[], &[], false),
            key("{ a }", None, &["a"], &[], false),
            key("{ a }", None, &["a", "b"], &[], false),
            key("{ a }", None, &["ab"], &[], false),
            key("{ a }", None, &[], &[0], false),
            key("{ a }", None, &[], &[1], false),
            key("{ a }", None, &[], &[0, 1], false),
            key("{ a }", None, &[], &[], true),
        ];
        let digests: HashSet<_> = keys.iter().flat_map(|key| [key.digest([1; 32]), key.digest([2; 32])]).collect();
        assert_eq!(digests.len(), 2 * keys.len());
        assert_eq!(keys[3].digest([1; 32]), keys[3].clone().digest([1; 32]));
    }
}
