//! `lyceum operations`: what clients have registered. Works on the registry itself, whether or not a router runs; routers
//! see a change within seconds.

mod diff;
mod publish;

use std::collections::BTreeMap;
use std::error::Error;

use router_registry::{ClientName, OperationSet, RegisteredOperation, RegistryStore};
use serde::Serialize;

use crate::arguments::{
    ListOperationsArguments, OperationsCommand, Options, OutputFormat, RevokeArguments, ShowOperationArguments,
};
use crate::{configuration, registered_operations};

/// Does what is asked with the registered operations.
pub(crate) async fn run(options: &Options, command: &OperationsCommand) -> Result<(), Box<dyn Error>> {
    let configuration = configuration::load(options.config.as_deref())?;
    let store = registered_operations::store(&configuration, &options.data_dir).await?;
    match command {
        OperationsCommand::Publish(arguments) => publish::run(&configuration, store.as_ref(), arguments).await,
        OperationsCommand::List(arguments) => list(store.as_ref(), arguments).await,
        OperationsCommand::Show(arguments) => show(store.as_ref(), arguments).await,
        OperationsCommand::Diff(arguments) => diff::run(store.as_ref(), arguments).await,
        OperationsCommand::Revoke(arguments) => revoke(store.as_ref(), arguments).await,
    }
}

/// An operation as it is listed.
#[derive(Debug, Serialize)]
struct Listed<'o> {
    id: &'o str,
    name: Option<&'o str>,
}

impl<'o> From<&'o RegisteredOperation> for Listed<'o> {
    fn from(operation: &'o RegisteredOperation) -> Self {
        Self { id: &operation.id, name: operation.name.as_deref() }
    }
}

impl Listed<'_> {
    fn line(&self) -> String {
        format!("{}  {}", self.id, self.name.unwrap_or_default()).trim_end().to_owned()
    }
}

async fn list(store: &dyn RegistryStore, arguments: &ListOperationsArguments) -> Result<(), Box<dyn Error>> {
    let client = arguments.client.as_deref().map(ClientName::parse).transpose()?;
    let mut clients = store.load().await?.clients;
    clients.retain(|name, _| client.as_ref().is_none_or(|client| client == name));
    let listed: BTreeMap<&str, Vec<Listed<'_>>> =
        clients.iter().map(|(name, set)| (name.as_str(), set.operations().map(Listed::from).collect())).collect();
    match arguments.format {
        OutputFormat::Json => println!("{}", serde_json::to_string_pretty(&listed)?),
        OutputFormat::Text => {
            for (client, operations) in &listed {
                println!("{client}: {}", operations.len());
                operations.iter().for_each(|operation| println!("  {}", operation.line()));
            }
        }
    }
    Ok(())
}

async fn show(store: &dyn RegistryStore, arguments: &ShowOperationArguments) -> Result<(), Box<dyn Error>> {
    let clients = store.load().await?.clients;
    let is_asked = |name: &ClientName| arguments.client.as_deref().is_none_or(|client| client == name.as_str());
    let found = clients.iter().filter(|(name, _)| is_asked(name));
    let found: Vec<_> = found.filter_map(|(name, set)| Some((name, set.by_id(&arguments.id)?))).collect();
    match found.as_slice() {
        [] => Err(unknown(&arguments.id)),
        [(_, operation)] => {
            print!("{}", operation.text);
            Ok(())
        }
        several => {
            let names: Vec<&str> = several.iter().map(|(name, _)| name.as_str()).collect();
            Err(format!(
                "{} clients have an operation with this id\n  remedy: name one with --client: {}",
                names.len(),
                names.join(", ")
            )
            .into())
        }
    }
}

/// Nothing is revoked when one of the ids is unknown: it may be a slip.
async fn revoke(store: &dyn RegistryStore, arguments: &RevokeArguments) -> Result<(), Box<dyn Error>> {
    let client = ClientName::parse(&arguments.client)?;
    let known = operations_of(store, &client).await?;
    if let Some(id) = arguments.ids.iter().find(|id| known.by_id(id).is_none()) {
        return Err(unknown(id));
    }
    let revoked = store.revoke(&client, &arguments.ids).await?;
    revoked.iter().for_each(|id| println!("revoked {id}"));
    Ok(())
}

/// What a client has registered; nothing is a set, too.
async fn operations_of(store: &dyn RegistryStore, client: &ClientName) -> Result<OperationSet, Box<dyn Error>> {
    let found = store.load().await?.clients.remove(client);
    Ok(found.map(|operations| OperationSet::clone(&operations)).unwrap_or_default())
}

fn unknown(id: &str) -> Box<dyn Error> {
    format!("`{id}` is not registered\n  remedy: take ids from `lyceum operations list`").into()
}
