//! Telling people something, and that they have read it.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::{Stream, StreamExt};
use kit_database::{Database, DatabaseError, Transaction, in_transaction};
use kit_ids::{Clock, IdGenerator, NotificationId, UserId};
use kit_live::{Interrupted, LiveFeed};
use kit_service::Call;

use super::ChangeError;
use crate::domain::{Notice, Notification, UserStatus};
use crate::store::{notifications, users};

/// Most notices that are marked at once: a page of them.
const MARKED_MAX: usize = 100;

/// Notices of the viewer.
#[derive(Clone)]
pub(crate) struct Notifications {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) live: LiveFeed,
}

impl Notifications {
    /// What the person is told from now on.
    pub(crate) fn listen(&self, user: UserId) -> impl Stream<Item = Result<Notification, Interrupted>> + use<> {
        self.live.listen(&user.to_string()).map(|message| {
            serde_json::from_value(message?).map_err(|error| {
                tracing::error!(%error, "a notice cannot be read");
                Interrupted
            })
        })
    }

    /// Marks the viewer's notices as read, all or none of them, and returns them in the order asked for.
    pub(crate) async fn mark_read(
        &self,
        ids: &[NotificationId],
        call: &Call,
    ) -> Result<Vec<Notification>, ChangeError> {
        let viewer = call.viewer.require_user()?;
        if ids.len() > MARKED_MAX {
            return Err(ChangeError::Invalid("at most 100 notifications are marked at once"));
        }
        in_transaction!(self.database, |transaction| {
            let own = |found: Vec<Notification>| found.into_iter().filter(|one| one.user_id == viewer.id);
            let before = own(notifications::by_ids(&mut *transaction, ids).await?);
            let before: HashMap<NotificationId, Notification> = before.map(|one| (one.id, one)).collect();
            if ids.iter().any(|id| !before.contains_key(id)) {
                return Err(ChangeError::NoSuchNotification);
            }
            notifications::mark_read(transaction, ids, self.clock.now()).await?;
            let after = notifications::by_ids(&mut *transaction, ids).await?;
            let after: HashMap<NotificationId, Notification> = after.into_iter().map(|one| (one.id, one)).collect();
            Ok(ids.iter().filter_map(|id| after.get(id).cloned()).collect())
        })
    }
}

/// Tells a person something, within the caller's transaction; those of their devices that listen hear it once that has
/// committed. Who has no account in use is told nothing.
pub(crate) async fn notify(
    transaction: &mut Transaction,
    ids: &IdGenerator,
    live: &LiveFeed,
    (user_id, notice): (UserId, Notice),
    at: i64,
) -> Result<(), DatabaseError> {
    let user = users::lock(transaction, user_id).await?;
    if user.is_none_or(|user| user.status == UserStatus::Deactivated) {
        return Ok(());
    }
    let notification = Notification {
        id: ids.mint(),
        user_id,
        kind: notice.kind.to_owned(),
        title: notice.title.to_owned(),
        body: notice.body,
        link: None,
        created_at: at,
        read_at: None,
    };
    notifications::insert(transaction, &notification).await?;
    let message = serde_json::to_value(&notification).expect("invariant: text and numbers can be written as JSON");
    let live = live.clone();
    transaction.after_commit(move || live.tell(&user_id.to_string(), message));
    Ok(())
}
