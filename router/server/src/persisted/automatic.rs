//! Documents that clients have registered by sending them with their SHA-256.

use std::sync::Arc;

use moka::sync::Cache;

/// Documents by their SHA-256. Bounded by their bytes; the least used go first, so that a flood of documents that are asked
/// once drives out none that is asked often (PQ-10).
#[derive(Debug)]
pub(crate) struct AutomaticDocuments(Cache<String, Arc<str>>);

impl AutomaticDocuments {
    pub(crate) fn new(bytes_max: u64) -> Self {
        let weigh = |hash: &String, text: &Arc<str>| u32::try_from(hash.len() + text.len()).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(bytes_max).weigher(weigh).build())
    }

    pub(crate) fn get(&self, hash: &str) -> Option<Arc<str>> {
        self.0.get(hash)
    }

    pub(crate) fn insert(&self, hash: String, text: String) {
        self.0.insert(hash, text.into());
    }
}

#[cfg(test)]
mod tests {
    use router_registry::id_of_text;

    use super::AutomaticDocuments;

    /// PQ-10: memory is bounded, and what is asked often survives.
    #[test]
    fn a_flood_drives_out_nothing_that_is_asked_often() {
        const BYTES_MAX: u64 = 64 * 1024;
        let documents = AutomaticDocuments::new(BYTES_MAX);
        let hot = id_of_text("{ hot }");
        documents.insert(hot.clone(), "{ hot }".to_owned());
        for number in 0..100_000 {
            let text = format!("{{ field{number} }}");
            documents.insert(id_of_text(&text), text);
            if number % 16 == 0 {
                assert!(documents.get(&hot).is_some(), "after {number}");
            }
        }
        documents.0.run_pending_tasks();
        assert!(documents.0.weighted_size() <= BYTES_MAX, "{}", documents.0.weighted_size());
    }
}
