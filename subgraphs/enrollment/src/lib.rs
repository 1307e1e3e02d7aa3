//! enrollment: who may learn what, and how it was paid for (domain.md 2.3, 3.3).
//!
//! `domain` holds the rules of prices, memberships and progress; `store` is the only place that knows the tables;
//! `service` enrols people, sells and renews memberships, charges through a payment port and publishes `events` in the
//! same transaction; `graph` is its face; `seed` writes the demonstration data.
//!
//! Invariants: one enrolment per person and course, never deleted, though it can be taken back; an order is paid exactly
//! when what it bought is there; at most one live membership per person, whose period only grows; what is charged is the
//! price that learning published last.

mod domain;
mod events;
mod graph;
mod seed;
mod service;
mod store;

use std::sync::Arc;

use kit_database::Migrations;
use kit_service::{BuildError, Offer, ServiceContext, Subgraph};

use crate::service::Till;
use crate::service::abandoned::Abandoned;
use crate::service::enrolling::Enrolling;
use crate::service::loaders::loaders;
use crate::service::payment::DemonstrationPayments;
use crate::service::refunding::Refunding;
use crate::service::renewing::Renewing;
use crate::service::subscribing::Subscribing;

/// The tables of enrollment.
const MIGRATIONS: Migrations = kit_database::migrations!("enrollment", ["0001_enrollments", "0002_abandoned_orders"]);

/// The subgraph in one value.
pub const SUBGRAPH: Subgraph =
    Subgraph { name: "enrollment", migrations: MIGRATIONS, sdl: graph::sdl, build: |context| Box::pin(build(context)) };

async fn build(context: ServiceContext) -> Result<Offer, BuildError> {
    let till = Till {
        database: context.database.clone(),
        clock: Arc::clone(&context.clock),
        ids: context.ids.clone(),
        payments: Arc::new(DemonstrationPayments),
    };
    let schema = graph::builder()
        .data(context.cursor_key())
        .data(Arc::clone(&context.clock))
        .data(Enrolling { till: till.clone() })
        .data(Subscribing { till: till.clone() })
        .data(Refunding { till: till.clone() })
        .data(till.clone())
        .finish();
    let database = context.database;
    Ok(Offer::new(schema, move || loaders(&database))
        .with_consumer(events::CoursePrices)
        .with_consumer(events::CourseLessons)
        .with_consumer(events::Completions)
        .with_consumer(events::Departures)
        .with_worker(Abandoned { till: till.clone() })
        .with_worker(Renewing { till })
        .with_seeder(seed::EnrollmentSeeder))
}
