//! What is watched most: from `counted_views` for the last day, from `view_stats` for longer.

use kit_database::{DatabaseError, Executor, Query, Row};
use kit_ids::PlayableId;
use kit_paging::{Order, PageRequest, Position, SortKey};

use super::stats::ALL_TIME;
use super::{key, playable};
use crate::domain::{DAY_US, HOUR_US, Span, day_of};

const RECENT: &str = "SELECT v.playable_id, v.playable_kind, COUNT(*) AS views
  FROM counted_views v WHERE v.counted_at > ? GROUP BY v.playable_id, v.playable_kind";
const BY_DAY: &str = "SELECT v.playable_id, v.playable_kind, SUM(v.views) AS views
  FROM view_stats v WHERE v.day >= ? AND v.day <> 0 GROUP BY v.playable_id, v.playable_kind";
const IN_ALL: &str = "SELECT v.playable_id, v.playable_kind, v.views FROM view_stats v WHERE v.day = ?";
/// Only what was viewed and is still there has a place.
const STANDING: &str = "c.views > 0 AND COALESCE(m.is_removed, 0) = 0";

const KEYS: &[SortKey] = &[SortKey::descending("views")];
const HOUR: Order = Order::new("playables.top_of_hour", KEYS, "playable_id");
const DAY: Order = Order::new("playables.top_of_day", KEYS, "playable_id");
const WEEK: Order = Order::new("playables.top_of_week", KEYS, "playable_id");
const MONTH: Order = Order::new("playables.top_of_month", KEYS, "playable_id");
const ALL: Order = Order::new("playables.top_of_all", KEYS, "playable_id");

/// A place among what is watched most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rank {
    pub(crate) playable: PlayableId,
    pub(crate) views: i64,
    /// From 1.
    pub(crate) place: i64,
}

/// The order of the ranking of a span.
pub(crate) fn order(span: Span) -> &'static Order {
    match span {
        Span::Hour => &HOUR,
        Span::Day => &DAY,
        Span::Week => &WEEK,
        Span::Month => &MONTH,
        Span::All => &ALL,
    }
}

/// Where a place stands in [`order`].
pub(crate) fn position(rank: &Rank) -> Position {
    Position::new([rank.views.into()], key(rank.playable))
}

/// One page of what was viewed most in the span that ends now.
pub(crate) async fn page(
    on: impl Executor<'_>,
    span: Span,
    now: i64,
    page: &PageRequest,
) -> Result<Vec<Rank>, DatabaseError> {
    let keyset = order(span).keyset(page);
    let (counted, bound) = counted(span, now);
    let sql = format!(
        "SELECT * FROM (
           SELECT c.playable_id, c.playable_kind, c.views,
             ROW_NUMBER() OVER (ORDER BY c.views DESC, c.playable_id DESC) AS place
           FROM ({counted}) c LEFT JOIN playable_meta m ON m.playable_id = c.playable_id WHERE {STANDING}
         ) ranked WHERE {} ORDER BY {} LIMIT ?",
        keyset.condition, keyset.order_by
    );
    let query = keyset.bind_to(on.query_assembled(sql).bind(bound)).bind(keyset.limit);
    query.fetch_all().await?.iter().map(rank).collect()
}

/// How many have a place.
pub(crate) async fn count(on: impl Executor<'_>, span: Span, now: i64) -> Result<i64, DatabaseError> {
    let (counted, bound) = counted(span, now);
    let sql = format!(
        "SELECT COUNT(*) AS places FROM ({counted}) c LEFT JOIN playable_meta m ON m.playable_id = c.playable_id
         WHERE {STANDING}"
    );
    Query::bind(on.query_assembled(sql), bound).fetch_one().await?.get("places")
}

/// The statement that counts the views of a span, and what it binds.
fn counted(span: Span, now: i64) -> (&'static str, i64) {
    match span {
        Span::Hour => (RECENT, now - HOUR_US),
        Span::Day => (RECENT, now - DAY_US),
        Span::Week => (BY_DAY, day_of(now) - 6),
        Span::Month => (BY_DAY, day_of(now) - 29),
        Span::All => (IN_ALL, ALL_TIME),
    }
}

fn rank(row: &Row) -> Result<Rank, DatabaseError> {
    Ok(Rank { playable: playable(row)?, views: row.get("views")?, place: row.get("place")? })
}
