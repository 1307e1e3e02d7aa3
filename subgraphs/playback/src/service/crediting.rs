//! What new events of a session bring about: progress, views, completion and statistics, in one transaction.
//!
//! Locks are taken in one order: the session, the progress, the person's hours, the statistics of what is played, the
//! outbox. The progress is locked before a view is looked up, so that of two sessions of a person one counts it.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use kit_database::{DatabaseError, Transaction};
use kit_events::{Origin, outbox};

use super::ending::end;
use crate::domain::{
    Advance, DAY_US, EndReason, EventKind, HOUR_US, PlaybackEvent, Progress, Session, WatchedSeconds, day_of,
    is_complete, seen,
};
use crate::events;
use crate::store::progress::WatchRecord;
use crate::store::stats::Growth;
use crate::store::{progress, retention, sessions, stats, views, watch_time};

/// Takes events that a locked session does not know yet, and ends it when one of them is a stop.
pub(super) async fn credit(
    transaction: &mut Transaction,
    session: &mut Session,
    fresh: &[PlaybackEvent],
    length: Option<i64>,
    now: i64,
    origin: &Origin,
) -> Result<Progress, DatabaseError> {
    let advance = advance(transaction, session, fresh).await?;
    crate::store::events::insert(transaction, session.id, fresh).await?;
    let before = progress::lock_or_make(transaction, session.user_id, session.playable).await?;
    let Credit { after, mut growth, hours, buckets } = Credit::of(session, &before, &advance, fresh.len(), length, now);
    progress::save(transaction, session.user_id, session.playable, &after).await?;
    growth.views = i64::from(is_new_view(transaction, session, length, now).await?);
    sessions::save(transaction, session).await?;
    watch_time::add(transaction, session.user_id, &hours).await?;
    count(transaction, session, growth, now).await?;
    tell(transaction, session, growth, after.watched_seconds, now, origin).await?;
    retention::add_viewer(transaction, session.playable, buckets).await?;
    if fresh.iter().any(|event| event.kind == EventKind::Stop) {
        end(transaction, session, EndReason::Stopped, now, origin).await?;
    }
    Ok(Progress {
        playable: session.playable,
        position_ms: after.position_ms,
        watched_seconds: after.watched_seconds,
        completed_at: after.completed_at,
        updated_at: after.updated_at,
        length,
    })
}

/// What an advance of a session brings about, views apart: those depend on the day before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credit {
    /// The person's progress.
    pub(crate) after: WatchRecord,
    pub(crate) growth: Growth,
    /// The time that was spent, by the beginnings of the hours in which it began.
    pub(crate) hours: BTreeMap<i64, i64>,
    /// The hundredths that the person had not seen before.
    pub(crate) buckets: Vec<i64>,
}

impl Credit {
    /// Brings a session forward by so many events, and says what comes of it.
    pub(crate) fn of(
        session: &mut Session,
        before: &WatchRecord,
        advance: &Advance,
        event_count: usize,
        length: Option<i64>,
        now: i64,
    ) -> Self {
        let is_further = advance.end.map(|end| end.seq) > session.last.map(|last| last.seq);
        session.last = advance.end;
        session.position_ms = advance.end.map_or(session.position_ms, |end| end.position_ms);
        session.last_activity_at = now.max(session.last_activity_at);
        session.event_count += i64::try_from(event_count).unwrap_or(i64::MAX);
        session.watched_ms += advance.watched_ms();
        let after = progressed(before, session, advance, is_further, length, now);
        let growth = Growth {
            views: 0,
            begun: i64::from(before.updated_at == 0),
            completions: i64::from(before.completed_at != after.completed_at),
            watched_ms: advance.stretches.iter().map(|stretch| stretch.spent_ms).sum(),
        };
        let buckets = newly_seen(&before.seconds, &after.seconds, length);
        Self { after, growth, hours: by_hour(advance), buckets }
    }
}

/// Whether a view counts for a person whose last one counted then: at most one in 24 hours does.
pub(crate) fn counts_again(last: Option<i64>, now: i64) -> bool {
    last.is_none_or(|last| last <= now - DAY_US)
}

async fn advance(
    transaction: &mut Transaction,
    session: &Session,
    fresh: &[PlaybackEvent],
) -> Result<Advance, DatabaseError> {
    match fresh.first() {
        Some(first) if first.seq <= session.last_seq() => {
            let known = crate::store::events::since_landmark(&mut *transaction, session.id, first.seq).await?;
            Ok(Advance::among(&known, fresh))
        }
        _ => Ok(Advance::behind(session.last, fresh)),
    }
}

/// The progress after the advance. Where to resume follows the session that moved last; events that only fill gaps do
/// not move it.
fn progressed(
    before: &WatchRecord,
    session: &Session,
    advance: &Advance,
    is_further: bool,
    length: Option<i64>,
    now: i64,
) -> WatchRecord {
    let mut after = WatchRecord { updated_at: now.max(before.updated_at), ..before.clone() };
    for stretch in &advance.stretches {
        after.seconds.add(stretch.from_ms, stretch.to_ms, length);
    }
    if is_further {
        after.position_ms = session.position_ms;
    }
    after.watched_seconds = after.seconds.count(length);
    if after.completed_at.is_none() && is_complete(after.watched_seconds, length) {
        after.completed_at = Some(now);
    }
    after
}

/// Settles whether the session is a view once enough was watched in it: at most one of a person in 24 hours.
async fn is_new_view(
    transaction: &mut Transaction,
    session: &mut Session,
    length: Option<i64>,
    now: i64,
) -> Result<bool, DatabaseError> {
    if session.view_settled || !session.is_view(length) {
        return Ok(false);
    }
    session.view_settled = true;
    let (playable, user) = (session.playable, session.user_id);
    if !counts_again(views::last(&mut *transaction, playable, user).await?, now) {
        return Ok(false);
    }
    views::insert(transaction, playable, user, now).await?;
    Ok(true)
}

async fn count(
    transaction: &mut Transaction,
    session: &Session,
    growth: Growth,
    now: i64,
) -> Result<(), DatabaseError> {
    if growth != Growth::default() {
        stats::add(transaction, session.playable, day_of(now), growth).await?;
    }
    if growth.views > 0 {
        stats::add_viewer(transaction, session.playable, day_of(now), session.user_id).await?;
    }
    Ok(())
}

async fn tell(
    transaction: &mut Transaction,
    session: &Session,
    growth: Growth,
    watched_seconds: i64,
    now: i64,
    origin: &Origin,
) -> Result<(), DatabaseError> {
    if growth.views > 0 {
        outbox::append(transaction, origin, events::view_counted(session, now)).await?;
    }
    if growth.completions > 0 {
        outbox::append(transaction, origin, events::playable_completed(session, watched_seconds, now)).await?;
    }
    Ok(())
}

fn by_hour(advance: &Advance) -> BTreeMap<i64, i64> {
    let mut hours = BTreeMap::new();
    for stretch in advance.stretches.iter().filter(|stretch| stretch.spent_ms > 0) {
        let hour = stretch.began_at - stretch.began_at.rem_euclid(HOUR_US);
        *hours.entry(hour).or_default() += stretch.spent_ms;
    }
    hours
}

fn newly_seen(before: &WatchedSeconds, after: &WatchedSeconds, length: Option<i64>) -> Vec<i64> {
    if before == after {
        return Vec::new();
    }
    let known = seen(before, length);
    seen(after, length).into_iter().filter(|bucket| !known.contains(bucket)).collect()
}
