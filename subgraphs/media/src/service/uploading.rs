//! Announcing a file (S0-FILE-1, S3-FILE-1).

use kit_database::idempotency::{Claim, IdempotencyKey, Ticket, claim};
use kit_database::{Transaction, in_transaction};
use kit_ids::{PlayableId, UploadId};
use kit_service::Call;
use kit_viewer::{Scope, SignedInUser};
use serde::Serialize;

use super::tickets::{PARTS_SECONDS, UPLOAD_SECONDS};
use super::{Archive, ServiceError, ServiceResult};
use crate::domain::{
    MediaFile, MediaKind, MediaStatus, QUOTA_BYTES, QUOTA_FILES, Sha256Hash, Upload, file_name, part_count, part_size,
    storage_key,
};
use crate::store::{files, uploads, usage};

/// What `createUpload` needs.
#[derive(Clone)]
pub(crate) struct UploadRequest {
    pub(crate) kind: MediaKind,
    pub(crate) file_name: String,
    pub(crate) content_type: String,
    pub(crate) byte_size: i64,
    pub(crate) sha256: String,
    pub(crate) owner: Option<PlayableId>,
    pub(crate) idempotency_key: Option<String>,
}

/// An announced file, and where to send it.
#[derive(Debug, Clone)]
pub(crate) struct Announced {
    pub(crate) upload: Upload,
    pub(crate) file: MediaFile,
    /// The one address, or the first one of the parts'.
    pub(crate) url: String,
    /// The addresses of the parts with their sizes, in order; none when it comes in one piece.
    pub(crate) parts: Vec<(String, i64)>,
    /// What must be sent along, unchanged.
    pub(crate) headers: Vec<(String, String)>,
}

/// What two requests under one key must agree on.
#[derive(Serialize)]
struct KeyedInput<'r> {
    kind: &'static str,
    file_name: &'r str,
    content_type: &'r str,
    byte_size: i64,
    sha256: &'r str,
    owner: Option<PlayableId>,
}

/// What came of a request.
enum Written {
    New,
    Repeated(UploadId),
}

impl Archive {
    /// Announces a file: its bytes are awaited for some time. Making it belong to something needs `media:write`.
    pub(crate) async fn announce(&self, request: &UploadRequest, call: &Call) -> ServiceResult<Announced> {
        let user = call.viewer.require_user()?;
        if request.owner.is_some() {
            call.viewer.require_scope(Scope::MediaWrite)?;
        }
        self.paces.uploads.admit(user.id, self.clock.now())?;
        let new = self.new_file(request, user)?;
        let key =
            IdempotencyKey::of_call(user.id, request.idempotency_key.as_deref(), "createUpload", &keyed(request))?;
        let upload = self.new_upload(&new).await?;
        let written = in_transaction!(self.database, |transaction| {
            let ticket = match claim(transaction, key.as_ref(), self.clock.now()).await? {
                Claim::First(ticket) => ticket,
                Claim::Repeated(id) => return Ok(Written::Repeated(id)),
            };
            self.write(transaction, &upload, &new, user, ticket).await?;
            Ok::<Written, ServiceError>(Written::New)
        });
        if !matches!(written, Ok(Written::New)) {
            self.forget_at_store(&upload).await;
        }
        match written? {
            Written::New => self.addressed(upload, new).await,
            Written::Repeated(id) => self.announced(id).await,
        }
    }

    fn new_file(&self, request: &UploadRequest, user: &SignedInUser) -> ServiceResult<MediaFile> {
        let taken = request.kind.content_types();
        if !taken.contains(&request.content_type.as_str()) {
            let found = request.content_type.chars().take(80).collect();
            return Err(ServiceError::TypeNotAllowed { found, taken: taken.join(", "), field: "contentType" });
        }
        if request.byte_size < 1 {
            return Err(ServiceError::Invalid("a file has one byte at least"));
        }
        if request.byte_size > request.kind.bytes_max() {
            return Err(ServiceError::TooLarge { found: request.byte_size, max: request.kind.bytes_max() });
        }
        let name = file_name(&request.file_name, &request.content_type).ok_or(ServiceError::Invalid(
            "the name of the file must have 1 to 120 characters, none of them a control character",
        ))?;
        let sha256: Sha256Hash = request.sha256.parse().map_err(|_| {
            ServiceError::Invalid("the SHA-256 must be 64 hexadecimal digits, as sha256sum prints them")
        })?;
        let id = self.ids.mint();
        Ok(MediaFile {
            id,
            owner: request.owner,
            kind: request.kind,
            status: MediaStatus::Pending,
            file_name: name,
            content_type: request.content_type.clone(),
            byte_size: request.byte_size,
            sha256,
            storage_key: storage_key(request.owner, user.id, request.kind, id),
            object_key: None,
            duration_seconds: None,
            uploader_id: user.id,
            is_public: false,
            created_at: self.clock.now(),
            ready_at: None,
        })
    }

    async fn write(
        &self,
        transaction: &mut Transaction,
        upload: &Upload,
        new: &MediaFile,
        user: &SignedInUser,
        ticket: Ticket,
    ) -> ServiceResult<()> {
        let now = self.clock.now();
        let most =
            if user.scopes.contains(&Scope::MediaWrite) { (i64::MAX, i64::MAX) } else { (QUOTA_BYTES, QUOTA_FILES) };
        if !usage::take(transaction, user.id, new.byte_size, most).await? {
            return Err(ServiceError::QuotaUsedUp);
        }
        files::insert(transaction, new).await?;
        uploads::insert(transaction, upload, now).await?;
        ticket.store(transaction, &upload.id).await?;
        Ok(())
    }

    /// How a file is to come, and by when.
    async fn new_upload(&self, new: &MediaFile) -> ServiceResult<Upload> {
        let part_count = part_count(new.byte_size);
        let seconds = if part_count == 0 { UPLOAD_SECONDS } else { PARTS_SECONDS };
        let mut upload = Upload {
            id: self.ids.mint(),
            file_id: new.id,
            uploader_id: new.uploader_id,
            byte_size: new.byte_size,
            part_count,
            storage_id: None,
            // Whole seconds, as the addresses have them.
            expires_at: (self.clock.now() / 1_000_000 + seconds) * 1_000_000,
            object_key: None,
            received_at: None,
            submitted_at: None,
            completed_at: None,
            failed_at: None,
        };
        self.open_at_store(&mut upload, new).await?;
        Ok(upload)
    }

    /// An upload that was announced before, with its addresses.
    pub(crate) async fn announced(&self, id: UploadId) -> ServiceResult<Announced> {
        let missing = || ServiceError::NotFound { what: "upload", field: "uploadId" };
        let upload = uploads::by_id(&self.database, id).await?.ok_or_else(missing)?;
        let file = files::by_ids(&self.database, &[upload.file_id]).await?.pop().ok_or_else(missing)?;
        self.addressed(upload, file).await
    }

    async fn addressed(&self, upload: Upload, file: MediaFile) -> ServiceResult<Announced> {
        let (upload, file) = match self.announced_at_store(upload, file).await? {
            Ok(announced) => return Ok(announced),
            Err(through_us) => through_us,
        };
        let end = upload.expires_at / 1_000_000;
        let part =
            |number| (self.tickets.upload_url(upload.id, Some(number), end), part_size(upload.byte_size, number));
        let parts: Vec<(String, i64)> = (1..=upload.part_count).map(part).collect();
        let url = match parts.first() {
            Some((url, _)) => url.clone(),
            None => self.tickets.upload_url(upload.id, None, end),
        };
        // A part alone is of no type.
        let headers = match parts.is_empty() {
            true => vec![("content-type".to_owned(), file.content_type.clone())],
            false => Vec::new(),
        };
        Ok(Announced { upload, file, url, parts, headers })
    }
}

fn keyed(request: &UploadRequest) -> KeyedInput<'_> {
    KeyedInput {
        kind: kit_names::Named::name(request.kind),
        file_name: &request.file_name,
        content_type: &request.content_type,
        byte_size: request.byte_size,
        sha256: &request.sha256,
        owner: request.owner,
    }
}
