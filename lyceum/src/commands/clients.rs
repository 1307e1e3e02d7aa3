//! `lyceum clients`: partners' clients. Works on identity's database itself, whether or not identity runs; what clients have
//! used it asks of the router.

mod usage;
mod written;

use std::error::Error;

use identity::{Client, ClientTerms, Clients, ClientsError};

use self::written::{print, print_all, print_issued};
use crate::arguments::{
    ClientTermsArguments, ClientsCommand, CreateClientArguments, Options, RotateClientArguments, UpdateClientArguments,
};
use crate::configuration::{self, Configuration};
use crate::data_directory::DataDirectory;
use crate::services;

/// Does what is asked with clients.
pub(crate) async fn run(options: &Options, command: &ClientsCommand) -> Result<(), Box<dyn Error>> {
    if let ClientsCommand::Usage(arguments) = command {
        return usage::run(options.ops_listen, arguments).await;
    }
    let configuration = configuration::load(options.config.as_deref())?;
    let directory = DataDirectory::open(&options.data_dir)?;
    let database = services::database(identity::SUBGRAPH.name, &configuration, &directory)?;
    let clients = Clients::open(database).await?;
    let done = change(&clients, &configuration, command).await;
    clients.close().await;
    done
}

async fn change(
    clients: &Clients,
    configuration: &Configuration,
    command: &ClientsCommand,
) -> Result<(), Box<dyn Error>> {
    match command {
        ClientsCommand::Create(arguments) => create(clients, configuration, arguments).await,
        ClientsCommand::List(arguments) => print_all(arguments.format, &clients.list().await?),
        ClientsCommand::Show(arguments) => {
            print(arguments.format, &named(&arguments.client, clients.find(&arguments.client).await)?)
        }
        ClientsCommand::Update(arguments) => update(clients, configuration, arguments).await,
        ClientsCommand::Rotate(arguments) => rotate(clients, arguments).await,
        ClientsCommand::Revoke(arguments) => {
            let revoked = clients.revoke(&arguments.client, arguments.secret.as_deref()).await;
            print(arguments.format, &named(&arguments.client, revoked)?)
        }
        ClientsCommand::Disable(arguments) => {
            let disabled = clients.set_enabled(&arguments.client, false).await;
            print(arguments.format, &named(&arguments.client, disabled)?)
        }
        ClientsCommand::Enable(arguments) => {
            let enabled = clients.set_enabled(&arguments.client, true).await;
            print(arguments.format, &named(&arguments.client, enabled)?)
        }
        ClientsCommand::Usage(_) => unreachable!("invariant: the router is asked of usage, and not the database"),
    }
}

async fn create(
    clients: &Clients,
    configuration: &Configuration,
    arguments: &CreateClientArguments,
) -> Result<(), Box<dyn Error>> {
    let mut terms = terms(configuration, &arguments.terms)?;
    terms.name = Some(arguments.name.clone().unwrap_or_else(|| arguments.client.clone()));
    let endpoints = &configuration.router.endpoints;
    let of_clients = endpoints.iter().find(|endpoint| endpoint.operations.client_role.is_some());
    terms.contract = terms.contract.or_else(|| of_clients.map(|endpoint| endpoint.contract.clone()));
    let (client, secret) = named(&arguments.client, clients.create(&arguments.client, &terms).await)?;
    print_issued(arguments.format, &client, &secret)
}

async fn update(
    clients: &Clients,
    configuration: &Configuration,
    arguments: &UpdateClientArguments,
) -> Result<(), Box<dyn Error>> {
    let terms = ClientTerms { name: arguments.name.clone(), ..terms(configuration, &arguments.terms)? };
    if terms == ClientTerms::default() {
        return Err("nothing is to be changed\n  remedy: name what, such as --operations-per-second 100".into());
    }
    let updated: Client = named(&arguments.client, clients.update(&arguments.client, &terms).await)?;
    print(arguments.format, &updated)
}

async fn rotate(clients: &Clients, arguments: &RotateClientArguments) -> Result<(), Box<dyn Error>> {
    let rotated = clients.rotate(&arguments.client, Some(arguments.overlap.0)).await;
    let (client, secret) = named(&arguments.client, rotated)?;
    print_issued(arguments.format, &client, &secret)
}

/// The terms, of which a contract that no endpoint can serve is a slip.
fn terms(configuration: &Configuration, arguments: &ClientTermsArguments) -> Result<ClientTerms, Box<dyn Error>> {
    let contracts = &configuration.router.contracts;
    if let Some(contract) = &arguments.contract
        && !contracts.contains_key(contract)
    {
        let known = contracts.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        return Err(
            format!("there is no contract `{contract}`\n  remedy: name one of router.contracts: {known}").into()
        );
    }
    Ok(ClientTerms {
        name: None,
        scopes: arguments.scopes.clone(),
        contract: if arguments.no_contract { Some(None) } else { arguments.contract.clone().map(Some) },
        operations_per_second: arguments.operations_per_second,
        cost_per_minute: arguments.cost_per_minute,
        expiry: arguments.expiry,
    })
}

/// What became of a client, or why nothing did.
fn named<T>(client: &str, done: Result<T, ClientsError>) -> Result<T, Box<dyn Error>> {
    done.map_err(|error| {
        let remedy = if error.is_unknown_client() { "\n  remedy: `lyceum clients list` names them" } else { "" };
        format!("{client}: {error}{remedy}").into()
    })
}
