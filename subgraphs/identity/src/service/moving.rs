//! Where the viewer lives, and whom they walk with.

use kit_database::in_transaction;
use kit_events::outbox;
use kit_service::Call;
use sha2::{Digest, Sha256};

use super::attempts::Counted;
use super::profiles::own;
use super::{ChangeError, ChangeResult, Profiles};
use crate::domain::{GridCell, User};
use crate::events;
use crate::store::{organisations, users};

impl Profiles {
    /// Sets where the viewer lives; of the place nothing is kept but its cell. One who lives there already stays as they
    /// are, and nothing is told.
    pub(crate) async fn set_home(&self, latitude: f64, longitude: f64, call: &Call) -> ChangeResult {
        let viewer = call.viewer.require_user()?;
        let home = GridCell::at(latitude, longitude).map_err(ChangeError::OutsideGrid)?;
        in_transaction!(self.database, |transaction| {
            let before = own(transaction, viewer.id).await?;
            if before.home == Some(home) {
                return Ok(before);
            }
            let after = User { home: Some(home), version: before.version + 1, ..before };
            users::update_home(transaction, &after).await?;
            outbox::append(transaction, &call.origin, events::home_changed(&after, self.clock.now())).await?;
            Ok(after)
        })
    }

    /// Joins the team that a code invites to, which must be of the viewer's company when they have one. Codes are short,
    /// so that guessing is slowed down like that of passwords.
    pub(crate) async fn join_team(&self, invite_code: &str, call: &Call) -> ChangeResult {
        let viewer = call.viewer.require_user()?;
        let guesses = Counted::of(&format!("join {}", viewer.id), &call.viewer.client);
        guesses.admit(&self.database, self.clock.now()).await?;
        let invite_code_hash: [u8; 32] = Sha256::digest(invite_code.trim()).into();
        let joined = in_transaction!(self.database, |transaction| {
            let before = own(transaction, viewer.id).await?;
            let team = organisations::invited_to(&mut *transaction, &invite_code_hash).await?;
            let team = team.ok_or(ChangeError::InviteInvalid)?;
            if before.company_id.is_some_and(|company| company != team.company_id) {
                return Err(ChangeError::TeamCompanyMismatch);
            }
            if before.team_id == Some(team.id) {
                return Ok(before);
            }
            let (company_id, team_id) = (Some(team.company_id), Some(team.id));
            let after = User { company_id, team_id, version: before.version + 1, ..before };
            users::update_team(transaction, &after).await?;
            outbox::append(transaction, &call.origin, events::team_changed(&after, self.clock.now())).await?;
            Ok(after)
        })?;
        guesses.succeed(&self.database, self.clock.now()).await?;
        Ok(joined)
    }
}
