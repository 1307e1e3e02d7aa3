//! The pictures of people, which media keeps.

use kit_database::{DatabaseError, Transaction};
use kit_events::{Origin, outbox};
use kit_ids::UserId;

use crate::domain::{User, UserStatus};
use crate::events;
use crate::store::users;

/// Gives a person another picture, or none, within the caller's transaction. One who has it already stays as they are, and
/// nothing is told. False when there is no such person.
pub(crate) async fn change_avatar(
    transaction: &mut Transaction,
    (id, url): (UserId, Option<String>),
    (at, origin): (i64, &Origin),
) -> Result<bool, DatabaseError> {
    let Some(before) = users::lock(transaction, id).await? else { return Ok(false) };
    if before.status == UserStatus::Deactivated || before.avatar_url == url {
        return Ok(true);
    }
    let after = User { avatar_url: url, version: before.version + 1, ..before };
    users::update_avatar(transaction, &after).await?;
    outbox::append(transaction, origin, events::profile_updated(&after, at)).await.map(|_| true)
}
