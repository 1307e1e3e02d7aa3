//! Files.

use async_graphql::{Context, Object};
use kit_graph::{CacheControlScope, DateTime, GraphResult, Long, RequestContext, RequireScope, cache_control};
use kit_ids::MediaFileId;
use kit_viewer::Scope;

use super::playable::Playable;
use super::values::{MediaKind, MediaStatus};
use crate::domain;
use crate::service::access::Reading;
use crate::service::loaders::{DecisionFor, DecisionKey, FileById};

pub(crate) struct MediaFile(pub(crate) domain::MediaFile);

impl MediaFile {
    /// The file, when the viewer may see it: its sender, holders of media:write, who may play what it belongs to, and of a
    /// public one everyone.
    pub(crate) async fn visible(ctx: &Context<'_>, id: MediaFileId) -> GraphResult<Option<Self>> {
        let Some(file) = ctx.load::<FileById>(id).await? else { return Ok(None) };
        let may_read = match Reading::of(&file, ctx.viewer()) {
            Reading::Open => true,
            Reading::Closed => false,
            Reading::WhoMayPlay(owner) => {
                let key = DecisionKey::new(ctx.viewer(), owner);
                ctx.load::<DecisionFor>(key).await? == Some(Ok(()))
            }
        };
        Ok(may_read.then_some(Self(file)))
    }
}

/// A stored file.
#[Object]
impl MediaFile {
    /// Global id, `fil_…`.
    async fn id(&self) -> MediaFileId {
        self.0.id
    }

    /// What it is.
    async fn kind(&self) -> MediaKind {
        self.0.kind.into()
    }

    /// Where it is in its life.
    async fn status(&self) -> MediaStatus {
        self.0.status.into()
    }

    /// Name, for people.
    async fn file_name(&self) -> &str {
        &self.0.file_name
    }

    /// Media type.
    async fn content_type(&self) -> &str {
        &self.0.content_type
    }

    /// Size in bytes.
    async fn byte_size(&self) -> Long {
        Long::from(self.0.byte_size)
    }

    /// SHA-256 of its bytes, in hexadecimal.
    async fn sha256(&self) -> Option<String> {
        (self.0.status == domain::MediaStatus::Ready).then(|| self.0.sha256.to_string())
    }

    /// Length, of sound and moving pictures.
    async fn duration_seconds(&self) -> Option<i32> {
        self.0.duration_seconds.and_then(|seconds| i32::try_from(seconds).ok())
    }

    /// When it was announced.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Where it is stored.
    #[graphql(
        guard = "RequireScope(Scope::MediaWrite)",
        requires_scopes = "media:write",
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn path(&self) -> Option<&str> {
        Some(&self.0.storage_key)
    }

    /// What it belongs to.
    async fn owner(&self) -> Option<Playable> {
        self.0.owner.and_then(Playable::reference)
    }
}
