//! `lyceum migrate` and `lyceum seed`.

use std::error::Error;

use kit_service::Subgraph;

use crate::arguments::{DatabaseArguments, Options};
use crate::configuration::{self, Configuration};
use crate::data_directory::DataDirectory;
use crate::services::{self, Services};
use crate::{demonstration, front, platform};

/// Brings each database forward, and says which files were applied.
pub(crate) async fn migrate(options: &Options, arguments: &DatabaseArguments) -> Result<(), Box<dyn Error>> {
    let configuration = configuration::load(options.config.as_deref())?;
    let directory = DataDirectory::open(&options.data_dir)?;
    for subgraph in chosen(&arguments.subgraphs, &configuration)? {
        let settings = services::database(subgraph.name, &configuration, &directory)?;
        let applied = kit_service::migrate(subgraph, settings).await?;
        println!(
            "{}: {}",
            subgraph.name,
            if applied.is_empty() { "up to date".to_owned() } else { applied.join(", ") }
        );
    }
    Ok(())
}

/// Fills each empty database with its share of the demonstration data.
pub(crate) async fn seed(options: &Options, arguments: &DatabaseArguments) -> Result<(), Box<dyn Error>> {
    let mut configuration = configuration::load(options.config.as_deref())?;
    let origin = front::origin(&configuration, options.listen);
    configuration.media.public_url.get_or_insert(origin);
    let services = Services::open(DataDirectory::open(&options.data_dir)?, &configuration).await?;
    let mut running = Vec::new();
    for subgraph in chosen(&arguments.subgraphs, &configuration)? {
        running.push(services.start(subgraph, &configuration).await?);
    }
    let seeded = demonstration::seed(&running, options).await;
    for subgraph in &running {
        subgraph.stop().await;
    }
    Ok(seeded?)
}

/// The subgraphs that were named, or all that are configured and built in.
pub(super) fn chosen(
    names: &[String],
    configuration: &Configuration,
) -> Result<Vec<&'static Subgraph>, Box<dyn Error>> {
    if names.is_empty() {
        return Ok(configuration.subgraphs.keys().filter_map(|name| platform::subgraph(name)).collect());
    }
    names.iter().map(|name| Ok(platform::named(name)?)).collect()
}
