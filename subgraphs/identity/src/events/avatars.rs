//! What identity hears of media: the pictures of people.

use async_trait::async_trait;
use kit_database::Transaction;
use kit_events::{Consumer, Event, HandlerError};
use kit_graph::Url;
use kit_ids::UserId;
use serde::Deserialize;

use crate::service::avatars::change_avatar;

/// Keeps the addresses of pictures.
pub(crate) struct Avatars;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AvatarData {
    user_id: UserId,
    /// Nothing when the picture was taken away.
    url: Option<String>,
}

#[async_trait]
impl Consumer for Avatars {
    fn name(&self) -> &'static str {
        "identity.avatars"
    }

    fn wants(&self, kind: &str) -> bool {
        kind == "media.avatar.changed.v1"
    }

    async fn handle(&self, event: &Event, transaction: &mut Transaction) -> Result<(), HandlerError> {
        let avatar: AvatarData = event.data()?;
        // Clients show it, whoever sent it: it has to be an address on the web.
        if avatar.url.as_deref().is_some_and(|url| Url::parse(url).is_none()) {
            return Err(HandlerError::Rejected("`url` is no absolute http or https URL".to_owned()));
        }
        let (id, origin) = (avatar.user_id, event.consequence());
        if change_avatar(transaction, (id, avatar.url), (event.time, &origin)).await? {
            return Ok(());
        }
        // Accounts are closed, never removed: this one is still to come, and with it a replay.
        Err(HandlerError::Rejected(format!("there is nobody with the id {id}; seed identity, which replays this")))
    }
}
