//! What is watched most.

use kit_paging::{CursorKey, Page};

use super::playable::Playable;
use super::values::int;
use crate::domain::Span;
use crate::service::ranking::{Rank, rank_order, rank_position};

kit_paging::connection! {
    /// Most watched things, page by page.
    pub struct PlayableRankConnection;
    /// One entry of a PlayableRankConnection.
    pub struct PlayableRankEdge for
        /// The entry itself; null when its owner cannot be reached.
        Option<Playable>
    {
        /// Place, from 1.
        rank: i32,
        /// Views in the window.
        views: i32,
    }
}

impl PlayableRankConnection {
    /// The connection of a page of the ranking of a span.
    pub(super) fn of(page: Page<Rank>, total: Option<i64>, span: Span, cursors: &CursorKey) -> Self {
        Self::new(page, total, |rank| PlayableRankEdge {
            cursor: cursors.cursor(rank_order(span), &rank_position(&rank)),
            node: Some(Playable(rank.playable)),
            rank: int(rank.place),
            views: int(rank.views),
        })
    }
}
