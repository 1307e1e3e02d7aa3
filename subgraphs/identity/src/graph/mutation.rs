//! Where writing begins.

use async_graphql::{Context, InputObject, Object};
use kit_graph::{GraphError, GraphResult, RequireUser, authenticated};
use kit_ids::CategoryId;
use kit_service::CallContext;

use super::user::User;
use crate::domain::{ProfileChange, ProfileFault, ProfileField};
use crate::service::{ProfileError, Profiles};

kit_graph::user_errors! {
    /// Why identity refused; new values may be added.
    pub enum IdentityErrorCode {
        /// Someone has the handle, or had it within 90 days.
        HandleTaken,
        /// The handle was changed within the last 30 days.
        HandleCooldown,
        /// A profile field breaks its rule; see `path`.
        InvalidProfile,
        /// There is no such thing, or not for the viewer.
        NotFound,
    }
    /// A refusal by identity.
    pub struct IdentityUserError;
}

kit_graph::payload! {
    /// What `updateProfile` answers.
    pub struct UpdateProfilePayload refusing IdentityUserError {
        /// The viewer, changed; null when refused.
        user: User,
    }
}

/// What `updateProfile` needs.
#[derive(InputObject)]
pub(crate) struct UpdateProfileInput {
    /// New handle: 3 to 24 of a-z, 0-9 and underscore, changeable once in 30 days.
    handle: Option<String>,
    /// New name, as others see it.
    display_name: Option<String>,
    /// New text about oneself; an empty text removes it.
    bio: Option<String>,
    /// Categories of interest, replacing the former ones.
    interests: Option<Vec<CategoryId>>,
    /// Echoed in the payload.
    client_mutation_id: Option<String>,
}

/// What can be changed; mutations of one request run one after the other.
pub(crate) struct Mutation;

/// What can be changed; mutations of one request run one after the other.
#[Object]
impl Mutation {
    /// Changes the viewer's own profile; what is left out stays as it is.
    #[graphql(guard = "RequireUser", directive = authenticated::apply())]
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        input: UpdateProfileInput,
    ) -> GraphResult<Option<UpdateProfilePayload>> {
        let UpdateProfileInput { handle, display_name, bio, interests, client_mutation_id } = input;
        let change = ProfileChange { handle, display_name, bio, interests };
        let profiles = ctx.data_unchecked::<Profiles>();
        let errors = match profiles.update(change, ctx.call()).await {
            Ok(user) => return Ok(Some(UpdateProfilePayload::done(User(user), client_mutation_id))),
            Err(ProfileError::Faults(faults)) => faults.into_iter().map(user_error).collect(),
            Err(ProfileError::HandleTaken) => vec![handle_taken()],
            Err(ProfileError::NotFound) => vec![IdentityUserError::new(
                IdentityErrorCode::NotFound,
                "this account does not exist any more, or is not in use; sign in to another one",
            )],
            Err(ProfileError::Refused(refusal)) => return Err(refusal.into()),
            Err(ProfileError::Database(error)) => return Err(GraphError::internal(&error)),
        };
        Ok(Some(UpdateProfilePayload::refused(errors, client_mutation_id)))
    }
}

fn handle_taken() -> IdentityUserError {
    let message = "someone has this handle, or gave it up less than 90 days ago; choose another";
    IdentityUserError::new(IdentityErrorCode::HandleTaken, message).at(["input", "handle"])
}

fn user_error(fault: ProfileFault) -> IdentityUserError {
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
