//! Which people a list shows, and in which order.

use kit_ids::{CompanyId, TeamId};
use kit_viewer::Role;

use super::UserStatus;

/// Which people; every part that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct UserFilter {
    /// Handle, name or address begins with this.
    pub(crate) text: Option<String>,
    pub(crate) role: Option<Role>,
    pub(crate) status: Option<UserStatus>,
    pub(crate) company_id: Option<CompanyId>,
    pub(crate) team_id: Option<TeamId>,
}

/// Order of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum UserSort {
    /// Latest account first.
    Newest,
    Handle,
    DisplayName,
}
