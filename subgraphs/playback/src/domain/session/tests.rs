use kit_ids::{LessonId, PlaybackSessionId, UserId};

use super::{IDLE_US, Session, cut, free_slot};
use crate::domain::{EndReason, Mark};

fn session() -> Session {
    Session {
        id: PlaybackSessionId::from_bytes([1; 16]),
        user_id: UserId::from_bytes([2; 16]),
        playable: LessonId::from_bytes([3; 16]).into(),
        started_at: 0,
        last_activity_at: 0,
        end: None,
        live_slot: Some(1),
        position_ms: 0,
        last: None,
        event_count: 0,
        watched_ms: 0,
        view_settled: false,
        device: None,
    }
}

/// domain 3.5: a view counts after 30 seconds or half.
#[test]
fn thirty_seconds_or_half_are_a_view() {
    let is_view = |watched_ms, length| Session { watched_ms, ..session() }.is_view(length);
    assert!(!is_view(29_999, Some(600)) && is_view(30_000, Some(600)));
    assert!(!is_view(4_999, Some(10)) && is_view(5_000, Some(10)));
    assert!(!is_view(29_999, None) && is_view(30_000, None));
    assert!(!is_view(0, Some(0)));
}

/// domain 3.5: over after 30 minutes without a sign.
#[test]
fn a_session_without_a_sign_is_idle_unless_it_has_ended() {
    assert!(!session().is_idle_at(IDLE_US - 1) && session().is_idle_at(IDLE_US));
    assert!(!Session { end: Some((0, EndReason::Stopped)), ..session() }.is_idle_at(IDLE_US));
}

/// domain 3.5: gaps are allowed and counted.
#[test]
fn missing_numbers_are_counted() {
    assert_eq!((session().last_seq(), session().gaps()), (0, 0));
    let last = Some(Mark { seq: 9, position_ms: 0, at: 0, is_playing: false });
    let session = Session { last, event_count: 4, ..session() };
    assert_eq!((session.last_seq(), session.gaps()), (9, 5));
}

/// domain 3.5: three at a time.
#[test]
fn there_are_three_places() {
    let taken = |slots: &[i64]| -> Vec<Session> {
        slots.iter().map(|slot| Session { live_slot: Some(*slot), ..session() }).collect()
    };
    assert_eq!(
        [&[] as &[i64], &[1], &[2, 1], &[1, 3], &[3, 2, 1]].map(|slots| free_slot(&taken(slots))),
        [Some(1), Some(2), Some(3), Some(2), None]
    );
}

#[test]
fn texts_are_cut_between_letters() {
    assert_eq!((cut("거실 TV", 2), cut("TV", 9), cut("", 1)), ("거실".to_owned(), "TV".to_owned(), String::new()));
}
