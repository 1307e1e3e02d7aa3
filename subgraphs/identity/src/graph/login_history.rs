//! `LoginEvent` and its connection.

use async_graphql::{Enum, ID, Object};
use kit_graph::{CacheControlScope, DateTime, cache_control};
use kit_ids::LoginEventId;
use kit_paging::{CursorKey, Page, Position};

use crate::domain;
use crate::service::loaders::HISTORY_ORDER;

/// What happened to an account's sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::LoginKind")]
pub(crate) enum LoginKind {
    /// Signed in.
    Login,
    /// Signed out.
    Logout,
    /// A used refresh token came back; the sessions it began were ended.
    RefreshReuse,
    /// The password was reset.
    PasswordReset,
    /// A sign-in was refused.
    LoginFailed,
}

/// Something that happened to an account's sessions.
pub(crate) struct LoginEvent(pub(crate) domain::LoginEvent);

/// Something that happened to an account's sessions.
#[Object(
    directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
    cache_control(no_cache, private)
)]
impl LoginEvent {
    /// Global id, `lgn_…`.
    async fn id(&self) -> LoginEventId {
        self.0.id
    }

    /// What happened.
    async fn kind(&self) -> LoginKind {
        self.0.kind.into()
    }

    /// When.
    async fn at(&self) -> DateTime {
        DateTime::from_micros(self.0.at)
    }

    /// The client's address.
    async fn ip(&self) -> Option<&str> {
        self.0.ip.as_deref()
    }

    /// The client's own description.
    async fn user_agent(&self) -> Option<&str> {
        self.0.user_agent.as_deref()
    }

    /// The session, when there was one.
    async fn session_id(&self) -> Option<ID> {
        self.0.session_id.map(|id| ID(id.to_string()))
    }
}

kit_paging::connection! {
    /// Session history, page by page.
    pub struct LoginEventConnection;
    /// One entry of a LoginEventConnection.
    pub struct LoginEventEdge for LoginEvent;
}

/// The connection of a page.
pub(crate) fn connection(
    page: Page<domain::LoginEvent>,
    total: Option<i64>,
    cursors: &CursorKey,
) -> LoginEventConnection {
    LoginEventConnection::new(page, total, |event| LoginEventEdge {
        cursor: cursors.cursor(&HISTORY_ORDER, &Position::new([event.at.into()], event.id)),
        node: LoginEvent(event),
    })
}
