//! `Notification` and its connection.

use async_graphql::Object;
use kit_graph::{CacheControlScope, DateTime, Url, cache_control};
use kit_ids::NotificationId;
use kit_paging::{CursorKey, Page};

use crate::domain;
use crate::service::loaders::{NOTICES_ORDER, notice_position};

/// A notice to one person.
pub(crate) struct Notification(pub(crate) domain::Notification);

/// A notice to one person.
#[Object(
    directive = cache_control::apply(Some(0), Some(CacheControlScope::Private)),
    cache_control(no_cache, private)
)]
impl Notification {
    /// Global id, `ntf_…`.
    async fn id(&self) -> NotificationId {
        self.0.id
    }

    /// The event it tells of, such as `enrollment.membership.expiring_soon`.
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// One line.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The text.
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// Where to look.
    async fn link(&self) -> Option<Url> {
        self.0.link.clone().map(Url::trusted)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was read.
    async fn read_at(&self) -> Option<DateTime> {
        self.0.read_at.map(DateTime::from)
    }
}

kit_paging::connection! {
    /// Notices, page by page.
    pub struct NotificationConnection;
    /// One entry of a NotificationConnection.
    pub struct NotificationEdge for Notification;
}

impl NotificationConnection {
    /// The connection of a page.
    pub(super) fn of(page: Page<domain::Notification>, total: Option<i64>, cursors: &CursorKey) -> Self {
        Self::new(page, total, |notification| NotificationEdge {
            cursor: cursors.cursor(&NOTICES_ORDER, &notice_position(&notification)),
            node: Notification(notification),
        })
    }
}
