//! identity: accounts, sign-in and sessions, and who belongs to which company and team (domain.md 2.1, 3.1, 4.1, 4.2).
//!
//! How the parts meet: `graph` and `rest` are two faces of the use cases in `service`; these apply the rules of
//! `domain`, read and write through `store`, and append `events` in the same transaction. `clients` is a third face, for
//! whoever has the database at hand. `seed` writes identity's share of the demonstration world. [`SUBGRAPH`] puts all of it
//! together.
//!
//! Invariants:
//! - Of passwords only Argon2id hashes are stored, of refresh tokens and of generated secrets only SHA-256 hashes. None is
//!   ever logged.
//! - A refresh token has at most one successor. A used one that comes back ends its session, unless it is the same
//!   request again within ten seconds and the successor is unused.
//! - Addresses are unique in NFC and lower case; a handle that was given up stays reserved for 90 days.
//! - Private fields are only for their owner and holders of `user:read`, whoever asks and by whatever way.
//!
//! What it does not do: verify access tokens (the router does, with the keys of `/.well-known/jwks.json`), or know what
//! people learn and buy.

mod clients;
mod domain;
mod events;
mod graph;
mod rest;
mod seed;
mod service;
mod settings;
mod store;

use std::sync::Arc;

use kit_service::{BuildError, Offer, Pace, ServiceContext, Subgraph};

use rest::Rest;
use service::mail::{ConsoleMail, MailPort, SmtpMail};
use service::sms::{ConsoleSms, SmsGateway, SmsPort};
use service::{
    AccessTokens, Accounts, Administration, Alerting, Directory, Erasing, Forgetting, Keys, Notifications,
    PartnerAdministration, Partners, Passwords, Profiles, Resetting, Sessions, Verifying,
};

pub use clients::{Client, ClientSecret, ClientTerms, Clients, ClientsError, Expiry};
pub use events::RevokedSession;
pub use settings::{IdentityOptions, LimitOptions, MailOptions, SmsOptions};

/// identity, as the kit starts it.
pub const SUBGRAPH: Subgraph = Subgraph {
    name: "identity",
    migrations: kit_database::migrations!(
        "identity",
        [
            "0001_accounts",
            "0002_password_resets",
            "0003_phone_verifications",
            "0004_lists",
            "0005_departures",
            "0006_notifications",
            "0007_partners",
            "0008_forgetting",
            "0009_sign_in_mails",
            "0010_partner_secrets"
        ]
    ),
    sdl: graph::sdl,
    build: |context| Box::pin(build(context)),
};

async fn build(context: ServiceContext) -> Result<Offer, BuildError> {
    let options: IdentityOptions = context.options()?;
    let randomness = Arc::clone(&context.randomness);
    let keys = Arc::new(Keys::open(&options.keys_file, randomness.as_ref())?);
    let access_tokens = AccessTokens::new(Arc::clone(&keys), options.issuer, options.audience, Arc::clone(&randomness));
    let sessions = Sessions {
        database: context.database.clone(),
        clock: Arc::clone(&context.clock),
        ids: context.ids.clone(),
        randomness: Arc::clone(&randomness),
        keys: Arc::clone(&keys),
        access_tokens: Arc::new(access_tokens),
        refreshes: Arc::new(Pace::per_minute(options.limits.refreshes_per_minute)),
    };
    let accounts = Accounts { sessions, passwords: Arc::new(Passwords::new(randomness)?), live: context.live() };
    let mail: Arc<dyn MailPort> = match &options.mail.smtp_url {
        Some(url) => Arc::new(SmtpMail::open(url, &options.mail.from)?),
        None => Arc::new(ConsoleMail),
    };
    let sms: Arc<dyn SmsPort> = match &options.sms.gateway_url {
        Some(url) => Arc::new(SmsGateway::open(url, options.sms.gateway_token)?),
        None => Arc::new(ConsoleSms),
    };
    let verifying = Verifying { accounts: accounts.clone(), sms };
    let alerting = Alerting { accounts: accounts.clone(), mail: Arc::clone(&mail) };
    let resetting = Resetting { accounts: accounts.clone(), mail, page: options.reset_page };
    let profiles = Profiles { database: context.database.clone(), clock: Arc::clone(&context.clock) };
    let directory = Directory { database: context.database.clone() };
    let administration = Administration { sessions: accounts.sessions.clone() };
    let partner_administration = PartnerAdministration {
        database: context.database.clone(),
        clock: Arc::clone(&context.clock),
        ids: context.ids.clone(),
        randomness: Arc::clone(&context.randomness),
    };
    let notifications =
        Notifications { database: context.database.clone(), clock: Arc::clone(&context.clock), live: context.live() };
    let schema = graph::builder()
        .data(context.cursor_key())
        .data(profiles)
        .data(directory)
        .data(administration)
        .data(partner_administration)
        .data(notifications)
        .finish();
    let forgetting = Forgetting { database: context.database.clone() };
    let erasing = Erasing { database: context.database.clone() };
    let database = context.database.clone();
    let offer = Offer::new(schema, move || service::loaders::loaders(&database));
    let partners = Partners { accounts: accounts.clone() };
    let rest = Rest { accounts, resetting: resetting.clone(), verifying, partners, keys, origins: options.origins };
    Ok(offer
        .with_rest(rest::routes(rest))
        .with_consumer(events::Notices { live: context.live(), ids: context.ids })
        .with_consumer(events::Avatars)
        .with_worker(resetting)
        .with_worker(alerting)
        .with_worker(erasing)
        .with_worker(forgetting)
        .with_seeder(seed::IdentitySeeder))
}
