//! What the mutations of partners answer, and why they refuse (P7).

use async_graphql::SimpleObject;
use kit_graph::{GraphError, GraphResult};
use secrecy::ExposeSecret;

use super::partner::Partner;
use super::payload::{IdentityErrorCode, IdentityUserError};
use crate::domain::{self, PartnerFault};
use crate::service::{Issued, PartnerChangeError, PartnerResult};

macro_rules! payloads {
    ($($(#[$doc:meta])* $payload:ident, $(#[$partner_doc:meta])* partner;)+) => {$(
        kit_graph::payload! {
            $(#[$doc])*
            pub struct $payload refusing IdentityUserError {
                $(#[$partner_doc])*
                partner: Partner,
            }
        }

        impl $payload {
            /// What the service answered.
            pub(super) fn of(
                answer: PartnerResult<domain::Partner>,
                client_mutation_id: Option<String>,
            ) -> GraphResult<Option<Self>> {
                Ok(Some(match answer {
                    Ok(partner) => Self::done(Partner(partner), client_mutation_id),
                    Err(error) => Self::refused(user_errors(&error)?, client_mutation_id),
                }))
            }
        }
    )+};
}

payloads! {
    /// What `updatePartner` answers.
    UpdatePartnerPayload,
    /// The partner, changed; null when refused.
    partner;
    /// What `revokePartnerSecret` answers.
    RevokePartnerSecretPayload,
    /// The partner, with what is left of its secrets; null when refused.
    partner;
    /// What `disablePartner` answers.
    DisablePartnerPayload,
    /// The partner, disabled; null when refused.
    partner;
    /// What `enablePartner` answers.
    EnablePartnerPayload,
    /// The partner, enabled; null when refused.
    partner;
}

macro_rules! issuing_payloads {
    ($($(#[$doc:meta])* $payload:ident, $(#[$partner_doc:meta])* partner;)+) => {$(
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub(crate) struct $payload {
            $(#[$partner_doc])*
            partner: Option<Partner>,
            /// The new secret. It is shown here and never again; null when refused, and in the answer to a repetition.
            secret: Option<String>,
            /// Why the request was refused; empty when it was carried out.
            user_errors: Vec<IdentityUserError>,
            /// The input's value.
            client_mutation_id: Option<String>,
        }

        impl $payload {
            /// What the service answered.
            pub(super) fn of(
                answer: PartnerResult<Issued>,
                client_mutation_id: Option<String>,
            ) -> GraphResult<Option<Self>> {
                let (issued, user_errors) = match answer {
                    Ok(issued) => (Some(issued), Vec::new()),
                    Err(error) => (None, user_errors(&error)?),
                };
                let (partner, secret) = issued.map(|issued| (Partner(issued.partner), issued.secret)).unzip();
                let secret = secret.flatten().map(|secret| secret.expose_secret().to_owned());
                Ok(Some(Self { partner, secret, user_errors, client_mutation_id }))
            }
        }
    )+};
}

issuing_payloads! {
    /// What `createPartner` answers.
    CreatePartnerPayload,
    /// The new partner; null when refused.
    partner;
    /// What `rotatePartnerSecret` answers.
    RotatePartnerSecretPayload,
    /// The partner; null when refused.
    partner;
}

/// Refusals as data, or an error of the request as a whole.
fn user_errors(error: &PartnerChangeError) -> GraphResult<Vec<IdentityUserError>> {
    let (code, field) = match error {
        PartnerChangeError::Faults(faults) => return Ok(faults.iter().map(|fault| fault_error(*fault)).collect()),
        PartnerChangeError::Refused(refusal) => return Err((*refusal).into()),
        PartnerChangeError::Invalid(message) => return Err(GraphError::bad_user_input(message.as_str())),
        PartnerChangeError::Database(error) => return Err(GraphError::internal(error)),
        PartnerChangeError::ClientIdTaken => (IdentityErrorCode::ClientIdTaken, "clientId"),
        PartnerChangeError::NoSuchPartner => (IdentityErrorCode::NotFound, "partnerId"),
        PartnerChangeError::NoSuchSecret => (IdentityErrorCode::NotFound, "secretId"),
        PartnerChangeError::TooManySecrets { .. } => (IdentityErrorCode::TooManySecrets, "overlapSeconds"),
        PartnerChangeError::Overlap => (IdentityErrorCode::InvalidPartner, "overlapSeconds"),
        PartnerChangeError::IdempotencyConflict => (IdentityErrorCode::IdempotencyConflict, "idempotencyKey"),
    };
    Ok(vec![IdentityUserError::new(code, error.to_string()).at(["input", field])])
}

fn fault_error(fault: PartnerFault) -> IdentityUserError {
    let field = match fault {
        PartnerFault::ClientId => "clientId",
        PartnerFault::Name => "name",
        PartnerFault::Scopes => "scopes",
        PartnerFault::Contract => "contract",
        PartnerFault::OperationsPerSecond => "operationsPerSecond",
        PartnerFault::CostPerMinute => "costPerMinute",
        PartnerFault::ExpiresAt => "expiresAt",
    };
    IdentityUserError::new(IdentityErrorCode::InvalidPartner, fault.advice()).at(["input", field])
}
