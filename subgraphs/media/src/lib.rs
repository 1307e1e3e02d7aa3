//! media: files, how they come and go, and who may play what they belong to (domain.md 2.4, 3.4, 4.3).
//!
//! `domain` holds the rules; `store` is the only place that knows the tables, `storage` the only one that knows where
//! bytes lie; `service` announces, receives, verifies, plays and deletes files, decides by what `events` has heard, and
//! gives out addresses that carry their own proof; `graph` and `rest` are its faces.
//!
//! Invariants: a file is ready only when its size, its SHA-256 and its first bytes are what was announced; where it lies is
//! made of ids; an object is written once and never changed; access is refused while it is not known; no file is held in
//! memory.

mod domain;
mod events;
mod graph;
mod rest;
mod scanner;
mod seed;
mod service;
mod settings;
mod storage;
mod store;

use std::sync::Arc;

use kit_database::Migrations;
use kit_service::{BuildError, Offer, ServiceContext, Subgraph};

use crate::seed::MediaSeeder;
use crate::service::loaders::loaders;
use crate::service::scanning::Scanning;
use crate::service::tending::Tending;
use crate::service::tickets::Tickets;
use crate::service::{Archive, Paces};
use crate::settings::Settings;

/// The tables of media.
const MIGRATIONS: Migrations = kit_database::migrations!("media", ["0001_files", "0002_departures", "0003_scans"]);

/// The subgraph in one value.
pub const SUBGRAPH: Subgraph =
    Subgraph { name: "media", migrations: MIGRATIONS, sdl: graph::sdl, build: |context| Box::pin(build(context)) };

async fn build(context: ServiceContext) -> Result<Offer, BuildError> {
    let settings: Settings = context.options()?;
    let archive = Archive {
        database: context.database.clone(),
        clock: Arc::clone(&context.clock),
        ids: context.ids.clone(),
        storage: settings.storage().await?,
        tickets: Arc::new(Tickets::new(context.keys(), &settings.public_url)),
        paces: Arc::new(Paces::new(settings.limits)),
        scanner: settings.scanner()?,
        enrollment: context.neighbour("enrollment"),
    };
    let schema = graph::builder().data(context.cursor_key()).data(archive.clone()).finish();
    let (for_requests, seeder) = (archive.clone(), MediaSeeder::of(&archive));
    Ok(Offer::new(schema, move || loaders(&for_requests))
        .with_streams(rest::routes(archive.clone()))
        .with_rest(rest::description())
        .with_consumer(events::Lessons)
        .with_consumer(events::Courses)
        .with_consumer(events::Places)
        .with_consumer(events::Memberships)
        .with_consumer(events::Departures)
        .with_worker(Scanning(archive.clone()))
        .with_worker(Tending(archive))
        .with_seeder(seeder))
}
