//! What can go wrong while demonstration data is configured or written.

use thiserror::Error;

/// A failure, with what happened, where, and what to do.
#[derive(Debug, Error)]
pub enum DemonstrationError {
    /// The profile's name is not one of the three.
    #[error("there is no demonstration profile `{given}`; choose tiny, demo or bench")]
    UnknownProfile {
        /// What was asked for.
        given: String,
    },
    /// The anchor is neither `now` nor an instant in range.
    #[error("the demonstration anchor `{given}` is not usable; write `now` or an RFC 3339 instant of 2020 to 2099")]
    InvalidAnchor {
        /// What was asked for.
        given: String,
    },
    /// Well-known accounts must not exist in production.
    #[error("demonstration accounts are refused when ENV=production; remove the demonstration password and the seed")]
    RefusedInProduction,
    /// The password would not pass identity's own rule.
    #[error("the demonstration password has {length} characters; choose one of 10 to 128")]
    PasswordLength {
        /// Characters given.
        length: usize,
    },
    /// The database holds rows that no seeding wrote.
    #[error(
        "table `{table}` of {seeder} already has rows that seeding did not write; \
         seed an empty database, or start without demonstration data"
    )]
    NotEmpty {
        /// Whose share was to be written.
        seeder: String,
        /// The table with rows in it.
        table: String,
    },
    /// The database holds another world.
    #[error(
        "{seeder} already holds the demonstration world {existing}, not {requested}; \
         ask for that world, or remove the data and start again"
    )]
    OtherWorld {
        /// Whose share was to be written.
        seeder: String,
        /// The world on record.
        existing: String,
        /// The world asked for.
        requested: String,
    },
    /// A row does not fit its table's description.
    #[error("a row of `{table}` has {given} values for {expected} columns; correct the seeder")]
    RowShape {
        /// The table.
        table: &'static str,
        /// Columns described.
        expected: usize,
        /// Values given.
        given: usize,
    },
    /// The record of an earlier seeding cannot be understood.
    #[error("the seed_manifest of {seeder} is unreadable ({reason}); remove the data and start again")]
    Manifest {
        /// Whose record it is.
        seeder: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file could not be written.
    #[error("a file of the demonstration cannot be written: {reason}; make room, or name another folder for files")]
    File {
        /// What went wrong.
        reason: String,
    },
    /// A statement failed.
    #[error("the database refused to {action} while seeding")]
    Database {
        /// What was being done, and to which table.
        action: String,
        /// The driver's error.
        #[source]
        source: kit_database::DatabaseError,
    },
}

impl DemonstrationError {
    /// What a refusal of the database becomes; `action` completes "the database refused to …".
    pub(crate) fn refused<Action: Into<String>>(
        action: Action,
    ) -> impl FnOnce(kit_database::DatabaseError) -> Self + use<Action> {
        let action = action.into();
        move |source| Self::Database { action, source }
    }
}
