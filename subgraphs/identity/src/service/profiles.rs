//! Changing one's own profile.

use std::sync::Arc;

use kit_database::{Database, DatabaseError, in_transaction};
use kit_events::outbox;
use kit_ids::Clock;
use kit_service::Call;
use kit_viewer::Refusal;
use thiserror::Error;

use crate::domain::{ProfileChange, ProfileFault, User, UserStatus};
use crate::events;
use crate::store::users;

/// How long a handle that was given up stays reserved: 90 days, in microseconds (domain.md 3.1).
const RESERVATION_US: i64 = 90 * 24 * 60 * 60 * 1_000_000;

/// Why a profile was not changed.
#[derive(Debug, Error)]
pub(crate) enum ProfileError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the profile breaks its rules")]
    Faults(Vec<ProfileFault>),
    #[error("the handle is taken")]
    HandleTaken,
    #[error("there is no such account, or it is closed")]
    NotFound,
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Changes profiles.
#[derive(Clone)]
pub(crate) struct Profiles {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Profiles {
    /// Changes the viewer's own profile and returns the user as it is then.
    pub(crate) async fn update(&self, change: ProfileChange, call: &Call) -> Result<User, ProfileError> {
        let viewer = call.viewer.require_user()?;
        in_transaction!(self.database, |transaction| {
            let now = self.clock.now();
            let before = users::lock(transaction, viewer.id).await?;
            let before = before.filter(|user| user.status == UserStatus::Active).ok_or(ProfileError::NotFound)?;
            let former_handle = before.handle.clone();
            let after = change.clone().apply(before, now).map_err(ProfileError::Faults)?;
            if after.handle != former_handle {
                if users::is_reserved(transaction, &after.handle, after.id, now).await? {
                    return Err(ProfileError::HandleTaken);
                }
                users::reserve(transaction, &former_handle, after.id, now + RESERVATION_US).await?;
            }
            users::update_profile(transaction, &after).await.map_err(taken)?;
            outbox::append(transaction, &call.origin, events::profile_updated(&after, now)).await?;
            Ok(after)
        })
    }
}

fn taken(error: DatabaseError) -> ProfileError {
    match error {
        DatabaseError::Unique { constraint } if constraint == users::HANDLE_UNIQUE => ProfileError::HandleTaken,
        error => error.into(),
    }
}
