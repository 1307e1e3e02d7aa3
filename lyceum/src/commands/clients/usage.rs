//! `lyceum clients usage`: what a router has counted of a client.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode, Uri, header};
use router_execution::{HttpTransport, HttpTransportOptions, Transport};
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::arguments::{ClientUsageArguments, OutputFormat};

const TOKEN_REMEDY: &str = "\n  remedy: set LYCEUM_OPS_TOKEN to an access token with the scope ops:read";
/// As long as the router's own listeners let a request take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks the router at the operators' address, and prints what it says.
pub(super) async fn run(operations: SocketAddr, arguments: &ClientUsageArguments) -> Result<(), Box<dyn Error>> {
    let client = &arguments.client;
    let counted = ask(operations, arguments).await?;
    let used = &counted["clients"][client];
    if used.is_null() {
        let since = &counted["sinceSeconds"];
        return Err(format!(
            "{client} has asked for nothing since this router started, {since} s ago\n  remedy: check the client id with \
             `lyceum clients list`; other routers count for themselves"
        )
        .into());
    }
    match arguments.format {
        OutputFormat::Json => println!("{}", serde_json::to_string_pretty(used)?),
        OutputFormat::Text => print_lines(client, used, &counted["sinceSeconds"]),
    }
    Ok(())
}

async fn ask(operations: SocketAddr, arguments: &ClientUsageArguments) -> Result<Value, Box<dyn Error>> {
    let address = format!("http://{operations}/ops/clients?client={}", arguments.client);
    let url: Uri = address.parse().map_err(|_| format!("`{}` is no client id", arguments.client))?;
    let transport = HttpTransport::new(&url, &HttpTransportOptions::default())?;
    let target = url.path_and_query().map_or("/", http::uri::PathAndQuery::as_str).to_owned();
    let mut request = Request::get(target).body(Bytes::new())?;
    let token = arguments.token.as_ref().ok_or_else(|| format!("there is no token{TOKEN_REMEDY}"))?;
    let mut token = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()))
        .map_err(|_| format!("the token has characters that no token has{TOKEN_REMEDY}"))?;
    token.set_sensitive(true);
    request.headers_mut().insert(header::AUTHORIZATION, token);
    let reply = transport.send(request, PATIENCE).await;
    let reply = reply.map_err(|error| {
        format!("no router answers at {operations}: {error}\n  remedy: name its operators' address with --ops-listen")
    })?;
    let body: Value = serde_json::from_slice(reply.body()).unwrap_or_default();
    match reply.status() {
        StatusCode::OK => Ok(body),
        status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
            let detail = body["detail"].as_str().unwrap_or_default();
            Err(format!("{status}: {detail}{TOKEN_REMEDY}").into())
        }
        status => Err(format!("the router at {operations} answers {status}").into()),
    }
}

fn print_lines(client: &str, used: &Value, since: &Value) {
    println!("{client}, since this router started, {since} s ago");
    let count = |used: &Value| {
        let of = |name: &str| used[name].as_u64().unwrap_or_default();
        let (operations, errors, cost) = (of("operations"), of("errors"), of("cost"));
        format!("{operations} operations, {errors} with errors, cost {cost}, last {} s ago", of("lastUsedSecondsAgo"))
    };
    println!("  all: {}", count(used));
    for (code, refusals) in used["refusalsByCode"].as_object().into_iter().flatten() {
        println!("  refused with {code}: {refusals}");
    }
    for (id, operation) in used["byOperation"].as_object().into_iter().flatten() {
        println!("  {id} {}: {}", operation["name"].as_str().unwrap_or_default(), count(operation));
    }
}
