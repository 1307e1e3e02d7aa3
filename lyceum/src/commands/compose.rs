//! `lyceum compose`: the subgraphs' schemas in, the supergraph out.

mod check;
mod watch;

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};

use router_composition::{Composition, ContractError, ContractFilter, Hint, HintLevel, contract};
use router_schema::Supergraph;

use crate::arguments::{ComposeArguments, ContractRule, Hints, Options, OutputFormat};
use crate::configuration::{self, Configuration};
use crate::graph::{self, GraphError};
use crate::registered_operations;

/// Composes once, or again whenever something changes.
pub(crate) async fn run(options: &Options, arguments: &ComposeArguments) -> Result<(), Box<dyn Error>> {
    if arguments.watch { watch::run(options, arguments).await } else { once(options, arguments).await }
}

/// Prints the supergraph, or the public schema, and hints on the error stream.
async fn once(options: &Options, arguments: &ComposeArguments) -> Result<(), Box<dyn Error>> {
    let configuration = configuration::load(options.config.as_deref())?;
    let Composition { supergraph_sdl, hints } = match graph::compose(&configuration, super::colours()).await {
        Ok(composition) => composition,
        Err(GraphError::Composition { errors, .. }) if arguments.format == OutputFormat::Json => {
            println!("{}", serde_json::to_string_pretty(&errors)?);
            return Err(format!("the subgraphs do not compose: {} found", errors.len()).into());
        }
        Err(error) => return Err(error.into()),
    };
    print_hints(&hints, arguments)?;
    let sdl = match arguments.contract.as_slice() {
        [] => supergraph_sdl,
        rules => contract(&supergraph_sdl, &filter(rules)).map_err(|errors| no_contract(&errors))?,
    };
    if let Some(earlier) = &arguments.check {
        let documents = match (&arguments.operations, &arguments.client) {
            (Some(folder), _) => Some(check::documents(folder)?),
            (None, Some(client)) => Some(registered(client, &configuration, options).await?),
            (None, None) => None,
        };
        let accepts_weaker = arguments.accept_weaker_authorization;
        return check::run(earlier, &Supergraph::parse(&sdl)?, documents, accepts_weaker, arguments.format);
    }
    let text = if arguments.public { Supergraph::parse(&sdl)?.api_schema().to_string() } else { sdl };
    match &arguments.output {
        Some(file) => Ok(write(file, &text).map_err(|error| format!("{}: {error}", file.display()))?),
        None => Ok(std::io::stdout().write_all(text.as_bytes())?),
    }
}

/// The operations that a client has registered, under their ids.
async fn registered(
    client: &str,
    configuration: &Configuration,
    options: &Options,
) -> Result<Vec<(PathBuf, String)>, Box<dyn Error>> {
    let store = registered_operations::store(configuration, &options.data_dir).await?;
    let registered = store.load().await?.clients.remove(client).unwrap_or_default();
    if registered.is_empty() {
        return Err(format!("{client} has no registered operations; `lyceum operations list` shows who has").into());
    }
    Ok(registered.operations().map(|found| (PathBuf::from(&*found.id), found.text.to_string())).collect())
}

/// Writes beside the file and then moves into its place, so that no reader finds half of it.
fn write(file: &Path, text: &str) -> std::io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    std::fs::write(&beside, text)?;
    std::fs::rename(&beside, file)
}

fn filter(rules: &[ContractRule]) -> ContractFilter {
    let mut filter = ContractFilter::default();
    for rule in rules {
        match rule {
            ContractRule::Include(tag) => filter.include.insert(tag.clone()),
            ContractRule::Exclude(tag) => filter.exclude.insert(tag.clone()),
        };
    }
    filter
}

fn no_contract(errors: &[ContractError]) -> String {
    let lines: Vec<String> = errors.iter().map(|error| format!("  {error}")).collect();
    format!("the contract cannot be made:\n{}", lines.join("\n"))
}

fn print_hints(hints: &[Hint], arguments: &ComposeArguments) -> Result<(), serde_json::Error> {
    let least = match arguments.hints {
        Hints::Debug => HintLevel::Debug,
        Hints::Info => HintLevel::Info,
        Hints::Warning => HintLevel::Warning,
        Hints::None => return Ok(()),
    };
    let shown: Vec<&Hint> = hints.iter().filter(|hint| hint.level >= least).collect();
    match arguments.format {
        OutputFormat::Json if !shown.is_empty() => eprintln!("{}", serde_json::to_string_pretty(&shown)?),
        OutputFormat::Json => {}
        OutputFormat::Text => shown.iter().for_each(|hint| eprintln!("{}", line(hint))),
    }
    Ok(())
}

/// One hint on one line, with the places as editors take them.
fn line(hint: &Hint) -> String {
    let places = hint.locations.iter().map(|at| format!("{}:{}:{}", at.file, at.line, at.column));
    format!("hint {}: {} ({})", hint.code.as_str(), hint.message, places.collect::<Vec<_>>().join(", "))
}
