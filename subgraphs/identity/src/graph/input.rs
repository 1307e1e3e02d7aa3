//! What mutations need.

use async_graphql::InputObject;
use kit_ids::{CategoryId, NotificationId, UserId};
use kit_viewer::Role;

use crate::domain::ProfileChange;

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
    pub(super) client_mutation_id: Option<String>,
}

impl From<UpdateProfileInput> for ProfileChange {
    fn from(input: UpdateProfileInput) -> Self {
        Self { handle: input.handle, display_name: input.display_name, bio: input.bio, interests: input.interests }
    }
}

/// What `setHomeLocation` needs.
#[derive(InputObject)]
pub(crate) struct SetHomeLocationInput {
    /// Degrees north, WGS 84.
    pub(super) latitude: f64,
    /// Degrees east, WGS 84.
    pub(super) longitude: f64,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `joinTeam` needs.
#[derive(InputObject)]
pub(crate) struct JoinTeamInput {
    /// The code from the invitation.
    pub(super) invite_code: String,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `markNotificationsRead` needs.
#[derive(InputObject)]
pub(crate) struct MarkNotificationsReadInput {
    /// The notifications, at most 100.
    pub(super) ids: Vec<NotificationId>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `setUserRoles` needs.
#[derive(InputObject)]
pub(crate) struct SetUserRolesInput {
    /// The person.
    pub(super) user_id: UserId,
    /// All the roles that the person is to have.
    pub(super) roles: Vec<Role>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}

/// What `deactivateUser` needs.
#[derive(InputObject)]
pub(crate) struct DeactivateUserInput {
    /// The person.
    pub(super) user_id: UserId,
    /// Why, for the record.
    pub(super) reason: Option<String>,
    /// Echoed in the payload.
    pub(super) client_mutation_id: Option<String>,
}
