//! One statement for everything of a kind that a request asks for (P16).

use std::collections::HashMap;

use kit_database::{Database, DatabaseError};
use kit_graph::{BatchLoad, Loaders};
use kit_ids::{MediaFileId, PlayableId, UserId};
use kit_paging::{Window, WindowLoad, Windows};
use kit_service::batch_loader;
use kit_viewer::Viewer;

use super::{Archive, ServiceError};
use crate::domain::mp4::SegmentIndex;
use crate::domain::{Denial, MediaFile, PlayableFacts};
use crate::store::{files, playables, segments};

/// The order of a person's files: newest first.
pub(crate) use crate::store::files::{NEWEST as FILES_ORDER, position as file_position};

/// The loaders of one request.
pub(crate) fn loaders(archive: &Archive) -> Loaders {
    let database = || archive.database.clone();
    Loaders::new()
        .with(FileById(database()))
        .with(ReadyFilesOf(database()))
        .with(SegmentsOf(database()))
        .with(FactsOf(database()))
        .with(FileCountOf(database()))
        .with(Windows(FilesOfUser(database())))
        .with(DecisionFor(archive.clone()))
}

batch_loader!(
    /// A file.
    pub(crate) FileById: MediaFileId => MediaFile,
    |database, ids| files::by_ids(database, ids), |found| (found.id, found)
);
batch_loader!(
    /// Where the fragments of a film lie; missing when it has none.
    pub(crate) SegmentsOf: MediaFileId => SegmentIndex, |database, ids| segments::of(database, ids), |found| found
);
batch_loader!(
    /// How many files a person has sent; missing when none.
    pub(crate) FileCountOf: UserId => i64, |database, ids| files::count_of(database, ids), |count| count
);

/// What is known of something that can be played; missing when nothing was told of it.
pub(crate) struct FactsOf(Database);

impl BatchLoad for FactsOf {
    type Key = PlayableId;
    type Value = PlayableFacts;
    type Error = DatabaseError;

    async fn load(&self, ids: &[PlayableId]) -> Result<HashMap<PlayableId, PlayableFacts>, DatabaseError> {
        let found: HashMap<[u8; 16], PlayableFacts> = playables::facts(&self.0, ids).await?.into_iter().collect();
        Ok(ids.iter().filter_map(|id| found.get(&id.to_bytes()).map(|facts| (*id, *facts))).collect())
    }
}

/// The verified files of something, newest first; missing when there are none.
pub(crate) struct ReadyFilesOf(Database);

impl BatchLoad for ReadyFilesOf {
    type Key = PlayableId;
    type Value = Vec<MediaFile>;
    type Error = DatabaseError;

    async fn load(&self, owners: &[PlayableId]) -> Result<HashMap<PlayableId, Vec<MediaFile>>, DatabaseError> {
        let mut found: HashMap<PlayableId, Vec<MediaFile>> = HashMap::new();
        for file in files::ready_of(&self.0, owners).await? {
            if let Some(owner) = file.owner {
                found.entry(owner).or_default().push(file);
            }
        }
        Ok(found)
    }
}

/// Whether somebody may play something.
pub(crate) struct DecisionFor(Archive);

/// Who, by what the router says of them, and what.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct DecisionKey {
    pub(crate) user: Option<UserId>,
    pub(crate) may_write_media: bool,
    pub(crate) playable: PlayableId,
}

impl DecisionKey {
    /// Of this viewer.
    pub(crate) fn new(viewer: &Viewer, playable: PlayableId) -> Self {
        let may_write_media = viewer.has_scope(kit_viewer::Scope::MediaWrite);
        Self { user: viewer.user_id(), may_write_media, playable }
    }
}

impl BatchLoad for DecisionFor {
    type Key = DecisionKey;
    type Value = Result<(), Denial>;
    type Error = ServiceError;

    async fn load(&self, keys: &[DecisionKey]) -> Result<HashMap<DecisionKey, Self::Value>, ServiceError> {
        let mut decided = HashMap::with_capacity(keys.len());
        let mut open: HashMap<UserId, Vec<PlayableId>> = HashMap::new();
        for key in keys {
            match key.user {
                None => drop(decided.insert(key.clone(), Err(Denial::SignInRequired))),
                Some(_) if key.may_write_media => drop(decided.insert(key.clone(), Ok(()))),
                Some(user) => open.entry(user).or_default().push(key.playable),
            }
        }
        for (user, playables) in open {
            let decisions = self.0.decide_for(user, &playables).await?;
            decided.extend(decisions.into_iter().map(|(playable, decision)| {
                (DecisionKey { user: Some(user), may_write_media: false, playable }, decision)
            }));
        }
        Ok(decided)
    }
}

/// A person's files, page by page.
#[derive(Clone)]
pub(crate) struct FilesOfUser(Database);

impl WindowLoad for FilesOfUser {
    type Parent = UserId;
    type Filter = ();
    type Row = MediaFile;
    type Error = DatabaseError;

    async fn load_windows(
        &self,
        users: &[UserId],
        window: &Window<()>,
    ) -> Result<Vec<(UserId, MediaFile)>, DatabaseError> {
        files::windows(&self.0, users, window).await
    }
}
