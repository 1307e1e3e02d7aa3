//! playback: who watches what, how far and how much (domain.md 2.5, 3.5).
//!
//! `domain` holds the rules: what events prove to have been watched, views, completion, and what is made of both;
//! `store` is the only place that knows the tables; `service` begins, follows and ends sessions, asks through a port who
//! may play what, and publishes `events` in the same transaction; `graph` is its face. It adds to `Playable` as a whole
//! and never to any kind of it, so that whatever can be played can be followed.
//!
//! Invariants: an event takes effect once, in whatever batch and order it comes; seconds count as watched once, however
//! often and fast they are played; what was completed stays completed; a view counts once a person and 24 hours; of a
//! person at most three sessions last, and one of which nothing is heard for 30 minutes ends where it was.

mod domain;
mod events;
mod graph;
mod seed;
mod service;
mod store;

use std::sync::Arc;

use kit_database::Migrations;
use kit_service::{BuildError, Offer, ServiceContext, Subgraph};

use crate::seed::PlaybackSeeder;
use crate::service::Deck;
use crate::service::entitlement::{EntitlementPort, entitlements};
use crate::service::forgetting::Forgetting;
use crate::service::idling::Idling;
use crate::service::loaders::loaders;

/// The tables of playback.
const MIGRATIONS: Migrations = kit_database::migrations!("playback", ["0001_watching"]);

/// The subgraph in one value.
pub const SUBGRAPH: Subgraph =
    Subgraph { name: "playback", migrations: MIGRATIONS, sdl: graph::sdl, build: |context| Box::pin(build(context)) };

async fn build(context: ServiceContext) -> Result<Offer, BuildError> {
    let entitlements = entitlements(&context);
    Ok(offer(context, entitlements))
}

/// What playback offers, with whoever knows who may play what.
fn offer(context: ServiceContext, entitlements: Arc<dyn EntitlementPort>) -> Offer {
    let deck = Deck {
        database: context.database.clone(),
        clock: Arc::clone(&context.clock),
        ids: context.ids.clone(),
        entitlements,
        live: context.live(),
    };
    let schema = graph::builder().data(context.cursor_key()).data(deck.clone()).finish();
    let database = context.database.clone();
    Offer::new(schema, move || loaders(&database))
        .with_consumer(events::LessonLengths)
        .with_consumer(events::FileLengths)
        .with_consumer(events::Departures)
        .with_worker(Idling { deck })
        .with_worker(Forgetting(context.database))
        .with_seeder(PlaybackSeeder)
}
