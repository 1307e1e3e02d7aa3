//! What playback adds to playables, whatever they are.

use async_graphql::{Context, Object, SimpleObject};
use kit_graph::{
    CacheControlScope, GraphError, GraphResult, RequestContext, RequireScope, RequireUser, authenticated, cache_control,
};
use kit_ids::PlayableId;
use kit_viewer::Scope;

use super::progress::WatchProgress;
use super::values::int;
use crate::domain::{FINE_BUCKETS, Retention, fold};
use crate::service::loaders::{ProgressOfUser, RetentionOfPlayable, StatsOfPlayable};

/// How much something is watched.
#[derive(SimpleObject)]
pub(crate) struct ViewStats {
    /// Views: once a person and day, after 30 seconds or half.
    views: i32,
    /// People, estimated.
    unique_viewers: i32,
    /// Time watched.
    watched_hours: f64,
    /// Share of viewers who completed it, 0 to 1.
    completion_rate: f64,
}

/// A part of something, and how many saw it.
#[derive(SimpleObject)]
pub(crate) struct RetentionBucket {
    /// Where the part begins, 0 to 100.
    from_percent: f64,
    /// Where it ends.
    to_percent: f64,
    /// Viewers who saw it.
    viewers: i32,
    /// Viewers who left in it.
    drop_offs: i32,
}

pub(crate) struct Playable(pub(crate) PlayableId);

/// What can be played: lessons, episodes and movies.
#[Object(interface_object)]
impl Playable {
    /// Global id.
    async fn id(&self) -> PlayableId {
        self.0
    }

    /// How far the viewer is; null when never watched.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn viewer_progress(&self, ctx: &Context<'_>) -> GraphResult<Option<WatchProgress>> {
        let user = ctx.viewer().require_user()?.id;
        Ok(ctx.load::<ProgressOfUser>((user, self.0)).await?.map(WatchProgress::from))
    }

    /// How much it is watched.
    #[graphql(
        directive = cache_control::apply(Some(60), Some(CacheControlScope::Public)),
        cache_control(max_age = 60),
        tag = "partner"
    )]
    async fn view_stats(&self, ctx: &Context<'_>) -> GraphResult<Option<ViewStats>> {
        let found = ctx.load::<StatsOfPlayable>(self.0).await?.unwrap_or_default();
        Ok(Some(ViewStats {
            views: int(found.views),
            unique_viewers: int(found.unique_viewers),
            watched_hours: found.watched_hours(),
            completion_rate: found.completion_rate(),
        }))
    }

    /// Where viewers stay and leave, in 1 to 100 equal parts.
    #[graphql(
        requires_scopes = "ops:read",
        guard = "RequireScope(Scope::OpsRead)",
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private),
        tag = "admin"
    )]
    async fn engagement(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(20)")] buckets: Option<i32>,
    ) -> GraphResult<Option<Vec<RetentionBucket>>> {
        let parts = usize::try_from(buckets.unwrap_or(20)).ok().filter(|parts| (1..=100).contains(parts));
        let parts = parts.ok_or_else(|| GraphError::bad_user_input("`buckets` must be from 1 to 100"))?;
        let nobody = || vec![Retention::default(); usize::try_from(FINE_BUCKETS).unwrap_or(100)];
        let fine = ctx.load::<RetentionOfPlayable>(self.0).await?.unwrap_or_else(nobody);
        let width = 100.0 / parts as f64;
        let bucket = |(place, found): (usize, Retention)| RetentionBucket {
            from_percent: place as f64 * width,
            to_percent: (place + 1) as f64 * width,
            viewers: int(found.viewers),
            drop_offs: int(found.drop_offs),
        };
        Ok(Some(fold(&fine, parts).into_iter().enumerate().map(bucket).collect()))
    }
}
