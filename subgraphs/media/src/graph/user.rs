//! What media adds to users.

use async_graphql::{Context, Object};
use kit_graph::{CacheControlScope, GraphResult, RequestContext, RequireUser, authenticated, cache_control};
use kit_ids::UserId;
use kit_paging::{CursorKey, Page, PageArguments, PagingContext, WindowKey, Windows};
use kit_viewer::Scope;

use super::file::MediaFile;
use crate::domain;
use crate::service::loaders::{FILES_ORDER, FileCountOf, FilesOfUser, file_position};

pub(crate) struct User(pub(crate) UserId);

/// A person with an account.
#[Object]
impl User {
    /// Global id, `usr_…`.
    async fn id(&self) -> UserId {
        self.0
    }

    /// Files the person sent, newest first; only for themselves and holders of media:write.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn uploads(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> GraphResult<Option<MediaFileConnection>> {
        ctx.viewer().self_or_scope(self.0, Scope::MediaWrite)?;
        let page = PageArguments::new(first, after, last, before).parse(&FILES_ORDER, ctx.cursor_key())?;
        let total = match ctx.wants_total_count() {
            true => Some(ctx.load::<FileCountOf>(self.0).await?.unwrap_or(0)),
            false => None,
        };
        let page = ctx.load::<Windows<FilesOfUser>>(WindowKey::new(self.0, (), page)).await?;
        Ok(page.map(|page| connection(page, total, ctx.cursor_key())))
    }
}

kit_paging::connection! {
    /// Files, page by page.
    pub struct MediaFileConnection;
    /// One entry of a MediaFileConnection.
    pub struct MediaFileEdge for MediaFile;
}

fn connection(page: Page<domain::MediaFile>, total: Option<i64>, cursors: &CursorKey) -> MediaFileConnection {
    MediaFileConnection::new(page, total, |file| MediaFileEdge {
        cursor: cursors.cursor(&FILES_ORDER, &file_position(&file)),
        node: MediaFile(file),
    })
}
