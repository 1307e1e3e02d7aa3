//! Which headers of a client's request go to subgraphs, and which of their replies' go to the client (docs/headers.md).
//!
//! - `names` knows which headers no rule may touch, and `selector` which ones a rule is about;
//! - `rules` makes rules that can be followed of the settings, or says what is wrong with them;
//! - `request` follows those of requests, and `response` those of replies.
//!
//! Without rules there is no [`HeaderPolicy`], and no request does anything here.

mod names;
mod request;
mod response;
mod rules;
mod selector;

use std::sync::Arc;

use http::HeaderMap;

use self::request::PropagatedHeaders;
pub(crate) use self::request::RequestFacts;
use self::response::CollectedHeaders;
pub(crate) use self::rules::HeaderPolicy;
use crate::refusal::Refusal;

/// What rules do for one client request.
#[derive(Debug)]
pub(crate) struct RequestHeaders {
    propagated: PropagatedHeaders,
    collected: CollectedHeaders,
}

impl RequestHeaders {
    /// Looks at a client's headers.
    ///
    /// # Errors
    /// When they cannot go along.
    pub(crate) fn new(policy: &Arc<HeaderPolicy>, headers: &HeaderMap, facts: RequestFacts) -> Result<Self, Refusal> {
        let propagated = PropagatedHeaders::new(Arc::clone(policy), headers, facts)?;
        Ok(Self { propagated, collected: CollectedHeaders::new(Arc::clone(policy)) })
    }

    pub(crate) fn for_subgraph(&self, subgraph: &str) -> HeaderMap {
        self.propagated.for_subgraph(subgraph)
    }

    pub(crate) fn take_from_reply(&self, subgraph: &str, fetch: usize, headers: &HeaderMap) {
        self.collected.take(subgraph, fetch, headers);
    }

    pub(crate) fn write_to_reply(&self, headers: &mut HeaderMap) {
        self.collected.write_to_reply(headers);
    }
}
