//! Why a mutation of the graph does not change what it was asked to.

use kit_database::DatabaseError;
use kit_viewer::Refusal;
use thiserror::Error;

use super::AuthError;
use super::attempts::AttemptError;
use crate::domain::{GridFault, ProfileFault, User};

/// What a mutation that changes a user answers.
pub(crate) type ChangeResult = Result<User, ChangeError>;

/// Why nothing is changed.
#[derive(Debug, Error)]
pub(crate) enum ChangeError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("{0}")]
    Invalid(&'static str),
    #[error("the profile breaks its rules")]
    Faults(Vec<ProfileFault>),
    #[error("someone has this handle, or gave it up less than 90 days ago; choose another")]
    HandleTaken,
    #[error("this place is not in the grid, which covers Korea; choose a place in it")]
    OutsideGrid(GridFault),
    #[error("this invitation is unknown or over; ask for another one")]
    InviteInvalid,
    #[error("the team is of another company than yours; ask for an invitation of your own company")]
    TeamCompanyMismatch,
    #[error("it would leave nobody to administer; make somebody else an administrator first")]
    LastAdmin,
    #[error("this account does not exist any more, or is not in use; sign in to another one")]
    AccountGone,
    #[error("there is no such person; check the id")]
    NoSuchPerson,
    #[error("one of these notifications does not exist, or is somebody else's; nothing was marked")]
    NoSuchNotification,
    #[error(transparent)]
    Attempt(#[from] AttemptError),
    #[error(transparent)]
    Sessions(#[from] AuthError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
}
