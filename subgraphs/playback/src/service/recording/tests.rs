//! `recordPlaybackEvents`, as a service: what is taken, and what is not.

use kit_ids::PlaybackSessionId;
use kit_testing::{TestDatabase, on_each_database};

use crate::domain::EventKind::{Heartbeat, Play, Seek, Stop};
use crate::domain::{BatchRefusal, EndReason};
use crate::service::ServiceError;
use crate::service::stage::{OTHER, Stage, USER, admin, anonymous, call, lesson, numbered};

on_each_database! {
    /// S0-LOG-1, domain 3.5: events are taken once, in one transaction; a batch that comes again changes nothing.
    async fn a_repeated_batch_changes_nothing(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let session = stage.start(USER, lesson()).await;
        stage.seconds(10);
        let mut batch = vec![stage.event(1, Play, 0), stage.event(2, Heartbeat, 10)];
        batch[0].at -= 10_000_000;
        let first = stage.deck.record(session.id, batch.clone(), &call(USER)).await.unwrap();
        assert_eq!((first.accepted, first.last_seq, first.gaps), (2, 2, 0));
        let progress = first.progress.clone().unwrap();
        assert_eq!((progress.watched_seconds, progress.position_ms), (10, 10_000));
        stage.seconds(60);
        let again = stage.deck.record(session.id, batch, &call(USER)).await.unwrap();
        assert_eq!((again.accepted, again.last_seq, again.gaps), (0, 2, 0));
        assert_eq!(again.progress, first.progress);
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM playback_events").await, 2);
        assert_eq!(stage.deck.record(session.id, vec![], &call(USER)).await.unwrap(), again);
    }

    /// domain 3.5: numbers that are missing are counted, and a late event fills its gap without moving the position.
    async fn late_events_fill_gaps(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let session = stage.start(USER, lesson()).await;
        stage.report(&session, 1, Play, 0).await;
        stage.seconds(10);
        let missing = stage.event(2, Heartbeat, 10);
        stage.seconds(1);
        let jump = stage.event(3, Seek, 100);
        stage.seconds(10);
        let between = stage.event(4, Heartbeat, 110);
        stage.seconds(5);
        let last = stage.event(5, Heartbeat, 115);
        let ahead = stage.deck.record(session.id, vec![jump, last], &call(USER)).await.unwrap();
        assert_eq!((ahead.accepted, ahead.last_seq, ahead.gaps), (2, 5, 2));
        assert_eq!(ahead.progress.unwrap().watched_seconds, 0);
        let filled = stage.deck.record(session.id, vec![missing, between], &call(USER)).await.unwrap();
        assert_eq!((filled.accepted, filled.last_seq, filled.gaps), (2, 5, 0));
        let progress = filled.progress.unwrap();
        assert_eq!((progress.watched_seconds, progress.position_ms), (25, 115_000));
        assert_eq!(stage.session(session.id).await.watched_ms, 25_000);
    }

    /// domain 3.5: however the same events arrive, cut and mixed and all at once, they prove the same.
    async fn batches_at_once_prove_what_they_prove_in_order(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let session = stage.start(USER, lesson()).await;
        stage.tell_length(lesson(), 600).await;
        let mut events = vec![stage.event(1, Play, 0)];
        for beat in 1..24 {
            stage.seconds(10);
            events.push(stage.event(beat + 1, Heartbeat, beat * 10));
        }
        let batches: Vec<_> = events.chunks(3).rev().map(<[_]>::to_vec).collect();
        let sent: Vec<_> = batches
            .into_iter()
            .flat_map(|batch| [batch.clone(), batch])
            .map(|batch| {
                let deck = stage.deck.clone();
                tokio::spawn(async move { deck.record(session.id, batch, &call(USER)).await.unwrap().accepted })
            })
            .collect();
        let mut accepted = 0;
        for answer in sent {
            accepted += answer.await.unwrap();
        }
        assert_eq!(accepted, 24);
        let end = stage.deck.record(session.id, vec![], &call(USER)).await.unwrap();
        assert_eq!((end.last_seq, end.gaps, end.progress.unwrap().watched_seconds), (24, 0, 230));
        assert_eq!(stage.count("SELECT SUM(watched_ms) AS n FROM watch_time").await, 230_000);
        assert_eq!(stage.count("SELECT SUM(views) AS n FROM view_stats WHERE day = 0").await, 1);
    }

    /// 7.1: NOT_FOUND, also for administrators, SEQ_INVALID, BATCH_TOO_LARGE; P8: UNAUTHENTICATED
    async fn only_the_person_reports_and_only_in_order(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let session = stage.start(USER, lesson()).await;
        let event = |seq| stage.event(seq, Play, 0);
        for caller in [call(OTHER), admin()] {
            let refused = stage.deck.record(session.id, vec![event(1)], &caller).await;
            assert!(matches!(refused, Err(ServiceError::NotFound { field: "sessionId" })));
        }
        let unknown = PlaybackSessionId::from_bytes([7; 16]);
        let refused = stage.deck.record(unknown, vec![event(1)], &call(USER)).await;
        assert!(matches!(refused, Err(ServiceError::NotFound { .. })));
        let refused = stage.deck.record(session.id, vec![event(1)], &anonymous()).await;
        assert!(matches!(refused, Err(ServiceError::Refused(_))));
        let many: Vec<_> = (1..=101).map(event).collect();
        for (batch, refusal) in [
            (vec![event(2), event(1)], BatchRefusal::SeqInvalid),
            (vec![event(0)], BatchRefusal::SeqInvalid),
            (many, BatchRefusal::TooLarge),
        ] {
            let refused = stage.deck.record(session.id, batch, &call(USER)).await;
            assert!(matches!(refused, Err(ServiceError::Batch(found)) if found == refusal));
        }
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM playback_events").await, 0);
    }

    /// domain 3.5, 7.1: a stop ends the session; SESSION_ENDED, but not for a batch that was taken before. DISPLACED.
    async fn what_is_over_takes_nothing_more(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let session = stage.start(USER, lesson()).await;
        let batch = vec![stage.event(1, Play, 5), stage.event(2, Stop, 6)];
        let taken = stage.deck.record(session.id, batch.clone(), &call(USER)).await.unwrap();
        assert_eq!(stage.session(session.id).await.end.map(|end| end.1), Some(EndReason::Stopped));
        let again = stage.deck.record(session.id, batch, &call(USER)).await.unwrap();
        assert_eq!((again.accepted, again.last_seq, again.progress), (0, taken.last_seq, taken.progress));
        for late in [vec![stage.event(3, Play, 6)], vec![]] {
            let refused = stage.deck.record(session.id, late, &call(USER)).await;
            assert!(matches!(refused, Err(ServiceError::SessionEnded)));
        }
        let displaced = stage.start(USER, lesson()).await;
        stage.report(&displaced, 1, Play, 0).await;
        for number in 10..13 {
            stage.seconds(1);
            stage.start(USER, numbered(number)).await;
        }
        for batch in [vec![stage.event(1, Play, 0)], vec![stage.event(2, Heartbeat, 5)]] {
            let refused = stage.deck.record(displaced.id, batch, &call(USER)).await;
            assert!(matches!(refused, Err(ServiceError::Displaced)));
        }
    }
}
