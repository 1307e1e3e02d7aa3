//! What becomes of the sittings with one lesson: the rules that live events go through, without a database between them.
//!
//! Each event is reported when it happens, so that no time is set right.

use std::collections::{BTreeMap, HashSet};

use kit_demonstration::{Lesson, Viewing, ViewingEvent, World};
use kit_ids::{LessonId, UserId};

use crate::domain::{
    Advance, Batch, EndReason, EventKind, PlaybackEvent, Retention, Session, Sketch, WatchedSeconds, bucket_at, day_of,
};
use crate::service::crediting::{Credit, counts_again};
use crate::store::progress::WatchRecord;
use crate::store::stats::{ALL_TIME, Growth};

/// What is counted of a day, or of all time.
#[derive(Default)]
pub(super) struct Day {
    pub(super) growth: Growth,
    /// Whose views were counted, if any were.
    pub(super) uniques: Option<Sketch>,
}

/// What the sittings with one lesson have come to.
pub(super) struct Replay {
    pub(super) lesson: LessonId,
    length: Option<i64>,
    pub(super) records: BTreeMap<UserId, WatchRecord>,
    pub(super) days: BTreeMap<i64, Day>,
    /// When each person's views were counted.
    pub(super) views: BTreeMap<UserId, Vec<i64>>,
    /// By hundredths.
    pub(super) retention: BTreeMap<i64, Retention>,
}

/// What happens in a sitting, as playback knows it.
pub(super) fn events(world: &World, viewing: &Viewing) -> Vec<PlaybackEvent> {
    world.viewing_events(viewing).iter().map(event).collect()
}

fn event(happened: &ViewingEvent) -> PlaybackEvent {
    PlaybackEvent {
        seq: happened.seq,
        kind: happened.kind.name().parse().expect("invariant: the world's kinds are playback's"),
        position_ms: happened.position_ms,
        at: happened.at,
        detail: happened.detail.map(str::to_owned),
    }
}

impl Replay {
    pub(super) fn of(lesson: &Lesson) -> Self {
        Self {
            lesson: lesson.id,
            length: Some(lesson.duration_seconds),
            records: BTreeMap::new(),
            days: BTreeMap::new(),
            views: BTreeMap::new(),
            retention: BTreeMap::new(),
        }
    }

    /// The session of a sitting that comes after those before; the time spent is added to its person's hours.
    pub(super) fn sitting(
        &mut self,
        viewing: &Viewing,
        events: &[PlaybackEvent],
        hours: &mut BTreeMap<(UserId, i64), i64>,
    ) -> Session {
        let mut session = self.begun(viewing);
        for event in events {
            let credit = self.credit(&mut session, event);
            for (hour, spent_ms) in credit.hours {
                *hours.entry((viewing.user_id, hour)).or_default() += spent_ms;
            }
            if event.kind == EventKind::Stop {
                self.end(&mut session, event.at, EndReason::Stopped);
            }
        }
        if session.end.is_none() {
            let heard_at = session.last_activity_at;
            self.end(&mut session, heard_at, EndReason::Idle);
        }
        session
    }

    fn begun(&self, viewing: &Viewing) -> Session {
        Session {
            id: viewing.id,
            user_id: viewing.user_id,
            playable: viewing.lesson_id.into(),
            started_at: viewing.started_at,
            last_activity_at: viewing.started_at,
            end: None,
            live_slot: None,
            position_ms: self.records.get(&viewing.user_id).map_or(0, |record| record.position_ms),
            last: None,
            event_count: 0,
            watched_ms: 0,
            view_settled: false,
            device: viewing.device.map(str::to_owned),
        }
    }

    fn credit(&mut self, session: &mut Session, event: &PlaybackEvent) -> Credit {
        let (user, now) = (session.user_id, event.at);
        let batch = Batch::new(vec![event.clone()]).expect("invariant: a batch of one event with a number above 0");
        let fresh = batch.fresh(&HashSet::new(), self.length, now);
        let advance = Advance::behind(session.last, &fresh);
        let before = self.records.entry(user).or_insert_with(nothing);
        let mut credit = Credit::of(session, before, &advance, fresh.len(), self.length, now);
        before.clone_from(&credit.after);
        credit.growth.views = i64::from(self.is_new_view(session, now));
        if credit.growth != Growth::default() {
            for day in [ALL_TIME, day_of(now)] {
                self.days.entry(day).or_default().grow(credit.growth, user);
            }
        }
        for bucket in &credit.buckets {
            self.retention.entry(*bucket).or_default().viewers += 1;
        }
        credit
    }

    fn is_new_view(&mut self, session: &mut Session, now: i64) -> bool {
        if session.view_settled || !session.is_view(self.length) {
            return false;
        }
        session.view_settled = true;
        let counted = self.views.entry(session.user_id).or_default();
        let is_new = counts_again(counted.last().copied(), now);
        if is_new {
            counted.push(now);
        }
        is_new
    }

    /// Each person counts where they left last.
    fn end(&mut self, session: &mut Session, at: i64, reason: EndReason) {
        session.end = Some((at, reason));
        let Some(bucket) = bucket_at(session.position_ms, self.length) else { return };
        let record = self.records.entry(session.user_id).or_insert_with(nothing);
        if let Some(before) = record.left_bucket.replace(bucket) {
            self.retention.entry(before).or_default().drop_offs -= 1;
        }
        self.retention.entry(bucket).or_default().drop_offs += 1;
    }
}

impl Day {
    fn grow(&mut self, growth: Growth, user: UserId) {
        self.growth.views += growth.views;
        self.growth.begun += growth.begun;
        self.growth.completions += growth.completions;
        self.growth.watched_ms += growth.watched_ms;
        if growth.views > 0 {
            self.uniques.get_or_insert_default().add(user);
        }
    }
}

/// The progress of somebody who has not begun.
fn nothing() -> WatchRecord {
    WatchRecord {
        position_ms: 0,
        seconds: WatchedSeconds::default(),
        watched_seconds: 0,
        completed_at: None,
        left_bucket: None,
        updated_at: 0,
    }
}
