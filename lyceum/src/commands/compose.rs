//! `lyceum compose`: the subgraphs' schemas in, the supergraph out.

use std::error::Error;

use router_schema::Supergraph;

use crate::arguments::{ComposeArguments, Options, OutputFormat};
use crate::configuration;
use crate::graph::{self, GraphError};

/// Prints the supergraph, or the public schema, on the standard output.
pub(crate) fn run(options: &Options, arguments: &ComposeArguments) -> Result<(), Box<dyn Error>> {
    let configuration = configuration::load(options.config.as_deref())?;
    let sdl = match graph::compose(&configuration, super::colours()) {
        Ok(sdl) => sdl,
        Err(GraphError::Composition { errors, .. }) if arguments.format == OutputFormat::Json => {
            println!("{}", serde_json::to_string_pretty(&errors)?);
            return Err(format!("the subgraphs do not compose: {} found", errors.len()).into());
        }
        Err(error) => return Err(error.into()),
    };
    if arguments.public {
        print!("{}", Supergraph::parse(&sdl)?.api_schema());
    } else {
        print!("{sdl}");
    }
    Ok(())
}
