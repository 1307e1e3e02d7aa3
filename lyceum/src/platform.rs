//! The subgraphs that are built into this command.

use kit_service::Subgraph;
use router_server::configuration::{AuthenticationSettings, IssuerSettings};
use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::configuration::Configuration;
use crate::data_directory::DataDirectory;

/// All of them, in the order in which they are started.
const SUBGRAPHS: [&Subgraph; 5] =
    [&identity::SUBGRAPH, &learning::SUBGRAPH, &enrollment::SUBGRAPH, &media::SUBGRAPH, &playback::SUBGRAPH];

/// There is no such subgraph.
#[derive(Debug, Error)]
#[error("`{0}` is no subgraph of this command; there are {known}", known = names().join(", "))]
pub struct UnknownSubgraph(String);

/// The built-in subgraph of this name.
#[must_use]
pub fn subgraph(name: &str) -> Option<&'static Subgraph> {
    SUBGRAPHS.into_iter().find(|subgraph| subgraph.name == name)
}

/// The built-in subgraph of this name.
///
/// # Errors
/// [`UnknownSubgraph`], which names those there are.
pub fn named(name: &str) -> Result<&'static Subgraph, UnknownSubgraph> {
    subgraph(name).ok_or_else(|| UnknownSubgraph(name.to_owned()))
}

/// The names of all built-in subgraphs.
#[must_use]
pub fn names() -> Vec<&'static str> {
    SUBGRAPHS.iter().map(|subgraph| subgraph.name).collect()
}

/// Where the schema of a built-in subgraph stands in the repository, for messages.
#[must_use]
pub fn schema_file(name: &str) -> String {
    format!("subgraphs/{name}/schema.graphql")
}

/// Names the mail server.
const MAIL_SMTP_URL: &str = "LYCEUM_MAIL_SMTP_URL";

/// Holds the token of the gateway of short messages.
const SMS_GATEWAY_TOKEN: &str = "LYCEUM_SMS_GATEWAY_TOKEN";

/// Names the origin that clients reach the router at.
const MEDIA_PUBLIC_URL: &str = "LYCEUM_MEDIA_PUBLIC_URL";

/// Say who the service is at an S3-compatible store, in the names that Amazon gave them.
const STORE_CREDENTIALS: [&str; 10] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_ENDPOINT_URL_STS",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
];

/// What a subgraph is told beside its database.
#[must_use]
pub fn options(name: &str, configuration: &Configuration, directory: &DataDirectory) -> Value {
    match (name, configuration.router.authentication.as_ref().and_then(own_issuer)) {
        ("identity", Some(issuer)) => identity_options(issuer, configuration, directory),
        ("media", _) => media_options(configuration, directory),
        ("learning", _) => media_url(configuration).map_or(Value::Null, |url| json!({ "mediaUrl": url })),
        _ => Value::Null,
    }
}

/// The issuer that the platform itself is: the one whose keys identity serves.
#[must_use]
pub fn own_issuer(authentication: &AuthenticationSettings) -> Option<&IssuerSettings> {
    authentication.issuers.iter().find(|issuer| issuer.jwks.subgraph.as_deref() == Some(identity::SUBGRAPH.name))
}

fn identity_options(issuer: &IssuerSettings, configuration: &Configuration, directory: &DataDirectory) -> Value {
    let mail = &configuration.mail;
    let mut options = json!({
        "issuer": issuer.issuer,
        "audience": issuer.audience,
        "keysFile": directory.path().join("identity.keys.json"),
        "origins": configuration.router.cors.origins,
        "mail": {},
        "limits": { "refreshesPerMinute": configuration.limits.refreshes_per_minute },
    });
    if let Some(url) = std::env::var(MAIL_SMTP_URL).ok().or_else(|| mail.smtp.clone()) {
        options["mail"]["smtpUrl"] = Value::from(url);
    }
    if let Some(from) = &mail.from {
        options["mail"]["from"] = Value::from(from.as_str());
    }
    if let Some(gateway) = &configuration.sms.gateway {
        options["sms"] = json!({ "gatewayUrl": gateway, "gatewayToken": std::env::var(SMS_GATEWAY_TOKEN).ok() });
    }
    if let Some(page) = &mail.reset_page {
        options["resetPage"] = Value::from(page.as_str());
    }
    options
}

/// The origin of the addresses of files.
fn media_url(configuration: &Configuration) -> Option<String> {
    std::env::var(MEDIA_PUBLIC_URL).ok().or_else(|| configuration.media.public_url.clone())
}

fn media_options(configuration: &Configuration, directory: &DataDirectory) -> Value {
    let media = &configuration.media;
    let folder = media.storage.folder.as_ref().map(|folder| configuration.folder.join(folder));
    let limits = &configuration.limits;
    let mut options = json!({
        "folder": folder.unwrap_or_else(|| directory.path().join("media")),
        "limits": {
            "uploadsPerMinute": limits.uploads_per_minute,
            "addressesPerMinute": limits.addresses_per_minute,
            "downloadsPerMinute": limits.downloads_per_minute,
        },
    });
    if let Some(url) = media_url(configuration) {
        options["publicUrl"] = Value::from(url);
    }
    if let Some(scan) = &media.scan {
        options["scan"] = json!({ "url": scan.url, "timeoutSeconds": scan.timeout_seconds });
    }
    if let Some(bucket) = &media.storage.s3 {
        let credential = |name: &str| Some((name.to_owned(), Value::from(non_empty(std::env::var(name).ok()?)?)));
        let credentials: Map<String, Value> = STORE_CREDENTIALS.into_iter().filter_map(credential).collect();
        options["bucket"] = json!({
            "bucket": bucket.bucket,
            "endpoint": bucket.endpoint,
            "publicEndpoint": bucket.public_endpoint,
            "region": bucket.region,
            "pathStyle": bucket.path_style,
            "direct": bucket.direct,
            "credentials": credentials,
        });
    }
    options
}

/// Charts and compose files set variables of which they have no value to nothing.
fn non_empty(value: String) -> Option<String> {
    Some(value).filter(|value| !value.is_empty())
}
