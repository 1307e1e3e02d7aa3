//! What mutations answer, and why they refuse (P7).

use kit_graph::{ErrorCode, GraphError, GraphResult};

use super::notification::Notification;
use super::user::User;
use crate::domain::{self, GridFault, ProfileFault, ProfileField};
use crate::service::attempts::AttemptError;
use crate::service::{ChangeError, ChangeResult};

kit_graph::user_errors! {
    /// Why identity refused; new values may be added.
    pub enum IdentityErrorCode {
        /// Someone has the handle, or had it within 90 days.
        HandleTaken,
        /// The handle was changed within the last 30 days.
        HandleCooldown,
        /// A profile field breaks its rule; see `path`.
        InvalidProfile,
        /// The team is of another company.
        TeamCompanyMismatch,
        /// The invitation is unknown or over.
        InviteInvalid,
        /// It would leave nobody with the role ADMIN.
        LastAdmin,
        /// There is no such thing, or not for the viewer.
        NotFound,
        /// What was to be agreed with a partner breaks a rule; see `path`.
        InvalidPartner,
        /// A partner has this client id already.
        ClientIdTaken,
        /// Two of the partner's secrets are valid already.
        TooManySecrets,
        /// The idempotency key was used for another request.
        IdempotencyConflict,
    }
    /// A refusal by identity.
    pub struct IdentityUserError;
}

macro_rules! payloads {
    ($($(#[$doc:meta])* $payload:ident, $(#[$user_doc:meta])* user;)+) => {$(
        kit_graph::payload! {
            $(#[$doc])*
            pub struct $payload refusing IdentityUserError {
                $(#[$user_doc])*
                user: User,
            }
        }

        impl $payload {
            /// What the service answered.
            pub(super) fn of(answer: ChangeResult, client_mutation_id: Option<String>) -> GraphResult<Option<Self>> {
                Ok(Some(match answer {
                    Ok(user) => Self::done(User(user), client_mutation_id),
                    Err(error) => Self::refused(user_errors(&error)?, client_mutation_id),
                }))
            }
        }
    )+};
}

payloads! {
    /// What `updateProfile` answers.
    UpdateProfilePayload,
    /// The viewer, changed; null when refused.
    user;
    /// What `setHomeLocation` answers.
    SetHomeLocationPayload,
    /// The viewer, moved; null when refused.
    user;
    /// What `joinTeam` answers.
    JoinTeamPayload,
    /// The viewer, now in the team; null when refused.
    user;
    /// What `setUserRoles` answers.
    SetUserRolesPayload,
    /// The person, changed; null when refused.
    user;
    /// What `deactivateUser` answers.
    DeactivateUserPayload,
    /// The person, deactivated; null when refused.
    user;
}

kit_graph::payload! {
    /// What `markNotificationsRead` answers.
    pub struct MarkNotificationsReadPayload refusing IdentityUserError {
        /// The notifications, marked; null when refused.
        notifications: Vec<Notification>,
    }
}

impl MarkNotificationsReadPayload {
    /// What the service answered.
    pub(super) fn of(
        answer: Result<Vec<domain::Notification>, ChangeError>,
        client_mutation_id: Option<String>,
    ) -> GraphResult<Option<Self>> {
        Ok(Some(match answer {
            Ok(marked) => Self::done(marked.into_iter().map(Notification).collect(), client_mutation_id),
            Err(error) => Self::refused(user_errors(&error)?, client_mutation_id),
        }))
    }
}

/// Refusals as data, or an error of the request as a whole.
fn user_errors(error: &ChangeError) -> GraphResult<Vec<IdentityUserError>> {
    let (code, field) = match error {
        ChangeError::Faults(faults) => return Ok(faults.iter().map(|fault| profile_error(*fault)).collect()),
        ChangeError::Refused(refusal) => return Err((*refusal).into()),
        ChangeError::Invalid(message) => return Err(GraphError::bad_user_input(*message)),
        ChangeError::Attempt(AttemptError::TooMany { .. }) => {
            return Err(GraphError::new(ErrorCode::RateLimited, error.to_string()));
        }
        ChangeError::Attempt(_) | ChangeError::Sessions(_) | ChangeError::Database(_) => {
            return Err(GraphError::internal(error));
        }
        ChangeError::HandleTaken => (IdentityErrorCode::HandleTaken, Some("handle")),
        ChangeError::OutsideGrid(GridFault::Latitude) => (IdentityErrorCode::InvalidProfile, Some("latitude")),
        ChangeError::OutsideGrid(GridFault::Longitude) => (IdentityErrorCode::InvalidProfile, Some("longitude")),
        ChangeError::InviteInvalid => (IdentityErrorCode::InviteInvalid, Some("inviteCode")),
        ChangeError::TeamCompanyMismatch => (IdentityErrorCode::TeamCompanyMismatch, Some("inviteCode")),
        ChangeError::LastAdmin => (IdentityErrorCode::LastAdmin, None),
        ChangeError::AccountGone => (IdentityErrorCode::NotFound, None),
        ChangeError::NoSuchNotification => (IdentityErrorCode::NotFound, Some("ids")),
        ChangeError::NoSuchPerson => (IdentityErrorCode::NotFound, Some("userId")),
    };
    let refusal = IdentityUserError::new(code, error.to_string());
    Ok(vec![match field {
        Some(field) => refusal.at(["input", field]),
        None => refusal,
    }])
}

fn profile_error(fault: ProfileFault) -> IdentityUserError {
    let (code, field, message) = match fault {
        ProfileFault::HandleCooldown => (
            IdentityErrorCode::HandleCooldown,
            "handle",
            "the handle was changed within the last 30 days; change it again when they are over",
        ),
        ProfileFault::Invalid(field) => {
            let (name, message) = match field {
                ProfileField::Handle => ("handle", "a handle has 3 to 24 of a-z, 0-9 and underscore"),
                ProfileField::DisplayName => ("displayName", "a name has 1 to 100 characters, none of them invisible"),
                ProfileField::Bio => ("bio", "the text about oneself has at most 2,000 characters"),
                ProfileField::Interests => ("interests", "at most 50 interests, each of them once"),
            };
            (IdentityErrorCode::InvalidProfile, name, message)
        }
    };
    IdentityUserError::new(code, message).at(["input", field])
}
