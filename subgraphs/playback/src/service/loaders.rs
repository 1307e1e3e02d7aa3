//! What resolvers read many of at once (P16).

use std::collections::HashMap;

use kit_database::{Database, DatabaseError};
use kit_graph::{BatchLoad, Loaders};
use kit_ids::{PlayableId, PlaybackSessionId, UserId};
use kit_paging::Windows;
use kit_service::{batch_loader, window_loader};

use crate::domain::{FINE_BUCKETS, PlaybackEvent, Progress, Retention, Session, ViewStats};
use crate::store::{events, progress, retention, sessions, stats};

/// The order of the events of a session.
pub(crate) use crate::store::events::{IN_ORDER as EVENTS_ORDER, position as event_position};
/// The order of what a person has begun: latest first.
pub(crate) use crate::store::progress::{LATEST as PROGRESS_ORDER, position as progress_position};
/// The order of a person's sessions: newest first.
pub(crate) use crate::store::sessions::{NEWEST as SESSIONS_ORDER, position as session_position};

/// The loaders of one request.
pub(crate) fn loaders(database: &Database) -> Loaders {
    let database = || database.clone();
    Loaders::new()
        .with(SessionById(database()))
        .with(SessionCountOfUser(database()))
        .with(Windows(SessionsOfUser(database())))
        .with(Windows(EventsOfSession(database())))
        .with(ProgressOfUser(database()))
        .with(OpenCountOfUser(database()))
        .with(Windows(OpenOfUser(database())))
        .with(StatsOfPlayable(database()))
        .with(RetentionOfPlayable(database()))
}

batch_loader!(
    /// A session.
    pub(crate) SessionById: PlaybackSessionId => Session,
    |database, ids| sessions::by_ids(database, ids), |found| (found.id, found)
);
batch_loader!(
    /// How many sessions a person has begun; missing when none.
    pub(crate) SessionCountOfUser: UserId => i64, |database, users| sessions::counts(database, users), |count| count
);
batch_loader!(
    /// How much a person has begun and not completed; missing when nothing.
    pub(crate) OpenCountOfUser: UserId => i64, |database, users| progress::open_counts(database, users), |count| count
);
batch_loader!(
    /// How much something is watched; missing when it never was.
    pub(crate) StatsOfPlayable: PlayableId => ViewStats,
    |database, ids| stats::of_playables(database, ids), |found| found
);

/// How far a person is in something; missing when it was not begun. Each person costs a statement, and a request has
/// one viewer.
pub(crate) struct ProgressOfUser(Database);

impl BatchLoad for ProgressOfUser {
    type Key = (UserId, PlayableId);
    type Value = Progress;
    type Error = DatabaseError;

    async fn load(&self, keys: &[Self::Key]) -> Result<HashMap<Self::Key, Progress>, DatabaseError> {
        let mut playables: HashMap<UserId, Vec<PlayableId>> = HashMap::new();
        for (user, playable) in keys {
            playables.entry(*user).or_default().push(*playable);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for (user, playables) in playables {
            let rows = progress::of_user_in(&self.0, user, &playables).await?;
            found.extend(rows.into_iter().map(|row| ((user, row.playable), row)));
        }
        Ok(found)
    }
}

/// Where viewers of something stay and leave, in hundredths; missing when nobody watched it.
pub(crate) struct RetentionOfPlayable(Database);

impl BatchLoad for RetentionOfPlayable {
    type Key = PlayableId;
    type Value = Vec<Retention>;
    type Error = DatabaseError;

    async fn load(&self, playables: &[PlayableId]) -> Result<HashMap<PlayableId, Vec<Retention>>, DatabaseError> {
        let mut found = retention::of_playables(&self.0, playables).await?;
        let counted = |playable: &PlayableId| {
            let buckets: HashMap<i64, Retention> = found.remove(&playable.to_bytes())?.into_iter().collect();
            let all = (0..FINE_BUCKETS).map(|bucket| buckets.get(&bucket).copied().unwrap_or_default());
            Some((*playable, all.collect()))
        };
        Ok(playables.iter().filter_map(counted).collect())
    }
}

window_loader!(
    /// A person's sessions, page by page.
    pub(crate) SessionsOfUser: UserId, () => Session, sessions::windows
);
window_loader!(
    /// What a person has begun and not completed, page by page.
    pub(crate) OpenOfUser: UserId, () => Progress, progress::open_windows
);
window_loader!(
    /// The events of a session, page by page.
    pub(crate) EventsOfSession: PlaybackSessionId, () => PlaybackEvent, events::windows
);
