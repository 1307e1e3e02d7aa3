//! When each fetch is needed at all.

use crate::plan::{Condition, Fetch};

/// More alternatives than this are not told apart: the fetch is made.
const ALTERNATIVES_MAX: usize = 16;

/// When something is needed: when all conditions of one of these hold. Empty: never.
type Need = Vec<Vec<Condition>>;

/// Finds the alternatives of each fetch. It is needed for what the client wants of it, and for what other fetches take
/// from it; where all of that is under conditions, and not under the same, it may be that nothing is needed.
pub(super) fn find(fetches: &mut [Fetch], wanted: Vec<Need>) {
    let mut needs = wanted;
    for (fetch, need) in fetches.iter().zip(&mut needs) {
        need.iter_mut().for_each(|all| all.extend(fetch.conditions.iter().cloned()));
        simplify(need);
    }
    for index in (0..fetches.len()).rev() {
        let need = needs[index].clone();
        for other in &fetches[index].depends_on {
            needs[other.0].extend(need.iter().cloned());
            simplify(&mut needs[other.0]);
        }
    }
    for (fetch, mut need) in fetches.iter_mut().zip(needs) {
        need.iter_mut().for_each(|all| all.retain(|condition| !fetch.conditions.contains(condition)));
        simplify(&mut need);
        let is_always = need.iter().any(Vec::is_empty) || need.len() > ALTERNATIVES_MAX;
        fetch.alternatives = if is_always { Vec::new() } else { need };
    }
}

/// Leaves out what is repeated, and what another alternative allows anyway.
fn simplify(need: &mut Need) {
    need.iter_mut().for_each(|all| {
        all.sort();
        all.dedup();
    });
    need.sort_by_key(Vec::len);
    let mut kept: Need = Vec::new();
    for all in need.drain(..) {
        if !kept.iter().any(|known| known.iter().all(|condition| all.contains(condition))) {
            kept.push(all);
        }
    }
    *need = kept;
}
