//! What the tests of services stand on: a deck over a real database, a clock that they move, and a port that lets the
//! viewer play everything but one thing.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kit_database::Database;
use kit_events::outbox;
use kit_ids::{IdGenerator, LessonId, ManualClock, MovieId, PlayableId, PlaybackSessionId, SystemRandomness, UserId};
use kit_live::LiveBus;
use kit_service::Call;
use kit_testing::TestDatabase;
use kit_viewer::{Role, SignedInUser, Viewer};

use super::Deck;
use super::entitlement::{EntitlementError, EntitlementPort};
use super::recording::Recorded;
use super::starting::StartRequest;
use crate::MIGRATIONS;
use crate::domain::{EventKind, PlaybackEvent, Session};
use crate::store::playables::{self, PlayableMeta};
use crate::store::sessions;

pub(crate) const USER: UserId = UserId::from_bytes([1; 16]);
pub(crate) const OTHER: UserId = UserId::from_bytes([2; 16]);
pub(crate) const FLOW: &str = "flow";
/// What opens [`forbidden`].
pub(crate) const TICKET: &str = "ticket";
/// 2026-11-21, noon.
pub(crate) const NOON: i64 = 1_795_262_400_000_000;
/// How often players report themselves, in seconds.
const BEAT: i64 = 10;

/// Lets everybody play everything; [`forbidden`] only with [`TICKET`].
pub(crate) struct AlmostEverything;

#[async_trait]
impl EntitlementPort for AlmostEverything {
    async fn may_play(&self, _: &Call, playable: PlayableId, ticket: Option<&str>) -> Result<bool, EntitlementError> {
        Ok(playable != forbidden() || ticket == Some(TICKET))
    }
}

/// Something of which the length is known when [`Stage::tell_length`] was called.
pub(crate) fn lesson() -> PlayableId {
    numbered(3)
}

pub(crate) fn numbered(number: u8) -> PlayableId {
    LessonId::from_bytes([number; 16]).into()
}

pub(crate) fn forbidden() -> PlayableId {
    MovieId::from_bytes([9; 16]).to_string().parse().unwrap()
}

pub(crate) struct Stage {
    pub(crate) deck: Deck,
    pub(crate) clock: Arc<ManualClock>,
}

impl Stage {
    pub(crate) async fn on(place: &TestDatabase) -> Self {
        let database = place.migrated(&MIGRATIONS).await;
        let clock = Arc::new(ManualClock::new(NOON));
        let ids = IdGenerator::new(Arc::<ManualClock>::clone(&clock), Arc::new(SystemRandomness));
        let entitlements = Arc::new(AlmostEverything);
        Self {
            deck: Deck {
                database,
                clock: Arc::<ManualClock>::clone(&clock),
                ids,
                entitlements,
                live: LiveBus::in_process().feed("playback"),
            },
            clock,
        }
    }

    pub(crate) fn database(&self) -> &Database {
        &self.deck.database
    }

    pub(crate) fn seconds(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Its owner has told how long it is.
    pub(crate) async fn tell_length(&self, playable: PlayableId, seconds: i64) {
        let meta = PlayableMeta { duration_seconds: Some(seconds), course_id: None, is_removed: false };
        let mut transaction = self.database().begin().await.unwrap();
        playables::keep(&mut transaction, playable, meta, 1).await.unwrap();
        transaction.commit().await.unwrap();
    }

    pub(crate) async fn start(&self, user: UserId, playable: PlayableId) -> Session {
        self.deck.start(&request(playable), &call(user)).await.unwrap()
    }

    pub(crate) async fn session(&self, id: PlaybackSessionId) -> Session {
        sessions::by_ids(self.database(), &[id]).await.unwrap().remove(0)
    }

    /// Something that happens now, at a position in seconds.
    pub(crate) fn event(&self, seq: i64, kind: EventKind, seconds: i64) -> PlaybackEvent {
        PlaybackEvent { seq, kind, position_ms: seconds * 1_000, at: self.deck.clock.now(), detail: None }
    }

    /// Reports one thing that happens now.
    pub(crate) async fn report(&self, session: &Session, seq: i64, kind: EventKind, seconds: i64) -> Recorded {
        let event = self.event(seq, kind, seconds);
        self.deck.record(session.id, vec![event], &call(session.user_id)).await.unwrap()
    }

    /// Plays from one second to another as the clock goes on, with a report every ten seconds; what the last came to.
    pub(crate) async fn play(&self, session: &Session, from: i64, to: i64) -> Recorded {
        let mut seq = self.session(session.id).await.last_seq() + 1;
        let mut last = self.report(session, seq, EventKind::Play, from).await;
        let mut at = from;
        while at < to {
            let step = BEAT.min(to - at);
            self.seconds(step.unsigned_abs());
            (at, seq) = (at + step, seq + 1);
            last = self.report(session, seq, EventKind::Heartbeat, at).await;
        }
        last
    }

    /// What was told in the flow of the calls.
    pub(crate) async fn told(&self) -> Vec<String> {
        let events = outbox::flow(self.database(), FLOW).await.unwrap();
        let short = |kind: &str| kind.trim_start_matches("playback.").trim_end_matches(".v1").to_owned();
        events.into_iter().map(|event| short(&event.kind)).collect()
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        self.database().query(sql).fetch_one().await.unwrap().get("n").unwrap()
    }
}

pub(crate) fn request(playable: PlayableId) -> StartRequest {
    StartRequest { playable, ticket: None, device: Some("TV".to_owned()), idempotency_key: None }
}

pub(crate) fn call(user: UserId) -> Call {
    Call::new(Viewer::signed_in(SignedInUser::new(user)), FLOW)
}

pub(crate) fn admin() -> Call {
    let admin = SignedInUser::new(UserId::from_bytes([8; 16])).with_role(Role::Admin);
    Call::new(Viewer::signed_in(admin), FLOW)
}

pub(crate) fn anonymous() -> Call {
    Call::new(Viewer::anonymous(), FLOW)
}
