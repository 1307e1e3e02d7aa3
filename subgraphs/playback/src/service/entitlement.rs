//! Who may play what: the port to whoever knows.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kit_ids::{Clock, PlayableId};
use kit_service::{Call, Neighbour, ServiceContext};
use kit_tickets::{Sealer, StreamPass};
use serde_json::json;
use thiserror::Error;

/// How long media may take.
const ANSWER_TIME_MAX: Duration = Duration::from_millis(500);
const QUESTION: &str = "query MayPlay($id: ID!) { playable(id: $id) { stream { __typename } } }";

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
pub(crate) fn entitlements(context: &ServiceContext) -> Arc<dyn EntitlementPort> {
    Arc::new(MediaEntitlements {
        passes: Sealer::new(context.keys(), StreamPass::PURPOSE),
        clock: Arc::clone(&context.clock),
        media: context.neighbour("media"),
    })
}

/// Believes the passes that media gives with its tickets, and asks media without one.
struct MediaEntitlements {
    passes: Sealer,
    clock: Arc<dyn Clock>,
    media: Neighbour,
}

#[async_trait]
impl EntitlementPort for MediaEntitlements {
    async fn may_play(
        &self,
        call: &Call,
        playable: PlayableId,
        ticket: Option<&str>,
    ) -> Result<bool, EntitlementError> {
        let pass = ticket.and_then(|ticket| StreamPass::read(ticket, &self.passes, self.clock.now()));
        if pass.is_some_and(|pass| pass.playable == playable && call.viewer.is_user(pass.user)) {
            return Ok(true);
        }
        let asked = self.media.ask(&call.viewer, QUESTION, json!({ "id": playable }), ANSWER_TIME_MAX).await;
        let answer = asked.map_err(|error| {
            tracing::warn!(%error, "media could not be asked who may play; nobody may");
            EntitlementError::Unavailable
        })?;
        Ok(answer["playable"]["stream"]["__typename"] == "StreamTicket")
    }
}
