//! The use cases: one function per query or mutation. They own transactions and check who may.

use std::collections::HashMap;
use std::sync::Arc;

use kit_database::{Database, DatabaseError, in_transaction};
use kit_graph::{BatchLoad, Loaders};
use kit_ids::{Clock, UserId};
use kit_service::Call;
use kit_viewer::Refusal;
use thiserror::Error;

use crate::domain::{Motto, MottoFault};
use crate::{events, store};

/// Why a use case does not do what was asked.
#[derive(Debug, Error)]
pub(crate) enum ServiceError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Fault(#[from] MottoFault),
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// The mottoes of people.
pub(crate) struct Mottoes {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Mottoes {
    /// Gives the viewer another motto, and answers whose it is.
    pub(crate) async fn change(&self, call: &Call, text: &str) -> Result<UserId, ServiceError> {
        let user = call.viewer.require_user()?.id;
        let motto = Motto::parse(text)?;
        let now = self.clock.now();
        in_transaction!(self.database, |transaction| {
            store::keep(&mut *transaction, user, &motto, now).await?;
            events::motto_changed(transaction, &call.origin, user, &motto, now).await?;
            Ok(user)
        })
    }
}

/// The loaders of one request (P16).
pub(crate) fn loaders(database: &Database) -> Loaders {
    Loaders::new().with(MottoOfUser(database.clone()))
}

/// What each person's motto says.
pub(crate) struct MottoOfUser(Database);

impl BatchLoad for MottoOfUser {
    type Key = UserId;
    type Value = String;
    type Error = DatabaseError;

    async fn load(&self, users: &[UserId]) -> Result<HashMap<UserId, String>, DatabaseError> {
        Ok(store::of_users(&self.0, users).await?.into_iter().collect())
    }
}
