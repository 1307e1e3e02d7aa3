//! What administrators do to accounts (domain.md 3.1, S3-ROLE-4).

use std::collections::BTreeSet;

use kit_database::in_transaction;
use kit_events::outbox;
use kit_ids::UserId;
use kit_service::Call;
use kit_viewer::{Role, Scope, Viewer};

use super::{ChangeError, ChangeResult, Sessions};
use crate::domain::{LoginKind, User, UserStatus};
use crate::events;
use crate::store::departures::{self, Departure};
use crate::store::{password_resets, users};

/// Longest reason, in characters.
const REASON_CHARACTERS_MAX: usize = 500;

/// Changes other people's accounts.
#[derive(Clone)]
pub(crate) struct Administration {
    pub(crate) sessions: Sessions,
}

impl Administration {
    /// Gives a person these roles, and no others but the one that everybody has. Their sessions go on, and the next token
    /// of each has the new roles.
    pub(crate) async fn set_roles(&self, id: UserId, roles: &[Role], call: &Call) -> ChangeResult {
        call.viewer.require_scope(Scope::Admin)?;
        let mut next: BTreeSet<Role> = roles.iter().copied().collect();
        next.insert(Role::Mentee);
        in_transaction!(self.sessions.database, |transaction| {
            let admins = users::lock_admins(transaction).await?;
            let before = users::lock(transaction, id).await?;
            let before =
                before.filter(|user| user.status != UserStatus::Deactivated).ok_or(ChangeError::NoSuchPerson)?;
            let present = users::roles(&mut *transaction, &[id]).await?.remove(&id).unwrap_or_default();
            if present == next {
                return Ok(before);
            }
            if admins == [id] && !next.contains(&Role::Admin) {
                return Err(ChangeError::LastAdmin);
            }
            let after = User { version: before.version + 1, ..before };
            users::replace_roles(transaction, &after, (&present, &next)).await?;
            let event = events::roles_changed(&after, &next, self.sessions.clock.now());
            outbox::append(transaction, &call.origin, event).await?;
            Ok(after)
        })
    }

    /// Closes an account and ends its sessions. One that is closed stays so, and nothing is told.
    pub(crate) async fn deactivate(&self, id: UserId, reason: Option<&str>, call: &Call) -> ChangeResult {
        let by = call.viewer.require_scope(Scope::UserWrite)?.id;
        if reason.is_some_and(|reason| reason.chars().count() > REASON_CHARACTERS_MAX) {
            return Err(ChangeError::Invalid("the reason has at most 500 characters"));
        }
        // Whoever closes the account is not where its owner was.
        let unseen = Call { viewer: Viewer::anonymous(), origin: call.origin.clone() };
        in_transaction!(self.sessions.database, |transaction| {
            let now = self.sessions.clock.now();
            let admins = users::lock_admins(transaction).await?;
            let before = users::lock(transaction, id).await?.ok_or(ChangeError::NoSuchPerson)?;
            if before.status == UserStatus::Deactivated {
                return Ok(before);
            }
            if admins == [id] {
                return Err(ChangeError::LastAdmin);
            }
            let after = User { status: UserStatus::Deactivated, version: before.version + 1, ..before };
            departures::write(transaction, &after, Departure { at: now, by, reason }).await?;
            password_resets::use_all(transaction, id, now).await?;
            self.sessions.end_all(transaction, id, None, LoginKind::Logout, &unseen).await?;
            outbox::append(transaction, &call.origin, events::deactivated(id, now)).await?;
            Ok(after)
        })
    }
}
