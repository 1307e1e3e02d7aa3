//! What mutations need.

use async_graphql::{ID, InputObject};
use kit_graph::DateTime;
use kit_ids::{PlayableId, PlaybackSessionId};

use super::values::PlaybackEventKind;
use crate::domain::{PlaybackEvent, position_ms};
use crate::service::starting::StartRequest;

/// What `startPlayback` needs.
#[derive(InputObject)]
pub(crate) struct StartPlaybackInput {
    /// What is played.
    playable_id: PlayableId,
    /// `StreamTicket.id`; without it the entitlement is looked up.
    ticket_id: Option<ID>,
    /// What it is played on, for people.
    device: Option<String>,
    /// Repeating a request with the same key within 24 hours returns the first answer instead of acting again.
    idempotency_key: Option<ID>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl From<StartPlaybackInput> for StartRequest {
    fn from(input: StartPlaybackInput) -> Self {
        Self {
            playable: input.playable_id,
            ticket: input.ticket_id.map(|ticket| ticket.0),
            device: input.device,
            idempotency_key: input.idempotency_key.map(|key| key.0),
        }
    }
}

/// Something that happened in a session.
#[derive(InputObject)]
pub(crate) struct PlaybackEventInput {
    /// Its number within the session, growing.
    seq: i32,
    /// What happened.
    kind: PlaybackEventKind,
    /// Where.
    position_seconds: f64,
    /// When, by the client's clock.
    at: DateTime,
    /// More, such as the new rate.
    detail: Option<String>,
}

impl From<PlaybackEventInput> for PlaybackEvent {
    fn from(input: PlaybackEventInput) -> Self {
        Self {
            seq: input.seq.into(),
            kind: input.kind.into(),
            position_ms: position_ms(input.position_seconds),
            at: input.at.micros(),
            detail: input.detail,
        }
    }
}

/// What `recordPlaybackEvents` needs.
#[derive(InputObject)]
pub(crate) struct RecordPlaybackEventsInput {
    /// The session.
    pub(super) session_id: PlaybackSessionId,
    /// The events, in order.
    pub(super) events: Vec<PlaybackEventInput>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `endPlayback` needs.
#[derive(InputObject)]
pub(crate) struct EndPlaybackInput {
    /// The session.
    pub(super) session_id: PlaybackSessionId,
    /// Where it was left.
    pub(super) position_seconds: Option<f64>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}
