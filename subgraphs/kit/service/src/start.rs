//! From a description to a running service.

use std::sync::Arc;

use kit_database::{Database, DatabaseError, DatabaseSettings};
use kit_ids::IdGenerator;
use kit_viewer::RequestVerifier;
use thiserror::Error;

use crate::background::Quiet;
use crate::http::Shared;
use crate::measures;
use crate::worker::Housekeeping;
use crate::{BuildError, EventOperations, Offer, RunningSubgraph, ServiceContext, ServiceSettings, Subgraph};

/// A subgraph did not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// Its database cannot be opened or migrated.
    #[error("`{subgraph}` does not start: {source}")]
    Database {
        /// Which one.
        subgraph: &'static str,
        /// Why.
        source: DatabaseError,
    },
    /// The settings are of another subgraph (P2).
    #[error("`{subgraph}` was given the database settings of `{settings}`; give each subgraph its own")]
    OtherSettings {
        /// Which one.
        subgraph: &'static str,
        /// Whose settings they are.
        settings: String,
    },
    /// It could not be built.
    #[error("`{subgraph}` does not start: {source}")]
    Build {
        /// Which one.
        subgraph: &'static str,
        /// Why.
        source: BuildError,
    },
}

/// Starts a subgraph. It answers as soon as this returns.
///
/// # Errors
/// [`StartError`]; nothing runs then.
pub async fn start(subgraph: &Subgraph, settings: ServiceSettings) -> Result<RunningSubgraph, StartError> {
    let running = start_quietly(subgraph, settings).await?;
    running.begin().await;
    Ok(running)
}

/// Starts a subgraph that answers, but publishes nothing, hears nothing and works on nothing until
/// [`RunningSubgraph::begin`]: what is seeded must be there before the first event of a sister is heard.
///
/// # Errors
/// [`StartError`]; nothing runs then.
pub async fn start_quietly(subgraph: &Subgraph, settings: ServiceSettings) -> Result<RunningSubgraph, StartError> {
    ::telemetry::metrics::install();
    measures::describe();
    let name = subgraph.name;
    let (keys, clock, event_log) = (settings.keys.clone(), Arc::clone(&settings.clock), settings.event_log.clone());
    let (context, offer) = build(subgraph, settings).await?;
    let database = context.database.clone();
    let mut workers = offer.workers;
    workers.push(Arc::new(Housekeeping(database.clone())));
    workers.push(measures::Looking::new(context.clone()));
    let operations = EventOperations::new(&context, &event_log, &offer.consumers);
    let verifier = RequestVerifier::new(name, keys, clock);
    let shared = Shared::new(context, verifier, offer.graph, operations);
    tracing::info!(subgraph = name, engine = ?database.engine(), "started");
    let quiet = Quiet { event_log, consumers: offer.consumers };
    Ok(RunningSubgraph::new(*subgraph, shared, (offer.rest, offer.streams), quiet, workers, offer.seeder))
}

/// Opens a subgraph for what operators do about its events. Nothing runs: whoever answers, publishes and hears in another
/// process goes on doing so.
///
/// # Errors
/// [`StartError`], as when it is started.
pub async fn open_for_operations(
    subgraph: &Subgraph,
    settings: ServiceSettings,
) -> Result<EventOperations, StartError> {
    let event_log = settings.event_log.clone();
    let (context, offer) = build(subgraph, settings).await?;
    Ok(EventOperations::new(&context, &event_log, &offer.consumers))
}

/// Opens and migrates the database and has the subgraph build its offer.
async fn build(subgraph: &Subgraph, settings: ServiceSettings) -> Result<(ServiceContext, Offer), StartError> {
    let name = subgraph.name;
    let database = open_and_migrate(subgraph, settings.database).await?;
    let context = ServiceContext {
        name,
        database: database.clone(),
        clock: Arc::clone(&settings.clock),
        ids: IdGenerator::new(settings.clock, Arc::clone(&settings.randomness)),
        randomness: settings.randomness,
        live: settings.live,
        neighbours: settings.neighbours,
        keys: settings.keys,
        options: settings.options,
    };
    match (subgraph.build)(context.clone()).await {
        Ok(offer) => Ok((context, offer)),
        Err(source) => {
            database.close().await;
            Err(StartError::Build { subgraph: name, source })
        }
    }
}

/// Brings the schema of a subgraph forward without starting it, and returns the names of the files applied now.
///
/// # Errors
/// [`StartError`] when the database cannot be opened or migrated.
pub async fn migrate(subgraph: &Subgraph, settings: DatabaseSettings) -> Result<Vec<String>, StartError> {
    let failed = |source| StartError::Database { subgraph: subgraph.name, source };
    let database = open(subgraph, settings).await?;
    let applied = database.migrate(&subgraph.migrations).await;
    database.close().await;
    applied.map_err(failed)
}

async fn open_and_migrate(subgraph: &Subgraph, settings: DatabaseSettings) -> Result<Database, StartError> {
    let database = open(subgraph, settings).await?;
    match database.migrate(&subgraph.migrations).await {
        Ok(applied) => {
            tracing::debug!(subgraph = subgraph.name, ?applied, "migrated");
            Ok(database)
        }
        Err(source) => {
            database.close().await;
            Err(StartError::Database { subgraph: subgraph.name, source })
        }
    }
}

async fn open(subgraph: &Subgraph, settings: DatabaseSettings) -> Result<Database, StartError> {
    if settings.subgraph != subgraph.name {
        return Err(StartError::OtherSettings { subgraph: subgraph.name, settings: settings.subgraph });
    }
    Database::open(settings).await.map_err(|source| StartError::Database { subgraph: subgraph.name, source })
}
