//! Where writing begins.

use async_graphql::{Context, Object};
use kit_graph::{GraphResult, RequireUser, authenticated};
use kit_service::CallContext;

use super::input::{EndPlaybackInput, RecordPlaybackEventsInput, StartPlaybackInput};
use super::payload::{EndPlaybackPayload, RecordPlaybackEventsPayload, StartPlaybackPayload};
use crate::domain::{PlaybackEvent, position_ms};
use crate::service::Deck;

pub(crate) struct Mutation;

/// What can be changed; mutations of one request run one after the other.
#[Object]
impl Mutation {
    /// Begins a session; a fourth one ends the oldest.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn start_playback(
        &self,
        ctx: &Context<'_>,
        input: StartPlaybackInput,
    ) -> GraphResult<Option<StartPlaybackPayload>> {
        let echo = input.client_mutation_id.clone();
        StartPlaybackPayload::of(deck(ctx).start(&input.into(), ctx.call()).await, echo)
    }

    /// Reports what happened in a session, at most 100 events; repeated ones are ignored.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn record_playback_events(
        &self,
        ctx: &Context<'_>,
        input: RecordPlaybackEventsInput,
    ) -> GraphResult<Option<RecordPlaybackEventsPayload>> {
        let events = input.events.into_iter().map(PlaybackEvent::from).collect();
        let recorded = deck(ctx).record(input.session_id, events, ctx.call()).await;
        RecordPlaybackEventsPayload::of(recorded, input.client_mutation_id)
    }

    /// Ends a session.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn end_playback(
        &self,
        ctx: &Context<'_>,
        input: EndPlaybackInput,
    ) -> GraphResult<Option<EndPlaybackPayload>> {
        let position = input.position_seconds.map(position_ms);
        EndPlaybackPayload::of(deck(ctx).end(input.session_id, position, ctx.call()).await, input.client_mutation_id)
    }
}

fn deck<'ctx>(ctx: &'ctx Context<'_>) -> &'ctx Deck {
    ctx.data_unchecked()
}
