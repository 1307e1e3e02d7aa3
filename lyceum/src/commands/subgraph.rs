//! `lyceum subgraph NAME`: one subgraph as its own service.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::arguments::{Options, SubgraphArguments};
use crate::configuration::Configuration;
use crate::data_directory::DataDirectory;
use crate::failures::Reports;
use crate::services::Services;
use crate::traces::Traces;
use crate::{configuration, demonstration, front, platform, stop};

/// Migrates, seeds and serves until it is asked to stop.
pub(crate) async fn run(options: &Options, arguments: &SubgraphArguments) -> Result<(), Box<dyn Error>> {
    let subgraph = platform::named(&arguments.name)?;
    let mut configuration = configuration::load(options.config.as_deref())?;
    let origin = front::origin(&configuration, options.listen);
    configuration.media.public_url.get_or_insert(origin);
    let address = match arguments.subgraph_listen {
        Some(address) => address,
        None => configured_address(&arguments.name, &configuration)?,
    };
    let listener = front::listen(address, "--subgraph-listen").await?;
    let reports = Reports::begin(&configuration)?;
    let traces = Traces::open(&configuration)?;
    traces.begin();
    let services = Services::open(DataDirectory::open(&options.data_dir)?, &configuration).await?;
    let running = Arc::new(services.start(subgraph, &configuration).await?);
    demonstration::seed(std::slice::from_ref(&*running), options).await?;
    running.begin().await;
    println!("{} serves http://{}/graphql", subgraph.name, listener.local_addr()?);
    let serving = tokio::spawn({
        let running = Arc::clone(&running);
        async move { running.serve(listener).await }
    });
    stop::requested().await;
    running.stop().await;
    let served = serving.await?;
    traces.stop().await;
    reports.stop().await;
    Ok(served?)
}

/// The address in the subgraph's configured URL.
fn configured_address(name: &str, configuration: &Configuration) -> Result<SocketAddr, Box<dyn Error>> {
    let refused = |reason: &str| {
        format!("subgraphs.{name}.url: {reason}\n  remedy: correct it, or give an address with --subgraph-listen")
    };
    let subgraph = configuration.subgraphs.get(name).ok_or_else(|| refused("the configuration lacks this subgraph"))?;
    let uri: http::Uri = subgraph.url.parse()?;
    let authority = uri.authority().ok_or_else(|| refused("it has no host"))?;
    Ok(authority.as_str().parse().map_err(|_| refused("it has no IP address and port to listen on"))?)
}
