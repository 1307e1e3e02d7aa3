//! enrollment: who may learn what, and how it was paid for (domain.md 2.3, 3.3).
//!
//! `domain` holds the rules of prices, memberships and progress; `store` is the only place that knows the tables;
//! `service` enrols people, charges through a payment port and publishes `events` in the same transaction; `seed` writes
//! the demonstration data.
//!
//! Invariants: one enrolment per person and course, never deleted; an order is paid exactly when it bought something;
//! what is charged is the price that learning published last.

mod domain;
mod events;
mod graph;
mod seed;
mod service;
mod store;

use std::sync::Arc;

use kit_database::Migrations;
use kit_service::{BuildError, Offer, ServiceContext, Subgraph};

use crate::service::enrolling::Enrolling;
use crate::service::loaders::loaders;
use crate::service::payment::DemonstrationPayments;

/// The tables of enrollment.
const MIGRATIONS: Migrations = kit_database::migrations!("enrollment", ["0001_enrollments"]);

/// The subgraph in one value.
pub const SUBGRAPH: Subgraph = Subgraph {
    name: "enrollment",
    migrations: MIGRATIONS,
    sdl: graph::sdl,
    build: |context| Box::pin(build(context)),
    seeder: Some(&seed::EnrollmentSeeder),
};

async fn build(context: ServiceContext) -> Result<Offer, BuildError> {
    let enrolling = Enrolling {
        database: context.database.clone(),
        clock: Arc::clone(&context.clock),
        ids: context.ids.clone(),
        payments: Arc::new(DemonstrationPayments),
    };
    let cursors = context.cursor_key();
    let schema = graph::builder().data(Arc::clone(&context.clock)).data(cursors).data(enrolling).finish();
    let database = context.database;
    Ok(Offer::new(schema, move || loaders(&database))
        .with_consumer(events::CoursePrices)
        .with_consumer(events::CourseLessons))
}
