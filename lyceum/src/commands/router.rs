//! `lyceum router`: the router alone.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use crate::arguments::{Options, RouterArguments};
use crate::changes::Changes;
use crate::data_directory::DataDirectory;
use crate::failures::Reports;
use crate::front::{self, Listeners, Surroundings};
use crate::revocations::Revocations;
use crate::shared::Shared;
use crate::traces::Traces;
use crate::{configuration, graph, platform, registered_operations, services, stop};

/// Serves until it is asked to stop.
pub(crate) async fn run(options: &Options, arguments: &RouterArguments) -> Result<(), Box<dyn Error>> {
    let configuration = configuration::load(options.config.as_deref())?;
    let supergraph = graph::supergraph(&configuration, arguments.supergraph.as_deref(), super::colours()).await?;
    let reports = Reports::begin(&configuration)?;
    let traces = Traces::open(&configuration)?;
    let directory = DataDirectory::open(&options.data_dir)?;
    let listeners = Listeners::open(options).await?;
    let names: Vec<String> = supergraph.subgraphs().iter().map(|subgraph| subgraph.name.clone()).collect();
    let authentication = configuration.router.authentication.as_ref();
    // Who has no part of the platform behind the router has no event log either.
    let (mut log, mut revocations) = (None, None);
    if let Some(issuer) = authentication.and_then(platform::own_issuer) {
        let opened = log.insert(services::event_log(&configuration, &directory).await?);
        revocations = Some(Revocations::follow(issuer, Arc::clone(opened)).await);
    }
    let registry = registered_operations::open(&configuration, &options.data_dir).await?;
    let in_process = BTreeMap::new();
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
    let _following = log.map(|log| Changes::follow(log, server.cache_invalidation()));
    println!("the router serves {}", names.join(", "));
    println!("  GraphQL      {}/graphql", front::origin(&configuration, listeners.public_address()?));
    println!("  operations   http://{}/health/ready", listeners.operations_address()?);
    listeners.serve(&server, stop::requested()).await;
    traces.stop().await;
    reports.stop().await;
    Ok(())
}
