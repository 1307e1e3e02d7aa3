//! `lyceum operations publish`: a manifest whose operations the graph can execute, every one of them.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::parser::Parser;
use router_composition::{ContractFilter, contract};
use router_planning::PlanningOptions;
use router_registry::{ClientName, Published, RegisteredOperation, RegistryStore, manifest};
use router_schema::Supergraph;
use router_server::configuration::EndpointSettings;
use router_server::{OperationCheck, RouterSettings};
use serde::Serialize;

use crate::arguments::{OutputFormat, PublishArguments};
use crate::configuration::Configuration;
use crate::graph;

/// What an operation is and costs.
#[derive(Debug, Serialize)]
struct Accepted {
    id: String,
    name: Option<String>,
    kind: String,
    /// How many requests to subgraphs it takes.
    fetches: usize,
    /// How many fields it asks for.
    fields: usize,
}

/// Why an operation cannot be registered.
#[derive(Debug, Serialize)]
struct Refused {
    id: String,
    name: Option<String>,
    reason: String,
}

#[derive(Serialize)]
struct Report<'r> {
    client: &'r str,
    endpoint: &'r str,
    operations: Vec<Accepted>,
    refused: Vec<Refused>,
    added: usize,
    known: usize,
}

/// Publishes a manifest, or says which operations are in the way.
pub(super) async fn run(
    configuration: &Configuration,
    store: &dyn RegistryStore,
    arguments: &PublishArguments,
) -> Result<(), Box<dyn Error>> {
    let client = ClientName::parse(&arguments.client)?;
    let endpoint = endpoint(&configuration.router, client.as_str(), arguments.endpoint.as_deref())?;
    let mut operations = manifest::read_path(&arguments.manifest)?;
    let supergraph = Arc::new(view(configuration, endpoint).await?);
    let router = OperationCheck::new(Arc::clone(&supergraph), &configuration.router);
    let (mut accepted, mut refused) = (Vec::new(), Vec::new());
    for operation in &mut operations {
        match check(&supergraph, (&router, &configuration.router), operation, &arguments.manifest) {
            Ok(found) => {
                operation.name.clone_from(&found.name);
                accepted.push(found);
            }
            Err(reason) => {
                refused.push(Refused { id: operation.id.to_string(), name: operation.name.clone(), reason });
            }
        }
    }
    let Published { added, known } = match refused.is_empty() {
        true => store.publish(&client, operations).await?,
        false => Published::default(),
    };
    let report =
        Report { client: client.as_str(), endpoint: &endpoint.path, operations: accepted, refused, added, known };
    match arguments.format {
        OutputFormat::Json => println!("{}", serde_json::to_string_pretty(&report)?),
        OutputFormat::Text => print(&report),
    }
    if report.refused.is_empty() {
        return Ok(());
    }
    let (bad, all) = (report.refused.len(), report.refused.len() + report.operations.len());
    Err(format!(
        "{bad} of {all} operations cannot be executed at {}; nothing was published\n  remedy: correct what is named above, and publish again",
        report.endpoint
    )
    .into())
}

fn print(report: &Report<'_>) {
    for Accepted { id, name, kind, fetches, fields } in &report.operations {
        println!("{id}  {kind} {}  fetches: {fetches}  fields: {fields}", name.as_deref().unwrap_or("(unnamed)"));
    }
    for Refused { id, name, reason } in &report.refused {
        println!("{id}  {} cannot be executed:\n{reason}", name.as_deref().unwrap_or("(unnamed)"));
    }
    if report.refused.is_empty() {
        println!("{}: {} published, {} known before", report.client, report.added, report.known);
    }
}

/// The endpoint that is named, or the first at which the client may ask.
fn endpoint<'s>(
    settings: &'s RouterSettings,
    client: &str,
    path: Option<&str>,
) -> Result<&'s EndpointSettings, Box<dyn Error>> {
    let found = match path {
        Some(path) => settings.endpoints.iter().find(|endpoint| endpoint.path == path),
        None => settings.endpoints_of_client(client).next(),
    };
    found.ok_or_else(|| {
        let known: Vec<&str> = settings.endpoints.iter().map(|endpoint| endpoint.path.as_str()).collect();
        match path {
            Some(path) => format!("there is no endpoint {path}\n  remedy: name one of {}", known.join(", ")),
            None => format!(
                "no endpoint serves the operations of {client}\n  remedy: name it in router.endpoints[].operations.client, or choose an endpoint with --endpoint"
            ),
        }
        .into()
    })
}

/// The graph as the endpoint shows it.
async fn view(configuration: &Configuration, endpoint: &EndpointSettings) -> Result<Supergraph, Box<dyn Error>> {
    let sdl = graph::compose(configuration, super::super::colours()).await?.supergraph_sdl;
    let Some(name) = &endpoint.contract else { return Ok(Supergraph::parse(&sdl)?) };
    let settings = &configuration.router.contracts[name];
    let filter = ContractFilter { include: settings.include.clone(), exclude: settings.exclude.clone() };
    let sdl = contract(&sdl, &filter).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        format!("router.contracts.{name}: {}", lines.join("; "))
    })?;
    Ok(Supergraph::parse(&sdl)?)
}

/// Parses, validates, bounds, reckons and plans, as the router will.
fn check(
    supergraph: &Supergraph,
    (router, settings): (&OperationCheck, &RouterSettings),
    operation: &RegisteredOperation,
    manifest: &Path,
) -> Result<Accepted, String> {
    let place = manifest.join(operation.name.as_deref().unwrap_or(&operation.id));
    let schema = supergraph.api_schema();
    let limits = &settings.operations.limits;
    let document: ExecutableDocument = Parser::new()
        .recursion_limit(limits.syntax_depth_max)
        .token_limit(limits.tokens_max)
        .parse_executable(schema, &*operation.text, place)
        .map_err(|found| found.errors.to_string())?;
    let document = document.validate(schema).map_err(|found| found.errors.to_string())?;
    let Ok(asked) = document.operations.get(None) else {
        return Err("a registered document holds one operation; split it".to_owned());
    };
    router.check(&operation.text).map_err(|refused| refused.to_string())?;
    let options =
        PlanningOptions { override_labels: settings.operations.override_labels.clone(), ..Default::default() };
    let plan = router_planning::plan_with_options(supergraph, &document, None, &options)
        .map_err(|error| format!("it cannot be planned: {error}"))?;
    Ok(Accepted {
        id: operation.id.to_string(),
        name: asked.name.as_ref().map(ToString::to_string),
        kind: asked.operation_type.to_string(),
        fetches: plan.fetches.len(),
        fields: asked.all_fields(&document).count(),
    })
}
