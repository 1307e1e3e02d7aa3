//! What identity publishes and hears (domain.md 3.1). No event carries an address, a telephone number or a secret.

mod avatars;
mod notices;

use std::collections::BTreeSet;

use kit_events::{Event, NewEvent};
use kit_ids::UserId;
use kit_viewer::Role;
use serde::Deserialize;
use serde_json::json;

pub(crate) use self::avatars::Avatars;
pub(crate) use self::notices::Notices;
use crate::domain::{Partner, SessionId, User};

/// Somebody has opened an account.
pub(crate) fn registered(user: &User) -> NewEvent {
    profile_event("identity.user.registered.v1", user, user.created_at)
}

/// Somebody has changed their profile.
pub(crate) fn profile_updated(user: &User, time: i64) -> NewEvent {
    profile_event("identity.user.profile_updated.v1", user, time)
}

/// Somebody has another home; nothing but the cell of the grid is known of it.
pub(crate) fn home_changed(user: &User, time: i64) -> NewEvent {
    let cell = user.home.map(|home| json!({ "nx": home.nx, "ny": home.ny }));
    let data = json!({ "id": user.id, "homeGrid": cell, "version": user.version });
    NewEvent { kind: "identity.user.home_changed.v1", subject: user.id.to_string(), time, data }
}

/// Somebody belongs to another team.
pub(crate) fn team_changed(user: &User, time: i64) -> NewEvent {
    let data = json!({ "id": user.id, "companyId": user.company_id, "teamId": user.team_id, "version": user.version });
    NewEvent { kind: "identity.user.team_changed.v1", subject: user.id.to_string(), time, data }
}

/// Somebody may act as something else.
pub(crate) fn roles_changed(user: &User, roles: &BTreeSet<Role>, time: i64) -> NewEvent {
    let roles: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    let data = json!({ "id": user.id, "roles": roles, "version": user.version });
    NewEvent { kind: "identity.user.roles_changed.v1", subject: user.id.to_string(), time, data }
}

/// An account was closed.
pub(crate) fn deactivated(user: UserId, time: i64) -> NewEvent {
    NewEvent { kind: "identity.user.deactivated.v1", subject: user.to_string(), time, data: json!({ "id": user }) }
}

fn profile_event(kind: &'static str, user: &User, time: i64) -> NewEvent {
    let data = json!({
        "id": user.id, "handle": user.handle, "displayName": user.display_name, "avatarUrl": user.avatar_url,
        "version": user.version,
    });
    NewEvent { kind, subject: user.id.to_string(), time, data }
}

/// What says that a session has ended.
const SESSION_REVOKED: &str = "identity.session.revoked.v1";

/// A session that has ended, as whoever accepts access tokens has to know it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RevokedSession {
    /// The `sid` of its tokens.
    pub session_id: String,
    /// When the last of them expires, in unix seconds.
    #[serde(rename = "accessTokensEndAt")]
    pub access_tokens_end_at: u64,
}

impl RevokedSession {
    /// The session that this event says has ended; nothing when it says something else.
    #[must_use]
    pub fn of(event: &Event) -> Option<Self> {
        (event.kind == SESSION_REVOKED).then(|| event.data().ok()).flatten()
    }
}

/// A session has ended before its time: its access tokens are to be refused until the last of them has expired.
pub(crate) fn session_revoked(
    session: SessionId,
    user: UserId,
    reason: &str,
    time: i64,
    access_tokens_end_at_seconds: i64,
) -> NewEvent {
    let data = json!({
        "sessionId": session, "userId": user, "reason": reason, "accessTokensEndAt": access_tokens_end_at_seconds,
    });
    NewEvent { kind: SESSION_REVOKED, subject: session.to_string(), time, data }
}

/// What was done to a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartnerEvent {
    Created,
    Updated,
    SecretRotated,
    SecretRevoked,
    Disabled,
    Enabled,
}

impl PartnerEvent {
    const fn kind(self) -> &'static str {
        match self {
            Self::Created => "identity.partner.created.v1",
            Self::Updated => "identity.partner.updated.v1",
            Self::SecretRotated => "identity.partner.secret_rotated.v1",
            Self::SecretRevoked => "identity.partner.secret_revoked.v1",
            Self::Disabled => "identity.partner.disabled.v1",
            Self::Enabled => "identity.partner.enabled.v1",
        }
    }
}

/// A partner was changed, by an administrator's id or by whoever has the database at hand.
pub(crate) fn partner(what: PartnerEvent, partner: &Partner, by: &str, time: i64) -> NewEvent {
    let terms = &partner.terms;
    let data = json!({
        "id": partner.id, "clientId": partner.client_id.as_str(), "by": by, "name": terms.name,
        "scopes": terms.scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>(), "contract": terms.contract,
        "operationsPerSecond": terms.operations_per_second, "costPerMinute": terms.cost_per_minute,
        "expiresAt": terms.expires_at, "disabledAt": partner.disabled_at,
    });
    NewEvent { kind: what.kind(), subject: partner.id.to_string(), time, data }
}
