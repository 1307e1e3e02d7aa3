//! Where reading begins.

use async_graphql::{Context, Object};
use kit_graph::{CacheControlScope, GraphResult, RequireUser, authenticated, cache_control};
use kit_ids::{LessonId, MediaFileId, PlayableId, UserId};

use super::file::MediaFile;
use super::playable::{Lesson, Playable};
use super::user::User;

pub(crate) struct Query;

/// What can be asked.
#[Object]
impl Query {
    /// A file by id, for its uploader and those who may see what it belongs to.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn media_file(&self, ctx: &Context<'_>, id: MediaFileId) -> GraphResult<Option<MediaFile>> {
        MediaFile::visible(ctx, id).await
    }

    /// Whatever can be played, by id.
    #[graphql(tag = "partner")]
    async fn playable(&self, ctx: &Context<'_>, id: PlayableId) -> GraphResult<Option<Playable>> {
        Playable::known(ctx, id).await
    }

    // Whether it exists is for its owner to say.
    #[graphql(entity)]
    async fn find_playable_by_id(&self, #[graphql(key)] id: PlayableId) -> Option<Playable> {
        Playable::reference(id)
    }

    #[graphql(entity)]
    async fn find_lesson_by_id(&self, #[graphql(key)] id: LessonId) -> Option<Lesson> {
        Some(Lesson(id))
    }

    #[graphql(entity)]
    async fn find_media_file_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(key)] id: MediaFileId,
    ) -> GraphResult<Option<MediaFile>> {
        MediaFile::visible(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_user_by_id(&self, #[graphql(key)] id: UserId) -> Option<User> {
        Some(User(id))
    }
}
