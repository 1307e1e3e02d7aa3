//! The `lyceum` command: wires the router and the platform's subgraphs, and holds no logic of its own.
//!
//! - [`arguments`] is the command line, [`configuration`] the file that it names;
//! - [`platform`] lists the subgraphs that are built in, [`graph`] gathers the schemas of those configured;
//! - [`services`] starts subgraphs on their databases, [`front`] puts the router before them; [`revocations`] tells it whose
//!   sessions have ended and [`changes`] what has changed, [`key_file`] and [`tls`] read keys and certificates for it;
//! - [`shared`] opens what the router shares with other routers, [`traces`] the way to who collects traces; [`failures`] has
//!   errors reported;
//! - [`registered_operations`] says where clients' registered operations are kept;
//! - [`demonstration`] chooses the world that an empty platform is given;
//! - `commands` has one module for each command.
//!
//! **Invariant.** Nothing here decides what a router or a subgraph does; it decides only which run, where, and with
//! what settings.

pub mod arguments;
pub mod changes;
mod commands;
pub mod configuration;
pub mod data_directory;
pub mod demonstration;
pub mod failures;
mod following;
pub mod front;
pub mod graph;
pub mod key_file;
pub mod platform;
pub mod registered_operations;
pub mod revocations;
pub mod services;
pub mod shared;
mod stop;
pub mod tls;
pub mod traces;

use std::error::Error;

use ::telemetry::metrics::runtime::RuntimeFigures;
use arguments::{Arguments, Command, LogFormat, Options};
use telemetry::subscriber::{self, SubscriberError};

/// Does what the command line asks.
///
/// # Errors
/// When it cannot be done; the error's text says what happened, where, and what to do.
pub fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let Arguments { command, options } = arguments;
    // Before anything is made that measures.
    let metrics = ::telemetry::metrics::install();
    start_logs(&options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    metrics.collect_from(RuntimeFigures::new(runtime.handle().clone()));
    let done = match command.unwrap_or(Command::Up) {
        Command::Up => runtime.block_on(commands::up::run(&options)),
        Command::Router(router) => runtime.block_on(commands::router::run(&options, &router)),
        Command::Subgraph(subgraph) => runtime.block_on(commands::subgraph::run(&options, &subgraph)),
        Command::Migrate(databases) => runtime.block_on(commands::databases::migrate(&options, &databases)),
        Command::Seed(databases) => runtime.block_on(commands::databases::seed(&options, &databases)),
        Command::Compose(compose) => runtime.block_on(commands::compose::run(&options, &compose)),
        Command::Plan(plan) => runtime.block_on(commands::plan::run(&options, &plan)),
        Command::Events(events) => runtime.block_on(commands::events::run(&options, &events)),
        Command::Operations(operations) => runtime.block_on(commands::operations::run(&options, &operations)),
        Command::Clients(clients) => runtime.block_on(commands::clients::run(&options, &clients)),
        Command::Config(config) => runtime.block_on(commands::config::run(&options, &config)),
    };
    // A read of the standard input cannot be called off; the process need not wait for it.
    runtime.shutdown_background();
    done
}

fn start_logs(options: &Options) -> Result<(), SubscriberError> {
    let format = match options.log_format {
        LogFormat::Text => telemetry::logs::LogFormat::Human,
        LogFormat::Json => telemetry::logs::LogFormat::Json,
    };
    subscriber::install(format, &options.log)?;
    telemetry::failures::tell_panics();
    Ok(())
}
