use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Advance, Mark};
use crate::domain::event::{EventKind, PlaybackEvent};
use crate::domain::seconds::WatchedSeconds;

const SECOND: i64 = 1_000_000;
const LENGTH: i64 = 600;

/// Number, kind, position and time in seconds.
fn events(told: &[(i64, EventKind, i64, i64)]) -> Vec<PlaybackEvent> {
    let event = |(seq, kind, position, at): &(i64, EventKind, i64, i64)| PlaybackEvent {
        seq: *seq,
        kind: *kind,
        position_ms: position * 1_000,
        at: at * SECOND,
        detail: None,
    };
    told.iter().map(event).collect()
}

fn watched(told: &[(i64, EventKind, i64, i64)]) -> Vec<(i64, i64)> {
    let advance = Advance::behind(None, &events(told));
    advance.stretches.iter().map(|stretch| (stretch.from_ms / 1_000, stretch.to_ms / 1_000)).collect()
}

/// A session as its store keeps it: all events, and where it was last.
#[derive(Default)]
struct Kept {
    events: BTreeMap<i64, PlaybackEvent>,
    last: Option<Mark>,
    seconds: WatchedSeconds,
    watched_ms: i64,
    spent_ms: i64,
}

impl Kept {
    fn take(&mut self, batch: &[PlaybackEvent]) {
        let fresh: Vec<_> = batch.iter().filter(|event| !self.events.contains_key(&event.seq)).cloned().collect();
        let Some(first) = fresh.first().map(|event| event.seq) else { return };
        let advance = if self.last.is_none_or(|last| first > last.seq) {
            Advance::behind(self.last, &fresh)
        } else {
            let landmark = self.events.range(..first).rev().find(|(_, event)| event.kind != EventKind::Seek);
            let from = landmark.map_or(0, |(seq, _)| *seq);
            let known: Vec<_> = self.events.range(from..).map(|(_, event)| event.clone()).collect();
            Advance::among(&known, &fresh)
        };
        self.events.extend(fresh.into_iter().map(|event| (event.seq, event)));
        self.last = advance.end;
        self.watched_ms += advance.watched_ms();
        for stretch in advance.stretches {
            self.seconds.add(stretch.from_ms, stretch.to_ms, Some(LENGTH));
            self.spent_ms += stretch.spent_ms;
        }
    }

    fn summary(&self) -> (Option<Mark>, &WatchedSeconds, i64, i64) {
        (self.last, &self.seconds, self.watched_ms, self.spent_ms)
    }
}

/// domain 3.5: heartbeats, pauses, changes of speed and running dry, each with what it means.
#[test]
fn what_is_played_is_watched_and_jumps_are_not() {
    use EventKind::{BufferEnd, BufferStart, Complete, Error, Heartbeat, Pause, Play, RateChange, Seek, Stop};
    let played = [
        (1, Play, 0, 0),
        (2, Heartbeat, 10, 10),
        (3, RateChange, 15, 15),
        (4, Heartbeat, 25, 20),
        (5, BufferStart, 27, 21),
        (6, BufferEnd, 27, 40),
        (7, Pause, 30, 43),
        (8, Play, 30, 90),
        (9, Stop, 33, 93),
    ];
    assert_eq!(watched(&played), [(0, 10), (10, 15), (15, 25), (25, 27), (27, 30), (30, 33)]);
    // A jump while playing goes on playing, one while paused does not.
    let jumps = [(1, Play, 0, 0), (2, Seek, 100, 5), (3, Seek, 200, 6), (4, Heartbeat, 205, 11), (5, Play, 300, 12)];
    assert_eq!(watched(&jumps), [(200, 205)]);
    assert_eq!(watched(&[(1, Pause, 0, 0), (2, Seek, 100, 5), (3, Pause, 105, 10)]), []);
    for end in [Pause, BufferStart, Stop, Complete, Error] {
        assert_eq!(watched(&[(1, Play, 0, 0), (2, end, 5, 5), (3, Heartbeat, 9, 9)]), [(0, 5)], "{end:?}");
    }
}

/// domain 3.5: nothing is watched backwards, faster than four times the time, or across a missing number.
#[test]
fn what_cannot_be_is_not_watched() {
    use EventKind::{Heartbeat, Play};
    assert_eq!(watched(&[(1, Play, 0, 0), (2, Heartbeat, 42, 10)]), [(0, 42)]);
    assert_eq!(watched(&[(1, Play, 0, 0), (2, Heartbeat, 43, 10)]), []);
    assert_eq!(watched(&[(1, Play, 50, 0), (2, Heartbeat, 40, 10)]), []);
    assert_eq!(watched(&[(1, Play, 0, 10), (2, Heartbeat, 2, 0), (3, Heartbeat, 5, 0)]), [(0, 2)]);
    assert_eq!(watched(&[(1, Play, 0, 0), (3, Heartbeat, 10, 10), (4, Heartbeat, 20, 20)]), [(10, 20)]);
}

/// domain 3.5: the time that was spent is that between the reports, but a machine that slept did not play.
#[test]
fn sleep_is_not_spent_watching() {
    use EventKind::{Heartbeat, Play};
    let told = [(1, Play, 0, 0), (2, Heartbeat, 20, 10), (3, Heartbeat, 30, 3_610)];
    let spent: Vec<_> = Advance::behind(None, &events(&told)).stretches.iter().map(|one| one.spent_ms).collect();
    assert_eq!(spent, [10_000, 40_000]);
}

/// domain 3.5: a late event fills its gap, on both sides and, before a jump, behind it.
#[test]
fn a_late_event_fills_its_gap() {
    use EventKind::{Heartbeat, Play, Seek};
    let all = events(&[(1, Play, 0, 0), (2, Heartbeat, 10, 10), (3, Seek, 100, 11), (4, Heartbeat, 110, 21)]);
    let mut kept = Kept::default();
    kept.take(&all[..1]);
    kept.take(&all[2..]);
    assert_eq!(kept.watched_ms, 0, "nobody knows whether it was playing before the jump");
    kept.take(&all[1..2]);
    assert_eq!((kept.watched_ms, kept.seconds.count(None)), (20_000, 20));
}

fn any_kind() -> impl Strategy<Value = EventKind> {
    use EventKind::{BufferEnd, BufferStart, Complete, Error, Heartbeat, Pause, Play, RateChange, Seek, Stop};
    let often = prop_oneof![Just(Heartbeat), Just(Play), Just(Seek)];
    let kinds = [Play, Pause, Seek, Heartbeat, RateChange, BufferStart, BufferEnd, Stop, Complete, Error];
    prop_oneof![often, proptest::sample::select(kinds.to_vec())]
}

/// A session of any events, each up to half a minute after the one before.
fn any_session() -> impl Strategy<Value = Vec<PlaybackEvent>> {
    let step = (any_kind(), -20_000..40_000_i64, 0..30_000_i64);
    proptest::collection::vec(step, 1..60).prop_map(|steps| {
        let (mut position_ms, mut at) = (0, 0);
        let event = |(place, (kind, moved, passed)): (usize, (EventKind, i64, i64))| {
            position_ms = (position_ms + moved).clamp(0, LENGTH * 1_000 + 2_000);
            at += passed * 1_000;
            PlaybackEvent { seq: i64::try_from(place).unwrap() + 1, kind, position_ms, at, detail: None }
        };
        steps.into_iter().enumerate().map(event).collect()
    })
}

proptest! {
    /// domain 3.5: cut into batches anywhere, sent in any order, some of them twice: the session proves the same.
    #[test]
    fn batches_and_their_order_make_no_difference(
        session in any_session(),
        cuts in proptest::collection::vec(1..9_usize, 60),
        order in proptest::collection::vec(any::<u32>(), 60),
        twice in proptest::collection::vec(any::<bool>(), 60),
    ) {
        let mut whole = Kept::default();
        whole.take(&session);
        let (mut rest, mut batches) = (session.as_slice(), Vec::new());
        for (place, cut) in cuts.iter().enumerate() {
            let (batch, behind) = rest.split_at((*cut).min(rest.len()));
            batches.push((order[place], batch));
            if twice[place] {
                batches.push((order[59 - place], batch));
            }
            rest = behind;
        }
        batches.push((0, rest));
        batches.sort_by_key(|(order, _)| *order);
        let mut kept = Kept::default();
        batches.iter().for_each(|(_, batch)| kept.take(batch));
        prop_assert_eq!(kept.summary(), whole.summary());
    }

    /// domain 3.5: distinct seconds are never more than there are, nor than the time and speed allow.
    #[test]
    fn nothing_inflates_what_was_watched(session in any_session()) {
        let mut kept = Kept::default();
        kept.take(&session);
        let distinct = kept.seconds.count(Some(LENGTH));
        let passed_ms = session.last().map_or(0, |last| last.at / 1_000);
        let reports = i64::try_from(session.len()).unwrap();
        prop_assert!(distinct <= LENGTH);
        prop_assert!(kept.watched_ms <= passed_ms * 4 + reports * 2_000);
        prop_assert!(kept.spent_ms <= passed_ms);
        prop_assert!(distinct * 1_000 <= kept.watched_ms + reports * 1_000);
    }

    /// domain 3.5: who watches the same part again and again, or jumps about, has watched it once.
    #[test]
    fn replaying_does_not_inflate(times in 1..20_i64, from in 0..500_i64, watched in 1..60_i64) {
        use EventKind::{Heartbeat, Play, Seek};
        let mut told = vec![(1, Play, from, 0)];
        for time in 0..times {
            let (seq, at) = (2 + time * 2, time * watched);
            told.extend([(seq, Heartbeat, from + watched, at + watched), (seq + 1, Seek, from, at + watched)]);
        }
        let mut kept = Kept::default();
        kept.take(&events(&told));
        prop_assert_eq!(kept.seconds.count(Some(LENGTH)), watched);
        prop_assert_eq!(kept.watched_ms, watched * times * 1_000);
    }
}
