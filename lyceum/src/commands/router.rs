//! `lyceum router`: the router alone.

use std::collections::BTreeMap;
use std::error::Error;

use crate::arguments::{Options, RouterArguments};
use crate::data_directory::DataDirectory;
use crate::front::{self, Listeners};
use crate::revocations::Revocations;
use crate::shared::Shared;
use crate::{configuration, graph, registered_operations, services, stop};

/// Serves until it is asked to stop.
pub(crate) async fn run(options: &Options, arguments: &RouterArguments) -> Result<(), Box<dyn Error>> {
    let configuration = configuration::load(options.config.as_deref())?;
    let supergraph = graph::supergraph(&configuration, arguments.supergraph.as_deref(), super::colours()).await?;
    let directory = DataDirectory::open(&options.data_dir)?;
    let listeners = Listeners::open(options).await?;
    let names: Vec<String> = supergraph.subgraphs().iter().map(|subgraph| subgraph.name.clone()).collect();
    let authentication = configuration.router.authentication.as_ref();
    let open_log = async || services::event_log(&configuration, &directory).await;
    let revocations = Revocations::follow(authentication, open_log).await?;
    let registry = registered_operations::open(&configuration, &options.data_dir).await?;
    let in_process = BTreeMap::new();
    let shared = Shared::open(&configuration).await?;
    let server =
        front::router(supergraph, &configuration, &directory, in_process, revocations.as_ref(), registry, &shared)?;
    println!("the router serves {}", names.join(", "));
    println!("  GraphQL      {}/graphql", front::origin(&configuration, listeners.public_address()?));
    println!("  operations   http://{}/health/ready", listeners.operations_address()?);
    listeners.serve(&server, stop::requested()).await;
    Ok(())
}
