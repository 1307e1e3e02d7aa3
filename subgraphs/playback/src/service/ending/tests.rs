//! `endPlayback`, as a service.

use kit_testing::{TestDatabase, on_each_database};

use crate::domain::{EndReason, EventKind};
use crate::service::ServiceError;
use crate::service::stage::{NOON, OTHER, Stage, USER, admin, anonymous, call, lesson};

on_each_database! {
    /// S0-PLAY-1, S0-LOG-1: ended as by a stop, which is among its events, and told of; ended again it stays as it is.
    async fn a_session_ends_once_with_a_stop(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let session = stage.start(USER, lesson()).await;
        stage.play(&session, 0, 20).await;
        stage.seconds(5);
        let ended = stage.deck.end(session.id, Some(25_000), &call(USER)).await.unwrap();
        assert_eq!(ended.end, Some((NOON + 25_000_000, EndReason::Stopped)));
        assert_eq!((ended.position_ms, ended.watched_ms, ended.last_seq()), (25_000, 25_000, 4));
        assert_eq!(stage.session(session.id).await, ended);
        stage.seconds(60);
        assert_eq!(stage.deck.end(session.id, Some(0), &call(USER)).await.unwrap(), ended);
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM playback_events WHERE kind = 'STOP'").await, 1);
        assert_eq!(stage.told().await, ["session.started", "session.ended"]);
        assert_eq!(stage.count("SELECT position_ms AS n FROM watch_progress").await, 25_000);
    }

    /// A session in which nothing was played leaves no trace in the progress.
    async fn who_played_nothing_has_not_begun(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let first = stage.start(USER, lesson()).await;
        stage.report(&first, 1, EventKind::Play, 30).await;
        let second = stage.start(USER, lesson()).await;
        let ended = stage.deck.end(second.id, None, &call(USER)).await.unwrap();
        assert_eq!((ended.position_ms, ended.event_count), (30_000, 0));
        let others = stage.start(OTHER, lesson()).await;
        stage.deck.end(others.id, None, &call(OTHER)).await.unwrap();
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM watch_progress").await, 1);
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM playback_events").await, 1);
    }

    /// 7.1: NOT_FOUND, also for administrators; P8: UNAUTHENTICATED
    async fn only_its_person_ends_a_session(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let session = stage.start(USER, lesson()).await;
        for caller in [call(OTHER), admin()] {
            let refused = stage.deck.end(session.id, None, &caller).await;
            assert!(matches!(refused, Err(ServiceError::NotFound { field: "sessionId" })));
        }
        assert!(matches!(stage.deck.end(session.id, None, &anonymous()).await, Err(ServiceError::Refused(_))));
        assert_eq!(stage.session(session.id).await.end, None);
    }
}
