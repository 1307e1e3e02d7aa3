//! `lyceum up`: everything in one process on embedded stores.

use std::collections::BTreeMap;
use std::error::Error;
use std::net::SocketAddr;

use kit_service::RunningSubgraph;

use crate::arguments::{Options, SeedProfile};
use crate::changes::Changes;
use crate::configuration::{Configuration, TransportKind};
use crate::data_directory::DataDirectory;
use crate::failures::Reports;
use crate::front::{self, Listeners, Surroundings};
use crate::revocations::Revocations;
use crate::services::Services;
use crate::shared::Shared;
use crate::traces::Traces;
use crate::{configuration, demonstration, graph, platform, registered_operations, stop};

/// Migrates, seeds and serves until it is asked to stop.
pub(crate) async fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let mut configuration = configuration::load(options.config.as_deref())?;
    let supergraph = graph::supergraph(&configuration, None, super::colours()).await?;
    let directory = DataDirectory::open(&options.data_dir)?;
    let listeners = Listeners::open(options).await?;
    let (public, operations) = (listeners.public_address()?, listeners.operations_address()?);
    if options.seed_profile != SeedProfile::None {
        demonstration::offer_password(&mut configuration.router, public)?;
        demonstration::offer_faults(&mut configuration.router, public);
    }
    let origin = front::origin(&configuration, public);
    configuration.media.public_url.get_or_insert(origin);
    let reports = Reports::begin(&configuration)?;
    let traces = Traces::open(&configuration)?;
    let services = Services::open(directory.clone(), &configuration).await?;
    let running = start_here(&services, &configuration).await?;
    demonstration::seed(&running, options).await?;
    for subgraph in &running {
        subgraph.begin().await;
    }
    let in_process: BTreeMap<String, axum::Router> =
        running.iter().map(|subgraph| (subgraph.name().to_owned(), subgraph.router())).collect();
    let authentication = configuration.router.authentication.as_ref();
    let revocations = match authentication.and_then(platform::own_issuer) {
        Some(issuer) => Some(Revocations::follow(issuer, services.event_log()).await),
        None => None,
    };
    demonstration::offer_operations(&configuration, options).await?;
    let registry = registered_operations::open(&configuration, &options.data_dir).await?;
    let shared = Shared::open(&configuration).await?;
    let surroundings = Surroundings {
        directory: &directory,
        revocations: revocations.as_ref(),
        registry,
        shared: &shared,
        traces: &traces,
    };
    let server = front::router(supergraph, &configuration, in_process, surroundings).await?;
    traces.begin();
    let _following = Changes::follow(services.event_log(), server.cache_invalidation());
    greet(&configuration, options, public, operations);
    listeners.serve(&server, stop::requested()).await;
    for subgraph in &running {
        subgraph.stop().await;
    }
    traces.stop().await;
    reports.stop().await;
    Ok(())
}

/// Starts the subgraphs that the configuration wants in this process.
async fn start_here(
    services: &Services,
    configuration: &Configuration,
) -> Result<Vec<RunningSubgraph>, Box<dyn Error>> {
    let mut running = Vec::new();
    for (name, subgraph) in &configuration.subgraphs {
        if subgraph.transport == TransportKind::InProcess {
            running.push(services.start(platform::named(name)?, configuration).await?);
        }
    }
    Ok(running)
}

/// Says where everything is, who can sign in, and what to try.
fn greet(configuration: &Configuration, options: &Options, public: SocketAddr, operations: SocketAddr) {
    println!("\nLyceum is ready.\n");
    let origin = front::origin(configuration, public);
    println!("  GraphQL and playground   {origin}/graphql");
    println!("  sign-in (REST)           {origin}/auth/v1/login");
    if configuration.router.studio.enabled {
        println!("  studio                   http://{operations}/studio");
    }
    println!("  operations               http://{operations}/health/ready");
    let Some(playground) = &configuration.router.playground else { return };
    if let Some(sign_in) = playground.sign_in.as_ref().filter(|_| options.seed_profile != SeedProfile::None) {
        println!("\nDemonstration accounts, the password of all: {}\n", demonstration::password_hint());
        for persona in &sign_in.personas {
            println!("  {:<32} {}", persona.email, persona.description);
        }
    }
    println!("\nTo try, in the playground or with curl:");
    for example in &playground.examples {
        println!("\n# {}: {}\n{}", example.title, example.description, example.query.trim_end());
    }
    println!();
}
