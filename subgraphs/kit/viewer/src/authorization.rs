//! The vocabulary of authorization (P11).

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use async_graphql::Enum;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a person may act as; roles map to scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Enum)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Everyone.
    Mentee,
    /// May open classes.
    Mentor,
    /// Edits their own courses.
    Instructor,
    /// Moderates reviews.
    Moderator,
    /// Administers everything.
    Admin,
    /// Operates the system.
    Ops,
    /// A partner's client.
    Partner,
}

impl Role {
    /// All roles, in the order of P11.
    pub const ALL: [Self; 7] =
        [Self::Mentee, Self::Mentor, Self::Instructor, Self::Moderator, Self::Admin, Self::Ops, Self::Partner];

    /// What this role allows.
    #[must_use]
    pub fn scopes(self) -> &'static [Scope] {
        match self {
            // What these do is decided by ownership alone.
            Self::Mentee | Self::Mentor => &[],
            Self::Instructor => &[Scope::CourseWrite, Scope::MediaWrite],
            Self::Moderator => &[Scope::ReviewModerate],
            Self::Admin => &Scope::ALL,
            Self::Ops => &[Scope::OpsRead],
            Self::Partner => &[Scope::PartnerRead],
        }
    }

    /// What these roles allow together.
    #[must_use]
    pub fn scopes_of(roles: impl IntoIterator<Item = Self>) -> BTreeSet<Scope> {
        roles.into_iter().flat_map(Self::scopes).copied().collect()
    }

    /// As tokens, the database and the graph spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mentee => "MENTEE",
            Self::Mentor => "MENTOR",
            Self::Instructor => "INSTRUCTOR",
            Self::Moderator => "MODERATOR",
            Self::Admin => "ADMIN",
            Self::Ops => "OPS",
            Self::Partner => "PARTNER",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|role| role.name() == name).ok_or(UnknownName)
    }
}

macro_rules! scopes {
    ($($(#[$doc:meta])* $scope:ident = $name:literal),+ $(,)?) => {
        /// What a token allows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Scope {
            $($(#[$doc])* $scope),+
        }

        impl Scope {
            /// All scopes, in the order of P11.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$scope),+];

            /// As tokens and `@requiresScopes` spell it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$scope => $name),+
                }
            }
        }
    };
}

scopes! {
    /// Roles and other settings of the platform itself.
    Admin = "admin",
    /// Other users' private fields.
    UserRead = "user:read",
    /// Other users' accounts.
    UserWrite = "user:write",
    /// Courses and lessons.
    CourseWrite = "course:write",
    /// Media of courses, dramas and movies.
    MediaWrite = "media:write",
    /// Other users' reviews.
    ReviewModerate = "review:moderate",
    /// Applications of mentors.
    MentorApprove = "mentor:approve",
    /// Weather stations and observations.
    WeatherWrite = "weather:write",
    /// Points of other users.
    PointsAdjust = "points:adjust",
    /// Challenges.
    ChallengeWrite = "challenge:write",
    /// Traces, dead letters and other insides.
    OpsRead = "ops:read",
    /// What partners may read.
    PartnerRead = "partner:read",
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Scope {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|scope| scope.name() == name).ok_or(UnknownName)
    }
}

/// A role or scope of that name does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("there is no role or scope of this name")]
pub struct UnknownName;

/// Why a viewer may not do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Nobody is signed in. `UNAUTHENTICATED` at the GraphQL edge, 401 at the REST edge.
    #[error("sign in to do this")]
    Unauthenticated,
    /// The token lacks a scope. `FORBIDDEN`, 403.
    #[error("this needs the scope `{0}`")]
    ScopeMissing(Scope),
    /// It belongs to someone else. `FORBIDDEN`, 403.
    #[error("this belongs to someone else; it needs its owner or the scope `{0}`")]
    NotOwner(Scope),
    /// Only subgraphs may ask. `FORBIDDEN`, 403.
    #[error("only services of the platform may do this")]
    ServicesOnly,
}
