//! What the mutations of partners need.

use std::collections::BTreeSet;

use async_graphql::{ID, InputObject, MaybeUndefined};
use kit_graph::DateTime;
use kit_viewer::Scope;

use crate::domain::{PartnerChange, PartnerFault, PartnerId, PartnerSecretId};
use crate::service::PartnerChangeError;

/// What `createPartner` needs.
#[derive(InputObject)]
pub(crate) struct CreatePartnerInput {
    /// What its programs sign in as: 3 to 64 of a-z, 0-9 and underscore. It never changes.
    client_id: String,
    /// Name, for people: 1 to 100 characters.
    name: String,
    /// All that its tokens may allow; everything that partners may when it is left out.
    scopes: Option<Vec<String>>,
    /// The part of the graph that its tokens are for: the name of a contract of the router. `partner` when it is left out;
    /// null for endpoints without a contract.
    contract: MaybeUndefined<String>,
    /// How many operations it may ask for in a second: 1 to 10,000; 20 when it is left out.
    operations_per_second: Option<i32>,
    /// How much its operations may cost in a minute: 1 to 1,000,000,000; 100,000 when it is left out.
    cost_per_minute: Option<i32>,
    /// From when on it gets no tokens; never when it is left out.
    expires_at: Option<DateTime>,
    /// Repeating a request with the same key within 24 hours returns the partner instead of making another one; the secret
    /// is not shown again.
    idempotency_key: Option<ID>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `updatePartner` needs.
#[derive(InputObject)]
pub(crate) struct UpdatePartnerInput {
    /// The partner.
    pub(super) partner_id: PartnerId,
    /// New name, for people: 1 to 100 characters.
    name: Option<String>,
    /// All that its tokens may allow, replacing the former ones.
    scopes: Option<Vec<String>>,
    /// The part of the graph that its tokens are for: the name of a contract of the router; null for endpoints without one.
    contract: MaybeUndefined<String>,
    /// How many operations it may ask for in a second: 1 to 10,000.
    operations_per_second: Option<i32>,
    /// How much its operations may cost in a minute: 1 to 1,000,000,000.
    cost_per_minute: Option<i32>,
    /// From when on it gets no tokens; null for never.
    expires_at: MaybeUndefined<DateTime>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `rotatePartnerSecret` needs.
#[derive(InputObject)]
pub(crate) struct RotatePartnerSecretInput {
    /// The partner.
    pub(super) partner_id: PartnerId,
    /// How long the old secret stays valid beside the new one: 0 to 2,592,000 seconds, which are 30 days. One day when it is
    /// left out; with 0 all old ones end now.
    overlap_seconds: Option<i32>,
    /// Repeating a request with the same key within 24 hours makes no other secret, and does not show the first one again.
    pub(super) idempotency_key: Option<ID>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `revokePartnerSecret` needs.
#[derive(InputObject)]
pub(crate) struct RevokePartnerSecretInput {
    /// The partner.
    pub(super) partner_id: PartnerId,
    /// The secret, by its id.
    pub(super) secret_id: PartnerSecretId,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `disablePartner` needs.
#[derive(InputObject)]
pub(crate) struct DisablePartnerInput {
    /// The partner.
    pub(super) partner_id: PartnerId,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `enablePartner` needs.
#[derive(InputObject)]
pub(crate) struct EnablePartnerInput {
    /// The partner.
    pub(super) partner_id: PartnerId,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

impl CreatePartnerInput {
    pub(super) fn key(&self) -> Option<String> {
        self.idempotency_key.as_ref().map(|key| key.0.clone())
    }

    /// The client id, and what is agreed.
    pub(super) fn into_parts(self) -> (String, Result<PartnerChange, PartnerChangeError>) {
        let quota = (self.operations_per_second, self.cost_per_minute);
        let change = change(self.scopes, quota).map(|change| PartnerChange {
            name: Some(self.name),
            contract: self.contract.into(),
            expires_at: self.expires_at.map(|at| Some(at.micros())),
            ..change
        });
        (self.client_id, change)
    }
}

impl UpdatePartnerInput {
    pub(super) fn into_change(self) -> Result<PartnerChange, PartnerChangeError> {
        Ok(PartnerChange {
            name: self.name,
            contract: self.contract.into(),
            expires_at: self.expires_at.map_value(DateTime::micros).into(),
            ..change(self.scopes, (self.operations_per_second, self.cost_per_minute))?
        })
    }
}

impl RotatePartnerSecretInput {
    pub(super) fn overlap_us(&self) -> Option<i64> {
        self.overlap_seconds.map(|seconds| i64::from(seconds) * 1_000_000)
    }
}

/// What has to be read before the rules can be applied; a number below zero breaks its rule like zero.
fn change(
    scopes: Option<Vec<String>>,
    (operations, cost): (Option<i32>, Option<i32>),
) -> Result<PartnerChange, PartnerChangeError> {
    let read = |names: Vec<String>| names.iter().map(|name| name.parse()).collect::<Result<BTreeSet<Scope>, _>>();
    let scopes = scopes.map(read).transpose().map_err(|_| PartnerChangeError::Faults(vec![PartnerFault::Scopes]))?;
    let whole = |number: i32| u32::try_from(number).unwrap_or_default();
    Ok(PartnerChange {
        scopes,
        operations_per_second: operations.map(whole),
        cost_per_minute: cost.map(whole),
        ..PartnerChange::default()
    })
}
