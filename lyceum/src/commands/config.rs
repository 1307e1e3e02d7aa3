//! `lyceum config`: checks the configuration, or describes what it may hold.

use std::error::Error;

use schemars::schema_for;

use crate::arguments::{ConfigCommand, Options};
use crate::configuration::{self, Configuration};
use crate::graph;

/// Checks the file and that its subgraphs compose, or prints the JSON Schema.
pub(crate) async fn run(options: &Options, command: &ConfigCommand) -> Result<(), Box<dyn Error>> {
    match command {
        ConfigCommand::Check => {
            let configuration = configuration::load(options.config.as_deref())?;
            graph::compose(&configuration, super::colours()).await?;
            println!("the configuration is sound: {} subgraphs, and they compose", configuration.subgraphs.len());
        }
        ConfigCommand::Schema => println!("{}", serde_json::to_string_pretty(&schema_for!(Configuration))?),
    }
    Ok(())
}
