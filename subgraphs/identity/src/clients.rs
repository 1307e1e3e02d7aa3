//! Partners' clients for whoever has the database at hand (`lyceum clients`). It works whether or not identity runs.

mod expiry;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat};
use kit_database::{Database, DatabaseError, DatabaseSettings};
use kit_ids::{IdGenerator, SystemClock, SystemRandomness};
use kit_paging::PageRequest;
use secrecy::SecretString;
use serde::Serialize;
use thiserror::Error;

pub use self::expiry::Expiry;
use crate::SUBGRAPH;
use crate::domain::{Barred, Partner, PartnerChange, PartnerFault, StoredSecret};
use crate::service::{By, Issued, PartnerAdministration, PartnerChangeError, PartnerResult, Which};

/// More than any platform has.
const LISTED_MAX: u32 = 10_000;

/// Partners' clients, in the database of identity.
#[derive(Clone)]
pub struct Clients {
    administration: PartnerAdministration,
    by: By,
}

/// A partner's client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Client {
    /// Id, `par_…`.
    pub id: String,
    /// What its programs sign in as, and what its operations are registered under.
    pub client_id: String,
    /// Name, for people.
    pub name: String,
    /// Whether it gets tokens now: `active`, `disabled` or `expired`.
    pub status: &'static str,
    /// All that its tokens may allow.
    pub scopes: Vec<&'static str>,
    /// The part of the graph that its tokens are for.
    pub contract: Option<String>,
    /// How many operations it may ask for in a second.
    pub operations_per_second: u32,
    /// How much its operations may cost in a minute.
    pub cost_per_minute: u32,
    /// From when on it gets no tokens; RFC 3339, like the other moments.
    pub expires_at: Option<String>,
    /// Since when it gets no tokens, because somebody disabled it.
    pub disabled_at: Option<String>,
    /// When it was written.
    pub created_at: String,
    /// When it last got a token, to the minute.
    pub last_used_at: Option<String>,
    /// What is kept of its secrets, oldest first.
    pub secrets: Vec<ClientSecret>,
}

/// What is known of a client's secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientSecret {
    /// Id, `psc_…`; it is no secret itself.
    pub id: String,
    /// Whether it can be used now.
    pub is_valid: bool,
    /// When it was made.
    pub created_at: String,
    /// When it ends, or has ended.
    pub expires_at: Option<String>,
    /// When it last got a token, to the minute.
    pub last_used_at: Option<String>,
}

/// What is agreed with a client; of a new one what is `None` is as usual, of another one it stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientTerms {
    /// Name, for people.
    pub name: Option<String>,
    /// All that its tokens may allow.
    pub scopes: Option<Vec<String>>,
    /// The part of the graph that its tokens are for; `Some(None)` for endpoints without a contract.
    pub contract: Option<Option<String>>,
    /// How many operations it may ask for in a second.
    pub operations_per_second: Option<u32>,
    /// How much its operations may cost in a minute.
    pub cost_per_minute: Option<u32>,
    /// From when on it gets no tokens.
    pub expiry: Option<Expiry>,
}

/// Why nothing was done.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct ClientsError(#[from] PartnerChangeError);

impl From<DatabaseError> for ClientsError {
    fn from(error: DatabaseError) -> Self {
        Self(error.into())
    }
}

impl ClientsError {
    /// Whether there is no client of this id.
    #[must_use]
    pub fn is_unknown_client(&self) -> bool {
        matches!(self.0, PartnerChangeError::NoSuchPartner)
    }
}

impl Clients {
    /// Opens the database, and brings it forward.
    ///
    /// # Errors
    /// As the engine reports it.
    pub async fn open(settings: DatabaseSettings) -> Result<Self, ClientsError> {
        let database = Database::open(settings).await?;
        database.migrate(&SUBGRAPH.migrations).await?;
        let (clock, randomness) = (Arc::new(SystemClock), Arc::new(SystemRandomness));
        let ids = IdGenerator::system();
        let by = By::operator(&ids);
        Ok(Self { administration: PartnerAdministration { database, clock, ids, randomness }, by })
    }

    /// Writes a new client, and gives its secret, which nothing shows again.
    ///
    /// # Errors
    /// When the terms break a rule, the name is taken, or the database fails.
    pub async fn create(&self, client_id: &str, terms: &ClientTerms) -> Result<(Client, SecretString), ClientsError> {
        let issued = self.administration.create(client_id, &terms.change()?, None, &self.by).await?;
        self.issued(issued).await
    }

    /// All clients, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self) -> Result<Vec<Client>, ClientsError> {
        let page = PageRequest::first(LISTED_MAX);
        let (page, _) = self.administration.list(None, (&page, false), &self.by).await?;
        let mut clients = Vec::with_capacity(page.rows.len());
        for partner in page.rows {
            clients.push(self.find(partner.client_id.as_str()).await?);
        }
        Ok(clients)
    }

    /// A client.
    ///
    /// # Errors
    /// When there is none of this id, or the database fails.
    pub async fn find(&self, client_id: &str) -> Result<Client, ClientsError> {
        let (partner, secrets) = self.administration.find(client_id, &self.by).await?;
        Ok(client(&partner, &secrets, self.administration.clock.now()))
    }

    /// Changes what is agreed with a client.
    ///
    /// # Errors
    /// When there is none of this id, the terms break a rule, or the database fails.
    pub async fn update(&self, client_id: &str, terms: &ClientTerms) -> Result<Client, ClientsError> {
        let partner = self.partner(client_id).await?;
        self.administration.update(partner.id, &terms.change()?, &self.by).await?;
        self.find(client_id).await
    }

    /// Gives a client another secret, which nothing shows again. The one before stays valid for the overlap, which is a day
    /// unless it is given.
    ///
    /// # Errors
    /// When there is none of this id, two secrets are valid already, the overlap is too long, or the database fails.
    pub async fn rotate(
        &self,
        client_id: &str,
        overlap: Option<Duration>,
    ) -> Result<(Client, SecretString), ClientsError> {
        let partner = self.partner(client_id).await?;
        let overlap = overlap.map(|overlap| i64::try_from(overlap.as_micros()).unwrap_or(i64::MAX));
        let issued = self.administration.rotate(partner.id, overlap, None, &self.by).await?;
        self.issued(issued).await
    }

    /// Ends one secret of a client now, or all of them.
    ///
    /// # Errors
    /// When there is no such client or secret, or the database fails.
    pub async fn revoke(&self, client_id: &str, secret: Option<&str>) -> Result<Client, ClientsError> {
        let partner = self.partner(client_id).await?;
        let which = match secret {
            None => Which::All,
            Some(id) => Which::One(id.parse().map_err(|_| PartnerChangeError::NoSuchSecret)?),
        };
        self.administration.revoke(partner.id, which, &self.by).await?;
        self.find(client_id).await
    }

    /// Lets a client have tokens, or no more of them.
    ///
    /// # Errors
    /// When there is none of this id, or the database fails.
    pub async fn set_enabled(&self, client_id: &str, is_enabled: bool) -> Result<Client, ClientsError> {
        let partner = self.partner(client_id).await?;
        self.administration.set_enabled(partner.id, is_enabled, &self.by).await?;
        self.find(client_id).await
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.administration.database.close().await;
    }

    async fn partner(&self, client_id: &str) -> PartnerResult<Partner> {
        Ok(self.administration.find(client_id, &self.by).await?.0)
    }

    async fn issued(&self, issued: Issued) -> Result<(Client, SecretString), ClientsError> {
        let secret = issued.secret.expect("invariant: without an idempotency key nothing is a repetition");
        Ok((self.find(issued.partner.client_id.as_str()).await?, secret))
    }
}

impl std::fmt::Debug for Clients {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Clients").finish_non_exhaustive()
    }
}

impl ClientTerms {
    fn change(&self) -> PartnerResult<PartnerChange> {
        let scopes = self.scopes.as_ref().map(|scopes| scopes.iter().map(|scope| scope.parse()).collect());
        let scopes = scopes.transpose().map_err(|_| PartnerChangeError::Faults(vec![PartnerFault::Scopes]))?;
        Ok(PartnerChange {
            name: self.name.clone(),
            scopes,
            contract: self.contract.clone(),
            operations_per_second: self.operations_per_second,
            cost_per_minute: self.cost_per_minute,
            expires_at: self.expiry.map(Expiry::moment),
        })
    }
}

fn client(partner: &Partner, secrets: &[StoredSecret], now: i64) -> Client {
    let terms = &partner.terms;
    Client {
        id: partner.id.to_string(),
        client_id: partner.client_id.as_str().to_owned(),
        name: terms.name.clone(),
        status: match partner.require_access(now) {
            Ok(()) => "active",
            Err(Barred::Disabled) => "disabled",
            Err(Barred::Expired) => "expired",
        },
        scopes: terms.scopes.iter().map(|scope| scope.name()).collect(),
        contract: terms.contract.clone(),
        operations_per_second: terms.operations_per_second,
        cost_per_minute: terms.cost_per_minute,
        expires_at: terms.expires_at.map(written),
        disabled_at: partner.disabled_at.map(written),
        created_at: written(partner.created_at),
        last_used_at: partner.last_used_at.map(written),
        secrets: secrets.iter().map(|secret| shown(secret, now)).collect(),
    }
}

fn shown(secret: &StoredSecret, now: i64) -> ClientSecret {
    ClientSecret {
        id: secret.id.to_string(),
        is_valid: secret.is_valid(now),
        created_at: written(secret.created_at),
        expires_at: secret.expires_at.map(written),
        last_used_at: secret.last_used_at.map(written),
    }
}

/// A moment in RFC 3339.
fn written(at: i64) -> String {
    let moment = DateTime::from_timestamp_micros(at).unwrap_or_default();
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}
