//! The ids of requests that were believed once, for as long as their signatures are valid.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::SKEW_MAX_MS;

/// How many ids a generation holds; two are held. Whoever changes more than this in a minute has a signature forgotten
/// before it is void.
const IDS_MAX: usize = 100_000;
/// A signature may lie as far in the future as in the past, and is valid until it has crossed both.
const GENERATION_MS: i64 = 2 * SKEW_MAX_MS;

/// Two generations of ids, of which the older one is forgotten.
#[derive(Debug, Default)]
pub(super) struct SpentIds(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    began_ms: i64,
    young: HashSet<String>,
    old: HashSet<String>,
}

impl SpentIds {
    /// Notes an id. False when it was noted before.
    pub(super) fn spend(&self, id: String, now_ms: i64) -> bool {
        self.spend_among(id, now_ms, IDS_MAX)
    }

    fn spend_among(&self, id: String, now_ms: i64, ids_max: usize) -> bool {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now_ms - generations.began_ms >= GENERATION_MS || generations.young.len() >= ids_max {
            generations.old = std::mem::take(&mut generations.young);
            generations.began_ms = now_ms;
        }
        !generations.old.contains(&id) && generations.young.insert(id)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// P10: whatever is asked when, no id is believed twice within the life of its signature.
        #[test]
        fn no_id_is_spent_twice_in_time(asked in prop::collection::vec((0_u8..20, 0_i64..20_000), 1..200)) {
            let spent = SpentIds::default();
            let mut now_ms = 1_790_000_000_000;
            let mut believed = std::collections::HashMap::new();
            for (id, pause_ms) in asked {
                now_ms += pause_ms;
                let last: Option<&i64> = believed.get(&id);
                let is_new = spent.spend(id.to_string(), now_ms);
                if let Some(last) = last && now_ms - last <= GENERATION_MS {
                    prop_assert!(!is_new, "{id} again after {} ms", now_ms - last);
                }
                if is_new {
                    believed.insert(id, now_ms);
                }
            }
        }
    }

    #[test]
    fn memory_is_bounded() {
        let spent = SpentIds::default();
        for id in 0..100 {
            assert!(spent.spend_among(id.to_string(), 1, 10));
        }
        let generations = spent.0.lock().unwrap();
        assert!(generations.young.len() <= 10 && generations.old.len() <= 10);
    }
}
