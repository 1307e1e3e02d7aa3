//! Who may play what: the port to whoever knows.

use std::sync::Arc;

use async_trait::async_trait;
use kit_ids::PlayableId;
use kit_service::{Call, ServiceContext};
use thiserror::Error;

/// Why it cannot be said who may play what.
#[derive(Debug, Error)]
pub(crate) enum EntitlementError {
    #[error("entitlements cannot be asked now; try again")]
    Unavailable,
}

/// Knows who may play what.
#[async_trait]
pub(crate) trait EntitlementPort: Send + Sync {
    /// Whether the viewer of the call may play it: by a ticket, or by what they are entitled to.
    async fn may_play(&self, call: &Call, playable: PlayableId, ticket: Option<&str>)
    -> Result<bool, EntitlementError>;
}

/// The port of a running playback.
pub(crate) fn entitlements(_: &ServiceContext) -> Arc<dyn EntitlementPort> {
    Arc::new(NobodyToAsk)
}

/// Without anybody to ask nobody may play.
struct NobodyToAsk;

#[async_trait]
impl EntitlementPort for NobodyToAsk {
    async fn may_play(&self, _: &Call, _: PlayableId, _: Option<&str>) -> Result<bool, EntitlementError> {
        Err(EntitlementError::Unavailable)
    }
}
