//! Which demonstration world an empty platform is given, and how one signs in to it.

use std::net::SocketAddr;

use kit_database::Database;
use kit_demonstration::{DemonstrationError, KNOWN_PASSWORD, PASSWORD_VARIABLE, Profile, Progress, World, WorldKey};
use kit_service::RunningSubgraph;
use router_registry::{ClientName, RegisteredOperation, RegistryError, id_of_text};
use router_server::RouterSettings;

use crate::arguments::{Options, SeedProfile};
use crate::configuration::Configuration;
use crate::registered_operations;

/// Fills the subgraphs that are empty; nothing when no profile is asked for.
///
/// The world is anchored at the current hour unless another one is asked for, so that what is "today" has data. What was
/// begun on an earlier start keeps its own world, and the subgraphs that were empty until now join it.
///
/// # Errors
/// When a database holds other rows, or fails.
pub async fn seed(subgraphs: &[RunningSubgraph], options: &Options) -> Result<(), DemonstrationError> {
    let Some(profile) = wanted(options.seed_profile) else { return Ok(()) };
    let mut key = None;
    for subgraph in subgraphs {
        if key.is_none() {
            key = earlier(&subgraph.context().database, subgraph.name()).await?;
        }
    }
    let key = match key {
        Some(key) => key,
        None => WorldKey { profile, anchor: options.seed_anchor, ..WorldKey::default() },
    };
    let world = World::new(key);
    let progress = Progress::for_console();
    for subgraph in subgraphs {
        subgraph.seed(&world, &progress).await?;
    }
    Ok(())
}

async fn earlier(database: &Database, seeder: &str) -> Result<Option<WorldKey>, DemonstrationError> {
    Ok(kit_demonstration::record(database, seeder).await?.map(|record| record.world))
}

const fn wanted(profile: SeedProfile) -> Option<Profile> {
    match profile {
        SeedProfile::None => None,
        SeedProfile::Tiny => Some(Profile::Tiny),
        SeedProfile::Demo => Some(Profile::Demo),
        SeedProfile::Bench => Some(Profile::Bench),
    }
}

/// The partner of the demonstration data, and what its program asks.
const PARTNER: &str = "partner_demo";
const PARTNER_OPERATIONS: [(&str, &str); 3] = [
    ("PartnerCatalog", include_str!("../operations/partner_demo/partner-catalog.graphql")),
    ("PartnerCourse", include_str!("../operations/partner_demo/partner-course.graphql")),
    ("PartnerPerson", include_str!("../operations/partner_demo/partner-person.graphql")),
];

/// Registers what the demonstration partner asks, in a registry of the data folder that has nothing of it yet.
///
/// # Errors
/// When the registry cannot be read or written.
pub async fn offer_operations(configuration: &Configuration, options: &Options) -> Result<(), RegistryError> {
    if options.seed_profile == SeedProfile::None || !registered_operations::is_embedded(configuration) {
        return Ok(());
    }
    let store = registered_operations::store(configuration, &options.data_dir).await?;
    let partner = ClientName::parse(PARTNER)?;
    if store.load().await?.clients.contains_key(&partner) {
        return Ok(());
    }
    let operations = PARTNER_OPERATIONS.map(|(name, text)| RegisteredOperation {
        id: id_of_text(text).into(),
        name: Some(name.to_owned()),
        text: text.into(),
    });
    store.publish(&partner, operations.into()).await.map(|_| ())
}

/// Lets the playground offer the demonstration accounts with their password, which every visitor can then read.
///
/// # Errors
/// When the address can be reached from other machines and the password is the one that everybody knows.
pub fn offer_password(settings: &mut RouterSettings, public: SocketAddr) -> Result<(), PublicDemonstration> {
    let password = std::env::var(PASSWORD_VARIABLE).ok();
    if !public.ip().is_loopback() {
        return if password.is_some() { Ok(()) } else { Err(PublicDemonstration(public)) };
    }
    if let Some(sign_in) = settings.playground.as_mut().and_then(|playground| playground.sign_in.as_mut()) {
        sign_in.demonstration_password = Some(password.unwrap_or_else(|| KNOWN_PASSWORD.to_owned()));
    }
    Ok(())
}

/// Lets administrators put faults in the way of requests, to see in the studio what becomes of it: on a machine of their own
/// only (S1-DEMO-1).
pub fn offer_faults(settings: &mut RouterSettings, public: SocketAddr) {
    settings.studio.faults |= public.ip().is_loopback();
}

/// Demonstration accounts with a known password would stand open to other machines.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0} can be reached from other machines, and the demonstration accounts have a password that everybody knows\n  \
     remedy: set {PASSWORD_VARIABLE} to one of your own before the first start, or start with --seed-profile none"
)]
pub struct PublicDemonstration(SocketAddr);

/// What to tell a person of the password.
#[must_use]
pub fn password_hint() -> String {
    if std::env::var_os(PASSWORD_VARIABLE).is_some() {
        format!("what {PASSWORD_VARIABLE} said at the first start")
    } else {
        KNOWN_PASSWORD.to_owned()
    }
}
