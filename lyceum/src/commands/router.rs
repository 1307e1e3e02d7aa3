//! `lyceum router`: the router alone.

use std::collections::BTreeMap;
use std::error::Error;

use crate::arguments::{Options, RouterArguments};
use crate::data_directory::DataDirectory;
use crate::front::{self, Listeners};
use crate::{configuration, graph, stop};

/// Serves until it is asked to stop.
pub(crate) async fn run(options: &Options, arguments: &RouterArguments) -> Result<(), Box<dyn Error>> {
    let configuration = configuration::load(options.config.as_deref())?;
    let supergraph = graph::supergraph(&configuration, arguments.supergraph.as_deref(), super::colours()).await?;
    let directory = DataDirectory::open(&options.data_dir)?;
    let listeners = Listeners::open(options).await?;
    let names: Vec<String> = supergraph.subgraphs().iter().map(|subgraph| subgraph.name.clone()).collect();
    let server = front::router(supergraph, configuration.router, &directory, BTreeMap::new())?;
    println!("the router serves {}", names.join(", "));
    println!("  GraphQL      http://{}/graphql", listeners.public_address()?);
    println!("  operations   http://{}/health/ready", listeners.operations_address()?);
    listeners.serve(&server, stop::requested()).await;
    Ok(())
}
