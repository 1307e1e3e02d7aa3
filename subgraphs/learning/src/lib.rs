//! The subgraph `learning`: categories, courses and their lessons (domain 2.2 and 3.2).
//!
//! How the parts meet: `graph` turns fields into calls of [`service`], which owns transactions and checks who may;
//! `store` holds the SQL, [`domain`] the rules, [`events`] what sisters are told, and `seed` the demonstration data.
//! [`SUBGRAPH`] is all that an assembly needs.
//!
//! Invariants:
//! - A published course has a lesson, an instructor and a category; its slug and currency no longer change.
//! - Places of lessons are dense, from 1; count and length of a course equal its lessons, in the same transaction.
//! - Only a course's instructors and administrators change it, and see it while it is a draft.
//! - Categories make a tree of three levels at most.
//! - Each change of a course, lesson or category appends its event in its own transaction.
//!
//! What it does not do: know users, who is enrolled, or the videos of lessons.

pub mod domain;
pub mod events;
mod graph;
mod seed;
pub mod service;
mod settings;
mod store;

use kit_service::{BuildError, Offer, ServiceContext, Subgraph};

/// The subgraph, described in one value.
pub const SUBGRAPH: Subgraph = Subgraph {
    name: "learning",
    migrations: kit_database::migrations!("learning", ["0001_catalogue"]),
    sdl: graph::sdl,
    build: |context| Box::pin(build(context)),
};

async fn build(context: ServiceContext) -> Result<Offer, BuildError> {
    let options: settings::LearningOptions = context.options()?;
    let database = context.database.clone();
    let cursors = context.cursor_key();
    let catalogue = service::Catalogue::new(context.database, context.clock, context.ids);
    let schema = graph::builder().data(cursors).data(catalogue).finish();
    Ok(Offer::new(schema, move || service::loaders(&database))
        .with_consumer(events::Recordings)
        .with_consumer(events::Departures)
        .with_seeder(seed::LearningSeeder { media_origin: options.media_url }))
}
