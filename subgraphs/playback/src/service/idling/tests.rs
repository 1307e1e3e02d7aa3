//! Sessions that nobody hears of any more.

use kit_service::Worker;
use kit_testing::{TestDatabase, on_each_database};

use super::Idling;
use crate::domain::{DAY_US, EndReason, EventKind};
use crate::service::forgetting::Forgetting;
use crate::service::stage::{NOON, OTHER, Stage, USER, lesson};

const HALF_AN_HOUR: u64 = 30 * 60;

async fn work(stage: &Stage) -> u64 {
    Idling { deck: stage.deck.clone() }.run(stage.deck.clock.now()).await.unwrap()
}

on_each_database! {
    /// domain 3.5: after 30 minutes without a sign, at its last position and time; told once.
    async fn a_silent_session_ends_where_it_was(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let silent = stage.start(USER, lesson()).await;
        let alive = stage.start(OTHER, lesson()).await;
        stage.seconds(60);
        stage.report(&silent, 1, EventKind::Play, 77).await;
        stage.seconds(HALF_AN_HOUR - 1);
        stage.report(&alive, 1, EventKind::Play, 0).await;
        assert_eq!(work(&stage).await, 0);
        stage.seconds(1);
        assert_eq!(work(&stage).await, 1);
        let ended = stage.session(silent.id).await;
        assert_eq!((ended.end, ended.position_ms), (Some((NOON + 60_000_000, EndReason::Idle)), 77_000));
        assert_eq!((stage.session(alive.id).await.end, work(&stage).await), (None, 0));
        let ends = "SELECT COUNT(*) AS n FROM outbox WHERE type = 'playback.session.ended.v1'";
        assert_eq!(stage.count(ends).await, 1);
    }

    /// P13: replicas look at once, and each session ends once.
    async fn replicas_at_once_end_each_session_once(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        for user in [USER, USER, OTHER] {
            stage.start(user, lesson()).await;
        }
        stage.seconds(HALF_AN_HOUR);
        let now = stage.deck.clock.now();
        let replicas: Vec<_> = (0..4)
            .map(|_| {
                let idling = Idling { deck: stage.deck.clone() };
                tokio::spawn(async move { idling.run(now).await.unwrap() })
            })
            .collect();
        let mut done = 0;
        for replica in replicas {
            done += replica.await.unwrap();
        }
        assert_eq!(done, 3);
        let ends = "SELECT COUNT(*) AS n FROM outbox WHERE type = 'playback.session.ended.v1'";
        assert_eq!(stage.count(ends).await, 3);
    }

    /// domain 3.5: who viewed what is known for a day.
    async fn views_are_forgotten_after_a_day(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let session = stage.start(USER, lesson()).await;
        stage.play(&session, 0, 30).await;
        let views = async || stage.count("SELECT COUNT(*) AS n FROM counted_views").await;
        let counted_at = stage.deck.clock.now();
        let forgetting = Forgetting(stage.database().clone());
        assert_eq!((forgetting.run(counted_at + DAY_US - 1).await.unwrap(), views().await), (0, 1));
        assert_eq!((forgetting.run(counted_at + DAY_US).await.unwrap(), views().await), (1, 0));
    }
}
