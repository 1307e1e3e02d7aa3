//! How clients are printed.

use std::error::Error;

use identity::{Client, ClientSecret};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::arguments::OutputFormat;

/// A client with the secret that it was given now.
#[derive(Serialize)]
struct Issued<'c> {
    #[serde(flatten)]
    client: &'c Client,
    secret: &'c str,
}

/// Prints a client.
pub(super) fn print(format: OutputFormat, client: &Client) -> Result<(), Box<dyn Error>> {
    match format {
        OutputFormat::Json => println!("{}", serde_json::to_string_pretty(client)?),
        OutputFormat::Text => print_lines(client),
    }
    Ok(())
}

/// Prints a client with its new secret.
pub(super) fn print_issued(format: OutputFormat, client: &Client, secret: &SecretString) -> Result<(), Box<dyn Error>> {
    let secret = secret.expose_secret();
    match format {
        OutputFormat::Json => println!("{}", serde_json::to_string_pretty(&Issued { client, secret })?),
        OutputFormat::Text => {
            print_lines(client);
            println!("\nsecret: {secret}\nKeep it: it is shown this once, and only its hash is stored.");
        }
    }
    Ok(())
}

/// Prints all clients.
pub(super) fn print_all(format: OutputFormat, clients: &[Client]) -> Result<(), Box<dyn Error>> {
    match format {
        OutputFormat::Json => println!("{}", serde_json::to_string_pretty(clients)?),
        OutputFormat::Text => {
            for client in clients {
                let used = client.last_used_at.as_deref().unwrap_or("never");
                println!("{}: {} ({}), last used: {used}", client.client_id, client.name, client.status);
            }
        }
    }
    Ok(())
}

fn print_lines(client: &Client) {
    println!("{}: {} ({})", client.client_id, client.name, client.status);
    println!("  id:        {}", client.id);
    println!("  scopes:    {}", if client.scopes.is_empty() { "none".to_owned() } else { client.scopes.join(" ") });
    println!("  contract:  {}", client.contract.as_deref().unwrap_or("none"));
    println!("  quota:     {} operations a second", client.operations_per_second);
    println!("             {} points of cost a minute", client.cost_per_minute);
    println!("  expires:   {}", client.expires_at.as_deref().unwrap_or("never"));
    println!("  last used: {}", client.last_used_at.as_deref().unwrap_or("never"));
    client.secrets.iter().for_each(|secret| println!("  secret:    {}", line(secret)));
}

fn line(secret: &ClientSecret) -> String {
    let end = match (&secret.expires_at, secret.is_valid) {
        (None, _) => String::new(),
        (Some(end), true) => format!(", ends {end}"),
        (Some(end), false) => format!(", ended {end}"),
    };
    let used = secret.last_used_at.as_deref().map(|used| format!(", last used {used}")).unwrap_or_default();
    format!("{} of {}{end}{used}", secret.id, secret.created_at)
}
