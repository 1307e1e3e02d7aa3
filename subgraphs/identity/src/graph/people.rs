//! Lists of people.

use async_graphql::{Enum, InputObject};
use kit_ids::{CompanyId, TeamId};
use kit_paging::{CursorKey, Page};
use kit_viewer::Role;

use super::user::{User, UserStatus};
use crate::domain::{self, UserFilter as Filter};
use crate::service::loaders::{people_order, people_position};

/// Which people.
#[derive(Default, InputObject)]
pub(crate) struct UserFilter {
    /// Handle, name or address begins with this.
    #[graphql(validator(chars_max_length = 254))]
    query: Option<String>,
    /// Has this role.
    role: Option<Role>,
    /// Has this status.
    status: Option<UserStatus>,
    /// Belongs to this company.
    company_id: Option<CompanyId>,
    /// Belongs to this team.
    team_id: Option<TeamId>,
}

impl From<UserFilter> for Filter {
    fn from(filter: UserFilter) -> Self {
        Self {
            text: filter.query.filter(|text| !text.is_empty()),
            role: filter.role,
            status: filter.status.map(Into::into),
            company_id: filter.company_id,
            team_id: filter.team_id,
        }
    }
}

/// Order of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::UserSort")]
pub(crate) enum UserOrder {
    /// Latest account first.
    Newest,
    /// By handle.
    Handle,
    /// By name.
    DisplayName,
}

kit_paging::connection! {
    /// People, page by page.
    pub struct UserConnection;
    /// One entry of a UserConnection.
    pub struct UserEdge for User;
}

impl UserConnection {
    /// The connection of a page in this order.
    pub(super) fn of(
        page: Page<domain::User>,
        total: Option<i64>,
        sort: domain::UserSort,
        cursors: &CursorKey,
    ) -> Self {
        Self::new(page, total, |user| UserEdge {
            cursor: cursors.cursor(people_order(sort), &people_position(sort, &user)),
            node: User(user),
        })
    }
}
