//! `startPlayback`, as a service.

use std::sync::Arc;

use async_trait::async_trait;
use kit_ids::PlayableId;
use kit_service::Call;
use kit_testing::{TestDatabase, on_each_database};

use super::StartRequest;
use crate::domain::{EndReason, EventKind};
use crate::service::entitlement::{EntitlementError, EntitlementPort};
use crate::service::stage::{NOON, OTHER, Stage, TICKET, USER, anonymous, call, forbidden, lesson, numbered, request};
use crate::service::{Deck, ServiceError};

struct OutOfReach;

#[async_trait]
impl EntitlementPort for OutOfReach {
    async fn may_play(&self, _: &Call, _: PlayableId, _: Option<&str>) -> Result<bool, EntitlementError> {
        Err(EntitlementError::Unavailable)
    }
}

on_each_database! {
    /// S0-PLAY-1, P13: a session begins where its person had come to, and is told of in the same flow.
    async fn a_session_begins_where_its_person_had_come_to(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let first = stage.start(USER, lesson()).await;
        assert_eq!((first.started_at, first.position_ms, first.live_slot), (NOON, 0, Some(1)));
        assert_eq!((first.device.as_deref(), first.end), (Some("TV"), None));
        assert_eq!(stage.session(first.id).await, first);
        stage.report(&first, 1, EventKind::Play, 42).await;
        assert_eq!(stage.start(USER, lesson()).await.position_ms, 42_000);
        assert_eq!(stage.start(OTHER, lesson()).await.position_ms, 0);
        assert_eq!(stage.told().await, ["session.started"; 3]);
    }

    /// domain 3.5, 7.1: NOT_ENTITLED; a ticket opens what nothing else does. P8: UNAUTHENTICATED
    async fn only_who_may_play_begins(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let refused = stage.deck.start(&request(lesson()), &anonymous()).await;
        assert!(matches!(refused, Err(ServiceError::Refused(_))));
        let refused = stage.deck.start(&request(forbidden()), &call(USER)).await;
        assert!(matches!(refused, Err(ServiceError::NotEntitled)));
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM watchers").await, 0);
        let ticket = StartRequest { ticket: Some(TICKET.to_owned()), ..request(forbidden()) };
        assert_eq!(stage.deck.start(&ticket, &call(USER)).await.unwrap().playable, forbidden());
    }

    /// domain 3.5: while nobody knows who may play, nobody may; a repetition needs nobody to know.
    async fn without_an_answer_nobody_may_play(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let keyed = StartRequest { idempotency_key: Some("k".to_owned()), ..request(lesson()) };
        let begun = stage.deck.start(&keyed, &call(USER)).await.unwrap();
        let alone = Deck { entitlements: Arc::new(OutOfReach), ..stage.deck.clone() };
        let refused = alone.start(&request(lesson()), &call(USER)).await;
        assert!(matches!(refused, Err(ServiceError::Entitlement(EntitlementError::Unavailable))));
        assert_eq!(alone.start(&keyed, &call(USER)).await.unwrap(), begun);
    }

    /// domain 3.5: of four sessions the oldest ends, whatever it plays; other people's go on.
    async fn a_fourth_session_ends_the_oldest(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let others = stage.start(OTHER, lesson()).await;
        let mut sessions = Vec::new();
        for number in 10..15 {
            stage.seconds(1);
            sessions.push(stage.start(USER, numbered(number)).await);
        }
        for (place, session) in sessions.iter().enumerate() {
            let end = stage.session(session.id).await.end;
            let displaced_at = [3, 4].get(place).map(|by| (sessions[*by].started_at, EndReason::Displaced));
            assert_eq!(end, displaced_at, "{place}");
        }
        assert_eq!(stage.session(others.id).await.end, None);
        let told = stage.told().await;
        assert_eq!(told[4..], ["session.ended", "session.started", "session.ended", "session.started"]);
    }

    /// domain 3.5: however many begin at once, three last.
    async fn of_many_at_once_three_last(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let starts: Vec<_> = (10..20)
            .map(|number| {
                let deck = stage.deck.clone();
                tokio::spawn(async move { deck.start(&request(numbered(number)), &call(USER)).await.unwrap() })
            })
            .collect();
        for start in starts {
            start.await.unwrap();
        }
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM playback_sessions WHERE live_slot IS NOT NULL").await, 3);
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM playback_sessions").await, 10);
        assert_eq!(stage.count("SELECT sessions AS n FROM watchers").await, 10);
    }

    /// P7: of many repetitions at once one begins a session, and all answer it.
    async fn repetitions_at_once_begin_one_session(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let starts: Vec<_> = (0..6)
            .map(|_| {
                let deck = stage.deck.clone();
                let keyed = StartRequest { idempotency_key: Some("k".to_owned()), ..request(lesson()) };
                tokio::spawn(async move { deck.start(&keyed, &call(USER)).await.unwrap().id })
            })
            .collect();
        let mut answered = Vec::new();
        for start in starts {
            answered.push(start.await.unwrap());
        }
        answered.dedup();
        assert_eq!(answered.len(), 1);
        assert_eq!(stage.count("SELECT COUNT(*) AS n FROM playback_sessions").await, 1);
    }

    /// P7: the same key answers the same session; another request under it is refused.
    async fn a_repeated_start_answers_the_first_session(place: TestDatabase) {
        let stage = Stage::on(&place).await;
        let keyed = StartRequest { idempotency_key: Some("k".to_owned()), ..request(lesson()) };
        let first = stage.deck.start(&keyed, &call(USER)).await.unwrap();
        assert_eq!(stage.deck.start(&keyed, &call(USER)).await.unwrap(), first);
        let other = StartRequest { device: None, ..keyed.clone() };
        assert!(matches!(stage.deck.start(&other, &call(USER)).await, Err(ServiceError::IdempotencyConflict)));
        let empty = StartRequest { idempotency_key: Some(String::new()), ..keyed.clone() };
        assert!(matches!(stage.deck.start(&empty, &call(USER)).await, Err(ServiceError::Invalid(_))));
        assert_ne!(stage.deck.start(&keyed, &call(OTHER)).await.unwrap().id, first.id, "keys are each person's own");
        // A refusal is not kept.
        let refused = StartRequest { idempotency_key: Some("r".to_owned()), ..request(forbidden()) };
        assert!(matches!(stage.deck.start(&refused, &call(USER)).await, Err(ServiceError::NotEntitled)));
        assert!(matches!(stage.deck.start(&refused, &call(USER)).await, Err(ServiceError::NotEntitled)));
    }
}
