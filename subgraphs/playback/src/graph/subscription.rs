//! What can be watched while it happens.

use async_graphql::{Context, ID, SimpleObject, Subscription};
use futures_util::{Stream, StreamExt};
use kit_graph::{ErrorCode, GraphError, GraphResult, RequestContext, RequireUser, authenticated};
use kit_ids::PlayableId;

use super::playable::Playable;
use super::progress::WatchProgress;
use crate::service::Deck;
use crate::service::following::ProgressChange;

pub(crate) struct Subscription;

/// What can be watched.
#[Subscription]
impl Subscription {
    /// Each advance of the viewer on any device, of one thing or all.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn progress_changed(
        &self,
        ctx: &Context<'_>,
        playable_id: Option<PlayableId>,
    ) -> Result<impl Stream<Item = GraphResult<WatchProgressChange>>, GraphError> {
        let user = ctx.viewer().require_user()?.id;
        let changes = ctx.data_unchecked::<Deck>().follow(user, playable_id);
        Ok(changes.map(|change| match change {
            Ok(change) => Ok(change.into()),
            Err(_) => Err(GraphError::new(
                ErrorCode::SubgraphUnavailable,
                "some advances were lost; read viewerProgress and subscribe again",
            )),
        }))
    }
}

/// An advance of the viewer.
#[derive(SimpleObject)]
pub(crate) struct WatchProgressChange {
    /// In what.
    playable: Option<Playable>,
    /// How far.
    progress: WatchProgress,
    /// In which session.
    session_id: ID,
}

impl From<ProgressChange> for WatchProgressChange {
    fn from(change: ProgressChange) -> Self {
        Self {
            playable: Some(Playable(change.progress.playable)),
            session_id: ID(change.session.to_string()),
            progress: change.progress.into(),
        }
    }
}
