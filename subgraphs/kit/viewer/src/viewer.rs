//! The caller of one request.

use std::collections::BTreeSet;

use kit_ids::UserId;

use crate::{Refusal, Role, Scope};

/// The name under which the router acts.
pub const ROUTER: &str = "router";

/// The caller of one request. Made by [`crate::RequestVerifier`]; by the constructors here in tests and schedules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// The service that calls: [`ROUTER`], or the subgraph of that name.
    pub act: String,
    /// The user on whose behalf, if one is signed in.
    pub user: Option<SignedInUser>,
    /// Where the request came from.
    pub client: Client,
}

/// A user whose access token the router has verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedInUser {
    /// Who it is.
    pub id: UserId,
    /// The session that the token belongs to.
    pub session: Option<String>,
    /// The roles at the time of signing in.
    pub roles: BTreeSet<Role>,
    /// What the token allows.
    pub scopes: BTreeSet<Scope>,
    /// When the token ends, in unix seconds.
    pub expires_at: i64,
}

/// What is known of the client. For login history and rate limits, never for authorization.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    /// Its address, as the router saw it.
    pub ip: Option<String>,
    /// What it calls itself.
    pub user_agent: Option<String>,
}

impl Viewer {
    /// Nobody, by way of the router.
    #[must_use]
    pub fn anonymous() -> Self {
        Self { act: ROUTER.to_owned(), user: None, client: Client::default() }
    }

    /// This user, by way of the router.
    #[must_use]
    pub fn signed_in(user: SignedInUser) -> Self {
        Self { user: Some(user), ..Self::anonymous() }
    }

    /// A subgraph that acts for itself.
    #[must_use]
    pub fn service(name: &str) -> Self {
        Self { act: name.to_owned(), ..Self::anonymous() }
    }

    /// The id of the signed-in user.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId> {
        self.user.as_ref().map(|user| user.id)
    }

    /// Whether this user is signed in.
    #[must_use]
    pub fn is_user(&self, id: UserId) -> bool {
        self.user_id() == Some(id)
    }

    /// Whether a user with this scope is signed in.
    #[must_use]
    pub fn has_scope(&self, scope: Scope) -> bool {
        self.user.as_ref().is_some_and(|user| user.scopes.contains(&scope))
    }

    /// The subgraph that calls; nothing when it is the router.
    #[must_use]
    pub fn calling_service(&self) -> Option<&str> {
        Some(self.act.as_str()).filter(|act| *act != ROUTER)
    }

    /// The signed-in user.
    ///
    /// # Errors
    /// [`Refusal::Unauthenticated`] when there is none.
    pub fn require_user(&self) -> Result<&SignedInUser, Refusal> {
        self.user.as_ref().ok_or(Refusal::Unauthenticated)
    }

    /// The signed-in user, who has this scope.
    ///
    /// # Errors
    /// [`Refusal::Unauthenticated`] without a user, [`Refusal::ScopeMissing`] without the scope.
    pub fn require_scope(&self, scope: Scope) -> Result<&SignedInUser, Refusal> {
        let user = self.require_user()?;
        if user.scopes.contains(&scope) { Ok(user) } else { Err(Refusal::ScopeMissing(scope)) }
    }

    /// The signed-in user, who is the owner of what is asked for, or has this scope.
    ///
    /// # Errors
    /// [`Refusal::Unauthenticated`] without a user, [`Refusal::NotOwner`] for anyone else.
    pub fn self_or_scope(&self, owner: UserId, scope: Scope) -> Result<&SignedInUser, Refusal> {
        let user = self.require_user()?;
        if user.id == owner || user.scopes.contains(&scope) { Ok(user) } else { Err(Refusal::NotOwner(scope)) }
    }

    /// The name of the calling subgraph, for what only services may do.
    ///
    /// # Errors
    /// [`Refusal::ServicesOnly`] when the router calls.
    pub fn require_service(&self) -> Result<&str, Refusal> {
        self.calling_service().ok_or(Refusal::ServicesOnly)
    }
}

impl SignedInUser {
    /// A user without roles, whose token ends never: for tests.
    #[must_use]
    pub fn new(id: UserId) -> Self {
        Self { id, session: None, roles: BTreeSet::new(), scopes: BTreeSet::new(), expires_at: i64::MAX }
    }

    /// With this role, and the scopes that it brings.
    #[must_use]
    pub fn with_role(mut self, role: Role) -> Self {
        self.roles.insert(role);
        self.scopes.extend(role.scopes());
        self
    }

    /// With this session.
    #[must_use]
    pub fn with_session(mut self, session: impl Into<String>) -> Self {
        self.session = Some(session.into());
        self
    }
}
