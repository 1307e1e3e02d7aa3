//! Changing one's own profile.

use std::sync::Arc;

use kit_database::{Database, DatabaseError, Transaction, in_transaction};
use kit_events::outbox;
use kit_ids::{Clock, UserId};
use kit_service::Call;

use super::{ChangeError, ChangeResult};
use crate::domain::{ProfileChange, UserStatus};
use crate::events;
use crate::store::users;

/// How long a handle that was given up stays reserved: 90 days, in microseconds (domain.md 3.1).
pub(super) const RESERVATION_US: i64 = 90 * 24 * 60 * 60 * 1_000_000;

/// Changes profiles.
#[derive(Clone)]
pub(crate) struct Profiles {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Profiles {
    /// Changes the viewer's own profile and returns the user as it is then.
    pub(crate) async fn update(&self, change: ProfileChange, call: &Call) -> ChangeResult {
        let viewer = call.viewer.require_user()?;
        in_transaction!(self.database, |transaction| {
            let now = self.clock.now();
            let before = own(transaction, viewer.id).await?;
            let former_handle = before.handle.clone();
            let after = change.clone().apply(before, now).map_err(ChangeError::Faults)?;
            if after.handle != former_handle {
                if users::is_reserved(transaction, &after.handle, after.id, now).await? {
                    return Err(ChangeError::HandleTaken);
                }
                users::reserve(transaction, &former_handle, after.id, now + RESERVATION_US).await?;
            }
            users::update_profile(transaction, &after).await.map_err(taken)?;
            outbox::append(transaction, &call.origin, events::profile_updated(&after, now)).await?;
            Ok(after)
        })
    }
}

/// The viewer's own account, locked until the transaction ends.
pub(super) async fn own(transaction: &mut Transaction, id: UserId) -> ChangeResult {
    let user = users::lock(transaction, id).await?;
    user.filter(|user| user.status == UserStatus::Active).ok_or(ChangeError::AccountGone)
}

fn taken(error: DatabaseError) -> ChangeError {
    match error {
        DatabaseError::Unique { constraint } if constraint == users::HANDLE_UNIQUE => ChangeError::HandleTaken,
        error => error.into(),
    }
}
