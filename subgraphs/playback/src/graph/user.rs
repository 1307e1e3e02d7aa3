//! What playback adds to users: only for themselves.

use async_graphql::{Context, Object, SimpleObject};
use kit_graph::{
    CacheControlScope, ErrorCode, GraphError, GraphResult, RequestContext, RequireUser, authenticated, cache_control,
};
use kit_ids::UserId;
use kit_paging::{PageArguments, PagingContext, WindowKey, Windows};

use super::playable::Playable;
use super::session::{PlaybackSession, PlaybackSessionConnection, PlaybackSessionEdge};
use super::values::{int, seconds};
use crate::domain::{PATTERN_DAYS_MAX, Pattern};
use crate::service::Deck;
use crate::service::loaders::{
    OpenCountOfUser, OpenOfUser, PROGRESS_ORDER, SESSIONS_ORDER, SessionCountOfUser, SessionsOfUser, progress_position,
    session_position,
};

pub(crate) struct User(pub(crate) UserId);

impl User {
    /// Nobody else learns what a person watches.
    fn require_self(&self, ctx: &Context<'_>) -> GraphResult<()> {
        if ctx.viewer().require_user()?.id == self.0 {
            return Ok(());
        }
        Err(GraphError::new(ErrorCode::Forbidden, "this is for the person themselves alone"))
    }
}

/// A person with an account.
#[Object]
impl User {
    /// Global id, `usr_…`.
    async fn id(&self) -> UserId {
        self.0
    }

    /// What was begun and not completed, latest first; only for themselves.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn continue_watching(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> GraphResult<Option<PlayableProgressConnection>> {
        self.require_self(ctx)?;
        let page = PageArguments::new(first, after, last, before).parse(&PROGRESS_ORDER, ctx.cursor_key())?;
        let total = match ctx.wants_total_count() {
            true => Some(ctx.load::<OpenCountOfUser>(self.0).await?.unwrap_or(0)),
            false => None,
        };
        let page = ctx.load::<Windows<OpenOfUser>>(WindowKey::new(self.0, (), page)).await?;
        Ok(page.map(|page| {
            PlayableProgressConnection::new(page, total, |progress| PlayableProgressEdge {
                cursor: ctx.cursor_key().cursor(&PROGRESS_ORDER, &progress_position(&progress)),
                node: Some(Playable(progress.playable)),
                percent: progress.percent(),
                position_seconds: seconds(progress.position_ms),
            })
        }))
    }

    /// When and how they watched in the last days, 1 to 365; only for themselves.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(60), Some(CacheControlScope::Private)),
        cache_control(max_age = 60, private)
    )]
    async fn learning_pattern(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(30)")] days: Option<i32>,
    ) -> GraphResult<Option<LearningPattern>> {
        self.require_self(ctx)?;
        let days = Some(i64::from(days.unwrap_or(30))).filter(|days| (1..=PATTERN_DAYS_MAX).contains(days));
        let days = days.ok_or_else(|| GraphError::bad_user_input("`days` must be from 1 to 365"))?;
        let pattern = ctx.data_unchecked::<Deck>().pattern(self.0, days).await;
        Ok(Some(pattern.map_err(|error| GraphError::internal(&error))?.into()))
    }

    /// Their sessions, latest first; only for themselves.
    #[graphql(
        guard = "RequireUser",
        directive = authenticated::apply(),
        directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
        cache_control(no_cache, private)
    )]
    async fn playback_sessions(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> GraphResult<Option<PlaybackSessionConnection>> {
        self.require_self(ctx)?;
        let page = PageArguments::new(first, after, last, before).parse(&SESSIONS_ORDER, ctx.cursor_key())?;
        let total = match ctx.wants_total_count() {
            true => Some(ctx.load::<SessionCountOfUser>(self.0).await?.unwrap_or(0)),
            false => None,
        };
        let page = ctx.load::<Windows<SessionsOfUser>>(WindowKey::new(self.0, (), page)).await?;
        Ok(page.map(|page| {
            PlaybackSessionConnection::new(page, total, |session| PlaybackSessionEdge {
                cursor: ctx.cursor_key().cursor(&SESSIONS_ORDER, &session_position(&session)),
                node: PlaybackSession(session),
            })
        }))
    }
}

/// When and how a person watches.
#[derive(SimpleObject)]
pub(crate) struct LearningPattern {
    /// Minutes watched by hour of the day, 24 numbers.
    hour_histogram: Vec<i32>,
    /// Minutes watched by weekday from Monday, 7 numbers.
    weekday_histogram: Vec<i32>,
    /// Length of a session.
    average_session_minutes: f64,
    /// Days in a row, up to today.
    streak_days: i32,
    /// Share of what was begun that was completed, 0 to 1.
    completion_rate: f64,
}

impl From<Pattern> for LearningPattern {
    fn from(pattern: Pattern) -> Self {
        Self {
            hour_histogram: pattern.hours.map(int).to_vec(),
            weekday_histogram: pattern.weekdays.map(int).to_vec(),
            average_session_minutes: pattern.average_session_minutes,
            streak_days: int(pattern.streak_days),
            completion_rate: pattern.completion_rate,
        }
    }
}

kit_paging::connection! {
    /// Begun things, page by page.
    pub struct PlayableProgressConnection;
    /// One entry of a PlayableProgressConnection.
    pub struct PlayableProgressEdge for
        /// The entry itself; null when its owner cannot be reached.
        Option<Playable>
    {
        /// Share watched, 0 to 100.
        percent: f64,
        /// Where to resume.
        position_seconds: i32,
    }
}
