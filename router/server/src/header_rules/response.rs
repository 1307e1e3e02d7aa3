//! From the replies of subgraphs to the reply to the client.

use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::names::is_forbidden_in_reply;
use super::rules::{HeaderPolicy, ResponseRule};
use super::selector::Selector;
use crate::configuration::HeaderMerge;
use crate::header_names::named_by_connection;

/// The most headers that one reply hands on; a client refuses a head without end.
const OF_ONE_REPLY_MAX: usize = 64;
/// The most that all replies to one request hand on.
const OF_ALL_REPLIES_MAX: usize = 256;

/// What subgraphs' replies have for the client, until its own reply begins. What comes later, as with the events of a
/// subscription, is passed over.
#[derive(Debug)]
pub(crate) struct CollectedHeaders {
    policy: Arc<HeaderPolicy>,
    /// `None` once it has been written.
    collected: Mutex<Option<Vec<Collected>>>,
}

#[derive(Debug)]
struct Collected {
    /// The place of the fetch in its plan.
    fetch: usize,
    name: HeaderName,
    values: Vec<HeaderValue>,
    merge: HeaderMerge,
}

impl CollectedHeaders {
    pub(crate) fn new(policy: Arc<HeaderPolicy>) -> Self {
        Self { policy, collected: Mutex::new(Some(Vec::new())) }
    }

    /// Takes from a subgraph's reply what rules are about.
    pub(crate) fn take(&self, subgraph: &str, fetch: usize, headers: &HeaderMap) {
        let mut collected = self.collected.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(collected) = collected.as_mut() else { return };
        let mut taken = self.taken(subgraph, fetch, headers);
        let places = OF_ALL_REPLIES_MAX.saturating_sub(collected.len()).min(OF_ONE_REPLY_MAX);
        if taken.len() > places {
            tracing::warn!(subgraph, "a subgraph's reply has more headers for the client than are handed on");
            taken.truncate(places);
        }
        collected.append(&mut taken);
    }

    fn taken(&self, subgraph: &str, fetch: usize, headers: &HeaderMap) -> Vec<Collected> {
        let ends_here = named_by_connection(headers);
        let may_pass =
            |name: &HeaderName| !is_forbidden_in_reply(name) && !ends_here.iter().any(|named| named == name.as_str());
        let mut taken: Vec<Collected> = Vec::new();
        for rule in self.policy.of_response(subgraph) {
            match rule {
                ResponseRule::Propagate { selector: Selector::Name(name), rename, default, merge } => {
                    let mut values: Vec<_> = headers.get_all(name).iter().filter(|_| may_pass(name)).cloned().collect();
                    if values.is_empty() {
                        values.extend(default.clone());
                    }
                    let name = rename.as_ref().unwrap_or(name).clone();
                    taken.push(Collected { fetch, name, values, merge: *merge });
                }
                ResponseRule::Propagate { selector, merge, .. } => {
                    let found = headers.keys().filter(|name| may_pass(name) && selector.selects(name));
                    taken.extend(found.map(|name| {
                        let values = headers.get_all(name).iter().cloned().collect();
                        Collected { fetch, name: name.clone(), values, merge: *merge }
                    }));
                }
                ResponseRule::Insert { name, value } => {
                    let (name, values) = (name.clone(), vec![value.clone()]);
                    taken.push(Collected { fetch, name, values, merge: HeaderMerge::Last });
                }
                ResponseRule::Remove(selector) => taken.retain(|header| !selector.finds(&header.name)),
            }
        }
        taken.retain(|header| !header.values.is_empty());
        taken
    }

    /// Puts all that was collected on the reply to the client.
    pub(crate) fn write_to_reply(&self, headers: &mut HeaderMap) {
        let collected = self.collected.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut collected = collected.unwrap_or_default();
        // Replies come in any order; the plan's is the same each time.
        collected.sort_by_key(|header| header.fetch);
        let mut merged = HeaderMap::new();
        for Collected { name, values, merge, .. } in collected {
            let merge = if name == header::SET_COOKIE { HeaderMerge::Append } else { merge };
            match merge {
                HeaderMerge::First if merged.contains_key(&name) => continue,
                HeaderMerge::Last => drop(merged.remove(&name)),
                HeaderMerge::First | HeaderMerge::Append => {}
            }
            for value in values {
                merged.append(name.clone(), value);
            }
        }
        let sets_cookies = merged.contains_key(header::SET_COOKIE);
        // `extend` puts all values of a name in the place of what stands there.
        headers.extend(merged);
        if sets_cookies && !self.policy.cacheable_with_cookies {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }
}
