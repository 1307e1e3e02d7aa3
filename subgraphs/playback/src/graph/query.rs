//! Where reading begins.

use async_graphql::{Context, ID, Object};
use kit_graph::{CacheControlScope, GraphError, GraphResult, RequireUser, TimeWindow, authenticated, cache_control};
use kit_ids::{PlaybackSessionId, UserId};
use kit_paging::{PageArguments, PagingContext};

use super::playable::Playable;
use super::ranking::PlayableRankConnection;
use super::session::PlaybackSession;
use super::user::User;
use super::values::span;
use crate::service::Deck;
use crate::service::ranking::rank_order;

pub(crate) struct Query;

/// What can be asked.
#[Object]
impl Query {
    /// A session of the viewer by id.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn playback_session(&self, ctx: &Context<'_>, id: PlaybackSessionId) -> GraphResult<Option<PlaybackSession>> {
        PlaybackSession::visible(ctx, id).await
    }

    /// What is watched most.
    #[graphql(
        directive = cache_control::apply(Some(60), Some(CacheControlScope::Public)),
        cache_control(max_age = 60),
        tag = "partner"
    )]
    async fn top_playables(
        &self,
        ctx: &Context<'_>,
        window: TimeWindow,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> GraphResult<Option<PlayableRankConnection>> {
        let span = span(window);
        let page = PageArguments::new(first, after, last, before).parse(rank_order(span), ctx.cursor_key())?;
        let found = ctx.data_unchecked::<Deck>().top(span, &page, ctx.wants_total_count()).await;
        let (page, total) = found.map_err(|error| GraphError::internal(&error))?;
        Ok(Some(PlayableRankConnection::of(page, total, span, ctx.cursor_key())))
    }

    #[graphql(entity)]
    async fn find_playback_session_by_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(key)] id: PlaybackSessionId,
    ) -> GraphResult<Option<PlaybackSession>> {
        PlaybackSession::visible(ctx, id).await
    }

    // Whether it exists is for its owner to say. A kind that playback does not know yet costs itself only.
    #[graphql(entity)]
    async fn find_playable_by_id(&self, #[graphql(key)] id: ID) -> Option<Playable> {
        id.parse().ok().map(Playable)
    }

    // Whether the user exists is for identity to say.
    #[graphql(entity)]
    async fn find_user_by_id(&self, #[graphql(key)] id: UserId) -> Option<User> {
        Some(User(id))
    }
}
