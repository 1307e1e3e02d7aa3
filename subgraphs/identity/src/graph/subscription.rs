//! What can be watched while it happens.

use async_graphql::{Context, Subscription};
use futures_util::{Stream, StreamExt};
use kit_graph::{ErrorCode, GraphError, GraphResult, RequestContext, RequireUser, authenticated};

use super::notification::Notification;
use crate::service::Notifications;

pub(crate) struct Subscription;

/// What can be watched.
#[Subscription]
impl Subscription {
    /// Each new notification of the viewer.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn notification_added(
        &self,
        ctx: &Context<'_>,
    ) -> Result<impl Stream<Item = GraphResult<Notification>>, GraphError> {
        let user = ctx.viewer().require_user()?.id;
        let added = ctx.data_unchecked::<Notifications>().listen(user);
        Ok(added.map(|notification| match notification {
            Ok(notification) => Ok(Notification(notification)),
            Err(_) => Err(GraphError::new(
                ErrorCode::SubgraphUnavailable,
                "some notifications were lost; read notifications and subscribe again",
            )),
        }))
    }
}
