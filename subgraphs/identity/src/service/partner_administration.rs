//! What administrators do to partners, in the graph and by the command (domain.md 3.1, design rule 8): what a partner may
//! do and until when, and its secrets, each of which is shown once.

mod by;
mod error;

use std::sync::Arc;

use kit_database::idempotency::{Claim, IdempotencyKey, claim};
use kit_database::{Database, DatabaseError, Transaction, in_transaction};
use kit_events::{NewEvent, outbox};
use kit_ids::{Clock, IdGenerator, Randomness};
use kit_paging::{Page, PageRequest};
use secrecy::SecretString;
use serde::Serialize;

pub(crate) use self::by::By;
pub(crate) use self::error::PartnerChangeError;
use crate::domain::{
    ClientId, OVERLAP_MAX_US, OVERLAP_US, Partner, PartnerChange, PartnerFault, PartnerId, PartnerSecretId,
    PartnerTerms, SecretHash, StoredSecret, ends_after_rotation, generate_secret,
};
use crate::events::{self, PartnerEvent};
use crate::store::{partner_secrets, partners};

/// How long a secret that has ended is still listed: 30 days, in microseconds.
const ENDED_KEPT_US: i64 = 30 * 24 * 60 * 60 * 1_000_000;

/// What a change of a partner answers.
pub(crate) type PartnerResult<T> = Result<T, PartnerChangeError>;

/// A partner, and a secret that is shown now and never again; none when the request is a repetition.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) partner: Partner,
    pub(crate) secret: Option<SecretString>,
}

/// Which secrets of a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    One(PartnerSecretId),
    All,
}

/// Changes partners. Clones share everything.
#[derive(Clone)]
pub(crate) struct PartnerAdministration {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: IdGenerator,
    pub(crate) randomness: Arc<dyn Randomness>,
}

impl PartnerAdministration {
    /// Writes a new partner with its first secret. A repetition under the same key answers the partner without a secret:
    /// nothing keeps what it was.
    pub(crate) async fn create(
        &self,
        client_id: &str,
        change: &PartnerChange,
        key: Option<&str>,
        by: &By,
    ) -> PartnerResult<Issued> {
        let key = IdempotencyKey::of_call(by.name(), key, "createPartner", &(client_id, input_of(change)))?;
        let secret = generate_secret(self.randomness.as_ref());
        let made: PartnerResult<_> = in_transaction!(self.database, |transaction| {
            let now = self.clock.now();
            let ticket = match claim(transaction, key.as_ref(), now).await? {
                Claim::First(ticket) => ticket,
                Claim::Repeated(id) => return Ok((existing(transaction, id).await?, false)),
            };
            let partner = self.new_partner(client_id, change.clone(), now)?;
            self.insert(transaction, &partner, &secret, now).await?;
            self.tell(transaction, PartnerEvent::Created, &partner, by).await?;
            ticket.store(transaction, &partner.id).await?;
            Ok((partner, true))
        });
        Ok(issued(made?, secret))
    }

    /// Changes what is agreed with a partner. Its tokens say so from the next one on.
    pub(crate) async fn update(&self, id: PartnerId, change: &PartnerChange, by: &By) -> PartnerResult<Partner> {
        in_transaction!(self.database, |transaction| {
            let before = existing(transaction, id).await?;
            let terms = before.terms.clone().changed(change.clone(), self.clock.now());
            let after = Partner { terms: terms.map_err(PartnerChangeError::Faults)?, ..before.clone() };
            if after != before {
                partners::update(transaction, &after).await?;
                self.tell(transaction, PartnerEvent::Updated, &after, by).await?;
            }
            Ok(after)
        })
    }

    /// Gives a partner another secret. The one before stays valid for the overlap.
    pub(crate) async fn rotate(
        &self,
        id: PartnerId,
        overlap_us: Option<i64>,
        key: Option<&str>,
        by: &By,
    ) -> PartnerResult<Issued> {
        let overlap = overlap_us.unwrap_or(OVERLAP_US);
        if !(0..=OVERLAP_MAX_US).contains(&overlap) {
            return Err(PartnerChangeError::Overlap);
        }
        let key = IdempotencyKey::of_call(by.name(), key, "rotatePartnerSecret", &(id, overlap))?;
        let secret = generate_secret(self.randomness.as_ref());
        let made: PartnerResult<_> = in_transaction!(self.database, |transaction| {
            let now = self.clock.now();
            let ticket = match claim(transaction, key.as_ref(), now).await? {
                Claim::First(ticket) => ticket,
                Claim::Repeated(id) => return Ok((existing(transaction, id).await?, false)),
            };
            let partner = existing(transaction, id).await?;
            partner_secrets::forget(transaction, &partner.client_id, now - ENDED_KEPT_US).await?;
            let secrets = partner_secrets::of_client(&mut *transaction, &partner.client_id).await?;
            for (ended, at) in ends_after_rotation(&secrets, overlap, now)? {
                partner_secrets::end(transaction, ended, at).await?;
            }
            self.insert_secret(transaction, &partner, &secret, now).await?;
            self.tell(transaction, PartnerEvent::SecretRotated, &partner, by).await?;
            ticket.store(transaction, &partner.id).await?;
            Ok((partner, true))
        });
        Ok(issued(made?, secret))
    }

    /// Ends secrets of a partner now. One that has ended stays as it is.
    pub(crate) async fn revoke(&self, id: PartnerId, which: Which, by: &By) -> PartnerResult<Partner> {
        in_transaction!(self.database, |transaction| {
            let now = self.clock.now();
            let partner = existing(transaction, id).await?;
            let secrets = partner_secrets::of_client(&mut *transaction, &partner.client_id).await?;
            let chosen = |secret: &&StoredSecret| which == Which::All || which == Which::One(secret.id);
            let chosen: Vec<&StoredSecret> = secrets.iter().filter(chosen).collect();
            if chosen.is_empty() && which != Which::All {
                return Err(PartnerChangeError::NoSuchSecret);
            }
            let valid: Vec<_> = chosen.into_iter().filter(|secret| secret.is_valid(now)).collect();
            for secret in &valid {
                partner_secrets::end(transaction, secret.id, now).await?;
            }
            if !valid.is_empty() {
                self.tell(transaction, PartnerEvent::SecretRevoked, &partner, by).await?;
            }
            Ok(partner)
        })
    }

    /// Lets a partner have tokens, or no more of them. One that it has lives on for the ten minutes of a token at most.
    pub(crate) async fn set_enabled(&self, id: PartnerId, is_enabled: bool, by: &By) -> PartnerResult<Partner> {
        in_transaction!(self.database, |transaction| {
            let before = existing(transaction, id).await?;
            if before.disabled_at.is_none() == is_enabled {
                return Ok(before);
            }
            let disabled_at = (!is_enabled).then(|| self.clock.now());
            let after = Partner { disabled_at, ..before };
            partners::update(transaction, &after).await?;
            let event = if is_enabled { PartnerEvent::Enabled } else { PartnerEvent::Disabled };
            self.tell(transaction, event, &after, by).await?;
            Ok(after)
        })
    }

    /// The partner of this client id, and the secrets that are kept of it, oldest first.
    pub(crate) async fn find(&self, client_id: &str, _by: &By) -> PartnerResult<(Partner, Vec<StoredSecret>)> {
        let Ok(client_id) = ClientId::parse(client_id) else { return Err(PartnerChangeError::NoSuchPartner) };
        let found = partners::with_secrets(&self.database, &client_id).await?;
        found.ok_or(PartnerChangeError::NoSuchPartner)
    }

    /// A page of the partners, of those whose name or client id begins with a text when it is given, and their number when
    /// it is wanted.
    pub(crate) async fn list(
        &self,
        text: Option<&str>,
        (page, is_counted): (&PageRequest, bool),
        _by: &By,
    ) -> PartnerResult<(Page<Partner>, Option<i64>)> {
        let rows = partners::page(&self.database, text, page).await?;
        let total = if is_counted { Some(partners::count(&self.database, text).await?) } else { None };
        Ok((page.page(rows), total))
    }

    fn new_partner(&self, client_id: &str, change: PartnerChange, now: i64) -> PartnerResult<Partner> {
        let terms = PartnerTerms::usual("").changed(change, now);
        match (ClientId::parse(client_id), terms) {
            (Ok(client_id), Ok(terms)) => Ok(Partner {
                id: self.ids.mint(),
                client_id,
                terms,
                disabled_at: None,
                created_at: now,
                last_used_at: None,
            }),
            (client_id, terms) => {
                let wrong_id = client_id.err().map(|_| PartnerFault::ClientId);
                let faults = wrong_id.into_iter().chain(terms.err().into_iter().flatten()).collect();
                Err(PartnerChangeError::Faults(faults))
            }
        }
    }

    async fn insert(
        &self,
        transaction: &mut Transaction,
        partner: &Partner,
        secret: &SecretString,
        now: i64,
    ) -> PartnerResult<()> {
        partners::insert(transaction, partner).await.map_err(|error| match error {
            DatabaseError::Unique { .. } => PartnerChangeError::ClientIdTaken,
            error => error.into(),
        })?;
        self.insert_secret(transaction, partner, secret, now).await
    }

    async fn insert_secret(
        &self,
        transaction: &mut Transaction,
        partner: &Partner,
        secret: &SecretString,
        now: i64,
    ) -> PartnerResult<()> {
        let hash = SecretHash::of_generated(secret).expect("invariant: the secret was generated");
        Ok(partner_secrets::insert(transaction, &partner.client_id, (self.ids.mint(), &hash), now).await?)
    }

    /// Tells who did what, in the outbox and, once it is done, in the log.
    async fn tell(
        &self,
        transaction: &mut Transaction,
        what: PartnerEvent,
        partner: &Partner,
        by: &By,
    ) -> PartnerResult<()> {
        let event: NewEvent = events::partner(what, partner, &by.name(), self.clock.now());
        let (kind, client_id, by_whom) = (event.kind, partner.client_id.as_str().to_owned(), by.name());
        outbox::append(transaction, by.origin(), event).await?;
        transaction
            .after_commit(move || tracing::info!(client_id, by = by_whom, event = kind, "a partner was changed"));
        Ok(())
    }
}

/// The partner, locked until the transaction ends.
async fn existing(transaction: &mut Transaction, id: PartnerId) -> PartnerResult<Partner> {
    partners::lock(transaction, id).await?.ok_or(PartnerChangeError::NoSuchPartner)
}

fn issued((partner, is_first): (Partner, bool), secret: SecretString) -> Issued {
    Issued { partner, secret: is_first.then_some(secret) }
}

/// What makes two requests the same.
fn input_of(change: &PartnerChange) -> impl Serialize {
    let scopes = change.scopes.as_ref().map(|scopes| scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>());
    let (name, contract) = (change.name.as_deref(), change.contract.as_ref().map(Option::as_deref));
    (name, scopes, contract, change.operations_per_second, change.cost_per_minute, change.expires_at)
}
