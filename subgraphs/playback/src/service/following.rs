//! Who watches on one device and looks at another: advances as they happen (domain 2.5, 5.2 operation 07).

use futures_util::{Stream, StreamExt};
use kit_database::Transaction;
use kit_ids::{PlayableId, PlaybackSessionId, UserId};
use kit_live::Interrupted;
use serde::{Deserialize, Serialize};

use super::Deck;
use crate::domain::{Progress, Session};

/// An advance of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProgressChange {
    pub(crate) session: PlaybackSessionId,
    pub(crate) progress: Progress,
}

impl Deck {
    /// Tells the person's other devices of an advance, once it has committed.
    pub(super) fn tell_of(&self, transaction: &mut Transaction, session: &Session, progress: &Progress) {
        let change = ProgressChange { session: session.id, progress: progress.clone() };
        let message = serde_json::to_value(change).expect("invariant: ids and numbers can be written as JSON");
        let (live, topic) = (self.live.clone(), session.user_id.to_string());
        transaction.after_commit(move || live.tell(&topic, message));
    }

    /// The person's advances from now on, in one thing or all.
    pub(crate) fn follow(
        &self,
        user: UserId,
        playable: Option<PlayableId>,
    ) -> impl Stream<Item = Result<ProgressChange, Interrupted>> + use<> {
        let messages = self.live.listen(&user.to_string());
        let changes = messages.map(|message| {
            serde_json::from_value(message?).map_err(|error| {
                tracing::error!(%error, "an advance cannot be read");
                Interrupted
            })
        });
        let is_wanted = move |change: &Result<ProgressChange, Interrupted>| {
            change.as_ref().map_or(true, |change| playable.is_none_or(|playable| change.progress.playable == playable))
        };
        changes.filter(move |change| std::future::ready(is_wanted(change)))
    }
}
