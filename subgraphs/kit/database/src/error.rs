//! What can go wrong with a database, alike on both engines.

mod classify;

use thiserror::Error;

pub(crate) use classify::{classify, is_contention};

/// A database failure. Never carries a value that was bound or stored.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// A row with the same key exists. Stores map the constraint to a domain error.
    #[error("the unique constraint `{constraint}` is already taken by another row")]
    Unique {
        /// The constraint's name in the migration, `PRIMARY` for a primary key.
        constraint: String,
    },
    /// A row refers to one that does not exist, or is still referred to. SQLite does not say by which constraint.
    #[error("a foreign key does not match: a row refers to one that does not exist, or is still referred to")]
    ForeignKey,
    /// A `CHECK` refused a value.
    #[error("the check constraint `{constraint}` refuses a value")]
    Check {
        /// The constraint's name in the migration; the engine's own name or expression when it has none.
        constraint: String,
    },
    /// A column that needs a value got none.
    #[error("a column that needs a value got none: {detail}")]
    NotNull {
        /// The engine's message, which names the column.
        detail: String,
    },
    /// Another transaction was in the way: deadlock, lock wait or busy file. [`crate::in_transaction!`] repeats it.
    #[error("another transaction was in the way: {0}")]
    Contention(#[source] sqlx::Error),
    /// There is no room to write, or writing fails: a full disk or table, a failing device.
    #[error("the database of `{subgraph}` cannot write: {source}; is its disk full?")]
    Storage {
        /// Whose database.
        subgraph: String,
        /// The driver's error.
        source: sqlx::Error,
    },
    /// A statement ran longer than allowed.
    #[error("a statement ran longer than {limit_ms} ms and was given up; its span tells which one")]
    Timeout {
        /// [`crate::PoolSettings::statement_timeout`] in milliseconds.
        limit_ms: u128,
    },
    /// No connection: the server is away, or all connections stay busy.
    #[error(
        "the database of `{subgraph}` gives no connection: {source}; is the server up, and does no code ask for a second \
         connection while it holds a transaction?"
    )]
    Unavailable {
        /// Whose database.
        subgraph: String,
        /// The driver's error.
        source: sqlx::Error,
    },
    /// An earlier statement ended the transaction; nothing more can be done in it.
    #[error("an earlier failure has ended this transaction; begin it again")]
    TransactionEnded,
    /// A column is missing or holds another type than asked for.
    #[error("the column `{column}` should hold {expected} but holds {found}")]
    Column {
        /// The name in the statement.
        column: String,
        /// What the caller asked for.
        expected: &'static str,
        /// What is there, by kind.
        found: String,
    },
    /// Exactly one row was expected and none came.
    #[error("a row was expected and none came: {statement}")]
    NoRow {
        /// The statement's text, without values.
        statement: String,
    },
    /// The call does not fit the statement: a fault of the program.
    #[error("the statement was called wrongly, {reason}: {statement}")]
    Misuse {
        /// What is wrong.
        reason: String,
        /// The statement's text, without values.
        statement: String,
    },
    /// The data belongs to another subgraph (P2).
    #[error("the database of `{found}` was opened for `{expected}`: give each subgraph its own file or schema")]
    OtherOwner {
        /// The subgraph that asked.
        expected: String,
        /// The subgraph on record.
        found: String,
    },
    /// The settings cannot be used.
    #[error("the database settings cannot be used: {0}")]
    Settings(String),
    /// The schema could not be brought forward.
    #[error("the migrations of `{set}` cannot be applied to the database of `{subgraph}`: {reason}")]
    Migration {
        /// Which list of migrations.
        set: String,
        /// Whose database.
        subgraph: String,
        /// What is wrong and what to do.
        reason: String,
    },
    /// A stored payload cannot be written or read as JSON.
    #[error("a stored payload is not the JSON expected: {0}")]
    Payload(#[from] serde_json::Error),
    /// A file or folder cannot be used.
    #[error("{path} cannot be used: {source}")]
    File {
        /// The file or folder.
        path: String,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// Anything else that the engine reports, a wrong statement for instance.
    #[error("the database of `{subgraph}` refuses a statement: {source} in: {statement}")]
    Statement {
        /// Whose database.
        subgraph: String,
        /// The statement's text, without values.
        statement: String,
        /// The driver's error.
        source: sqlx::Error,
    },
}

impl DatabaseError {
    /// The name of the unique constraint that was broken, if that is what happened.
    #[must_use]
    pub fn unique_constraint(&self) -> Option<&str> {
        match self {
            Self::Unique { constraint } => Some(constraint),
            _ => None,
        }
    }

    /// The name of the check constraint that was broken, if that is what happened.
    #[must_use]
    pub fn check_constraint(&self) -> Option<&str> {
        match self {
            Self::Check { constraint } => Some(constraint),
            _ => None,
        }
    }

    /// Whether the same work may succeed when it is done again at once.
    #[must_use]
    pub fn is_contention(&self) -> bool {
        matches!(self, Self::Contention(_))
    }

    /// One word for logs and metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unique { .. } => "unique",
            Self::ForeignKey => "foreign_key",
            Self::Check { .. } => "check",
            Self::NotNull { .. } => "not_null",
            Self::Contention(_) => "contention",
            Self::Storage { .. } => "storage",
            Self::Timeout { .. } => "timeout",
            Self::Unavailable { .. } => "unavailable",
            Self::TransactionEnded => "transaction_ended",
            Self::Column { .. } => "column",
            Self::NoRow { .. } => "no_row",
            Self::Misuse { .. } => "misuse",
            Self::OtherOwner { .. } => "other_owner",
            Self::Settings(_) => "settings",
            Self::Migration { .. } => "migration",
            Self::Payload(_) => "payload",
            Self::File { .. } => "file",
            Self::Statement { .. } => "statement",
        }
    }

    /// Whether the failure ends the transaction it happened in. A broken constraint undoes its own statement only; what
    /// is full may have undone the whole transaction, on SQLite.
    pub(crate) fn ends_transaction(&self) -> bool {
        matches!(self, Self::Contention(_) | Self::Storage { .. } | Self::Timeout { .. } | Self::Unavailable { .. })
    }
}
