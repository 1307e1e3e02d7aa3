//! `lyceum plan`: how an operation would be executed.

use std::error::Error;
use std::io::Read;
use std::path::Path;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::parser::Parser;
use router_planning::PlanningOptions;

use crate::arguments::{Options, PlanArguments};
use crate::{configuration, graph};

/// The most that is read of an operation, in bytes: far above any that a person writes.
const DOCUMENT_BYTES_MAX: u64 = 1024 * 1024;

/// Prints the plan on the standard output.
pub(crate) async fn run(options: &Options, arguments: &PlanArguments) -> Result<(), Box<dyn Error>> {
    let configuration = configuration::load(options.config.as_deref())?;
    let supergraph = graph::supergraph(&configuration, arguments.supergraph.as_deref(), super::colours()).await?;
    let text = read(&arguments.file)?;
    let schema = supergraph.api_schema_with_defer()?;
    let document: ExecutableDocument =
        Parser::new().parse_executable(&schema, text, &arguments.file).map_err(|found| found.errors.to_string())?;
    let document = document.validate(&schema).map_err(|found| found.errors.to_string())?;
    let override_labels = arguments.override_labels.iter().cloned().collect();
    let options = PlanningOptions { override_labels, ..PlanningOptions::default() };
    let operation = arguments.operation.as_deref();
    let plan = router_planning::plan_with_options(&supergraph, &document, operation, &options)?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&plan.to_json(&supergraph))?);
    } else {
        print!("{}", plan.display(&supergraph));
    }
    Ok(())
}

fn read(file: &Path) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    let read = if file == Path::new("-") {
        std::io::stdin().take(DOCUMENT_BYTES_MAX).read_to_string(&mut text)
    } else {
        std::fs::File::open(file).and_then(|opened| opened.take(DOCUMENT_BYTES_MAX).read_to_string(&mut text))
    };
    read.map_err(|error| format!("{}: the operation cannot be read: {error}", file.display()))?;
    Ok(text)
}
