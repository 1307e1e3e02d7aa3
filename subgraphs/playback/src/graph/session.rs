//! Sessions and what happens in them.

use async_graphql::{Context, Object, SimpleObject};
use kit_graph::{CacheControlScope, DateTime, GraphResult, RequestContext, authenticated, cache_control};
use kit_ids::PlaybackSessionId;
use kit_paging::{PageArguments, PagingContext, WindowKey, Windows};

use super::playable::Playable;
use super::user::User;
use super::values::{PlaybackEventKind, int, seconds};
use crate::domain;
use crate::service::loaders::{EVENTS_ORDER, EventsOfSession, SessionById, event_position};

pub(crate) struct PlaybackSession(pub(crate) domain::Session);

impl PlaybackSession {
    /// The session, when it is the viewer's.
    pub(crate) async fn visible(ctx: &Context<'_>, id: PlaybackSessionId) -> GraphResult<Option<Self>> {
        let found = ctx.load::<SessionById>(id).await?;
        Ok(found.filter(|session| ctx.viewer().is_user(session.user_id)).map(Self))
    }
}

/// One sitting of one person with one thing.
#[Object(
    directive = authenticated::apply(),
    directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
    cache_control(no_cache, private)
)]
impl PlaybackSession {
    /// Global id, `pbs_…`.
    async fn id(&self) -> PlaybackSessionId {
        self.0.id
    }

    /// Who.
    async fn user(&self) -> Option<User> {
        Some(User(self.0.user_id))
    }

    /// What.
    async fn playable(&self) -> Option<Playable> {
        Some(Playable(self.0.playable))
    }

    /// When it began.
    async fn started_at(&self) -> DateTime {
        self.0.started_at.into()
    }

    /// When it ended.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.end.map(|(at, _)| at.into())
    }

    /// Where it was last.
    async fn last_position_seconds(&self) -> i32 {
        seconds(self.0.position_ms)
    }

    /// What it is played on.
    async fn device(&self) -> Option<&str> {
        self.0.device.as_deref()
    }

    /// What happened, in order.
    async fn events(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> GraphResult<PlaybackEventConnection> {
        let page = PageArguments::new(first, after, last, before).parse(&EVENTS_ORDER, ctx.cursor_key())?;
        let id = self.0.id;
        let page = ctx.load::<Windows<EventsOfSession>>(WindowKey::new(id, (), page)).await?;
        let page = page.unwrap_or(kit_paging::Page::empty());
        Ok(PlaybackEventConnection::new(page, Some(self.0.event_count), |event| PlaybackEventEdge {
            cursor: ctx.cursor_key().cursor(&EVENTS_ORDER, &event_position(id, &event)),
            node: event.into(),
        }))
    }
}

/// Something that happened in a session.
#[derive(SimpleObject)]
pub(crate) struct PlaybackEvent {
    /// Its number within the session.
    seq: i32,
    /// What happened.
    kind: PlaybackEventKind,
    /// Where.
    position_seconds: f64,
    /// When.
    at: DateTime,
    /// More, such as the new rate.
    detail: Option<String>,
}

impl From<domain::PlaybackEvent> for PlaybackEvent {
    fn from(event: domain::PlaybackEvent) -> Self {
        Self {
            seq: int(event.seq),
            kind: event.kind.into(),
            position_seconds: f64::from(int(event.position_ms)) / 1_000.0,
            at: event.at.into(),
            detail: event.detail,
        }
    }
}

kit_paging::connection! {
    /// Events, page by page.
    pub struct PlaybackEventConnection;
    /// One entry of a PlaybackEventConnection.
    pub struct PlaybackEventEdge for PlaybackEvent;
}

kit_paging::connection! {
    /// Sessions, page by page.
    pub struct PlaybackSessionConnection;
    /// One entry of a PlaybackSessionConnection.
    pub struct PlaybackSessionEdge for PlaybackSession;
}
