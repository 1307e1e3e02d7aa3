//! Who has an account, and where they belong.

use std::str::FromStr;

use kit_ids::{CategoryId, CompanyId, TeamId, UserId};

use super::GridCell;

/// The part of an id that chance made, in characters: it makes a handle that nobody else has.
const ERASED_DIGITS: usize = 16;

/// Whether an account is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UserStatus {
    Active,
    Suspended,
    Deactivated,
}

impl UserStatus {
    const ALL: [Self; 3] = [Self::Active, Self::Suspended, Self::Deactivated];

    /// As the database and the graph spell it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Suspended => "SUSPENDED",
            Self::Deactivated => "DEACTIVATED",
        }
    }
}

impl FromStr for UserStatus {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|status| status.name() == name).ok_or(())
    }
}

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) id: UserId,
    pub(crate) handle: String,
    /// When the handle was last changed, in UTC microseconds; nothing while it is the first one.
    pub(crate) handle_changed_at: Option<i64>,
    pub(crate) email: String,
    pub(crate) phone: Option<String>,
    pub(crate) display_name: String,
    pub(crate) avatar_url: Option<String>,
    pub(crate) bio: Option<String>,
    pub(crate) interests: Vec<CategoryId>,
    pub(crate) company_id: Option<CompanyId>,
    pub(crate) team_id: Option<TeamId>,
    /// Where the person lives, as a cell of the weather grid.
    pub(crate) home: Option<GridCell>,
    pub(crate) status: UserStatus,
    /// Counts the changes; the access token carries it as `ver`.
    pub(crate) version: i64,
    pub(crate) created_at: i64,
}

impl User {
    /// What is left of a person who is to be forgotten: values that tell of nobody, and that nobody else has.
    pub(crate) fn erased(&self) -> Self {
        let id = self.id.to_string();
        let (_, digits) = id.split_at(id.len() - ERASED_DIGITS);
        Self {
            handle: format!("deleted_{digits}"),
            handle_changed_at: None,
            email: format!("{id}@erased.invalid"),
            phone: None,
            display_name: "Deleted user".to_owned(),
            avatar_url: None,
            bio: None,
            interests: Vec::new(),
            company_id: None,
            team_id: None,
            home: None,
            version: self.version + 1,
            ..self.clone()
        }
    }
}

/// A company whose people walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Company {
    pub(crate) id: CompanyId,
    pub(crate) name: String,
}

/// A team within a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Team {
    pub(crate) id: TeamId,
    pub(crate) company_id: CompanyId,
    pub(crate) name: String,
}
