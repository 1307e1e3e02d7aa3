//! Addresses to play files from, and to fetch them from.

use kit_database::idempotency::{Claim, IdempotencyKey, claim};
use kit_database::in_transaction;
use kit_events::outbox;
use kit_ids::{MediaFileId, PlayableId};
use kit_service::Call;
use kit_viewer::{Scope, Viewer};
use serde::Serialize;

use super::tickets::{CONTENT_SECONDS, ContentTicket, Holder, Use};
use super::{Archive, ServiceError, ServiceResult};
use crate::domain::mp4::SegmentIndex;
use crate::domain::{Denial, MediaFile, MediaKind, MediaStatus};
use crate::events;
use crate::store::{files, segments};

/// What `createDownload` needs.
#[derive(Clone)]
pub(crate) struct DownloadRequest {
    pub(crate) file_id: MediaFileId,
    pub(crate) idempotency_key: Option<String>,
}

/// An address for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Issued {
    /// The pass for playback; nothing for what cannot be played.
    pub(crate) pass: String,
    pub(crate) url: String,
    /// In UTC microseconds.
    pub(crate) expires_at: i64,
    pub(crate) purpose: Use,
    pub(crate) file: MediaFile,
}

/// What two requests under one key must agree on.
#[derive(Serialize)]
struct KeyedInput {
    file_id: MediaFileId,
}

impl Archive {
    /// The address to play something from. The newest film serves, or else the newest recording.
    pub(crate) async fn stream(
        &self,
        viewer: &Viewer,
        playable: PlayableId,
        ready: &[MediaFile],
        has_segments: impl Fn(MediaFileId) -> bool,
        purpose: Use,
    ) -> ServiceResult<Result<Issued, Denial>> {
        let fits = |file: &&MediaFile| purpose != Use::Segments || has_segments(file.id);
        let of_kind = |kind: MediaKind| ready.iter().filter(move |file| file.kind == kind).find(fits);
        match of_kind(MediaKind::Video).or_else(|| of_kind(MediaKind::Audio)) {
            Some(file) => Ok(Ok(self.issued(viewer, Some(playable), file, purpose).await?)),
            None => Ok(Err(Denial::NoMedia)),
        }
    }

    /// The address to fetch a file from, for its sender and those who may play what it belongs to.
    pub(crate) async fn download(&self, request: &DownloadRequest, call: &Call) -> ServiceResult<Issued> {
        let user = call.viewer.require_user()?.id;
        let file = files::by_ids(&self.database, &[request.file_id]).await?.pop();
        let file = file.filter(|file| file.status == MediaStatus::Ready);
        let missing = || ServiceError::NotFound { what: "file", field: "fileId" };
        let file = file.ok_or_else(missing)?;
        if !self.may_read(&call.viewer, &file).await? {
            return Err(missing());
        }
        let issued = self.issued(&call.viewer, file.owner, &file, Use::Download).await?;
        let keyed = KeyedInput { file_id: request.file_id };
        let key = IdempotencyKey::of_call(user, request.idempotency_key.as_deref(), "createDownload", &keyed)?;
        let now = self.clock.now();
        in_transaction!(self.database, |transaction| {
            let ticket = match claim::<MediaFileId>(transaction, key.as_ref(), now).await? {
                Claim::First(ticket) => ticket,
                Claim::Repeated(_) => return Ok(()),
            };
            ticket.store(transaction, &file.id).await?;
            let event = events::stream_issued(&file, user, issued.expires_at / 1_000_000, now);
            outbox::append(transaction, &call.origin, event).await?;
            Ok::<(), ServiceError>(())
        })?;
        Ok(issued)
    }

    /// A file, in whatever state.
    pub(crate) async fn found(&self, id: MediaFileId) -> ServiceResult<Option<MediaFile>> {
        Ok(files::by_ids(&self.database, &[id]).await?.pop())
    }

    /// Where the fragments of a film lie; nothing when it has none.
    pub(crate) async fn segments_of(&self, id: MediaFileId) -> ServiceResult<Option<SegmentIndex>> {
        Ok(segments::of(&self.database, &[id]).await?.pop().map(|(_, index)| index))
    }

    async fn issued(
        &self,
        viewer: &Viewer,
        owner: Option<PlayableId>,
        file: &MediaFile,
        purpose: Use,
    ) -> ServiceResult<Issued> {
        let expires_at = self.clock.now() / 1_000_000 + CONTENT_SECONDS;
        let user = viewer.require_user()?.id;
        self.paces.addresses.admit(user, self.clock.now())?;
        // Whoever may have every file is not asked again what they may have.
        let holder = if viewer.has_scope(Scope::MediaWrite) { Holder::Keeper(user) } else { Holder::Person(user) };
        let ticket = ContentTicket { file: file.id, holder, purpose, expires_at };
        let pass = owner.map_or_else(|| file.id.to_string(), |owner| self.tickets.pass(user, owner, expires_at));
        let url = match self.address_at_store(file, &ticket).await? {
            Some(url) => url,
            None => self.tickets.content_url(&ticket),
        };
        Ok(Issued { pass, url, expires_at: expires_at * 1_000_000, purpose, file: file.clone() })
    }
}
