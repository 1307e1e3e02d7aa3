//! The subgraph `{{name}}`: a motto for each person, until it has a purpose of its own.
//!
//! How the parts meet: `graph` turns fields into calls of `service`, which owns transactions and checks who may; `store`
//! holds the SQL, `domain` the rules, and `events` what sisters are told. [`SUBGRAPH`] is all that an assembly needs.
//!
//! Invariants:
//! - A person has at most one motto, and changes no other's.
//! - Each change appends its event in its own transaction.

mod domain;
mod events;
mod graph;
mod service;
mod store;

use kit_service::{BuildError, Offer, ServiceContext, Subgraph};

/// The subgraph, described in one value.
pub const SUBGRAPH: Subgraph = Subgraph {
    name: "{{name}}",
    migrations: kit_database::migrations!("{{name}}", ["0001_mottoes"]),
    sdl: graph::sdl,
    build: |context| Box::pin(build(context)),
};

async fn build(context: ServiceContext) -> Result<Offer, BuildError> {
    let database = context.database.clone();
    let mottoes = service::Mottoes { database: context.database, clock: context.clock };
    let schema = graph::builder().data(mottoes).finish();
    Ok(Offer::new(schema, move || service::loaders(&database)))
}
