//! The `lyceum` command: wires the router and the platform's subgraphs, and holds no logic of its own.
//!
//! - [`arguments`] is the command line, [`configuration`] the file that it names;
//! - [`platform`] lists the subgraphs that are built in, [`graph`] gathers the schemas of those configured;
//! - `commands` has one module for each command.
//!
//! **Invariant.** Nothing here decides what a router or a subgraph does; it decides only which run, where, and with
//! what settings.

pub mod arguments;
mod commands;
pub mod configuration;
pub mod graph;
pub mod platform;

use std::error::Error;

use arguments::{Arguments, Command};

/// Does what the command line asks.
///
/// # Errors
/// When it cannot be done; the error's text says what happened, where, and what to do.
pub fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let Arguments { command, options } = arguments;
    match command {
        Command::Compose(compose) => commands::compose::run(&options, &compose),
        Command::Plan(plan) => commands::plan::run(&options, &plan),
        Command::Config(config) => commands::config::run(&options, &config),
    }
}
