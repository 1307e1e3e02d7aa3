//! From a driver's error to ours. Messages are read because neither driver hands out constraint names.

use sqlx::error::ErrorKind;
use sqlx::mysql::MySqlDatabaseError;

use crate::DatabaseError;

/// Deadlock found; lock wait timeout exceeded (MySQL error numbers).
const MYSQL_CONTENTION: [u16; 2] = [1213, 1205];
/// Primary result codes of SQLite: busy, locked.
const SQLITE_CONTENTION: [i32; 2] = [5, 6];
/// Disk full; error writing a file; table full.
const MYSQL_STORAGE: [u16; 3] = [1021, 1026, 1114];
/// Primary result codes of SQLite: input or output failed, full.
const SQLITE_STORAGE: [i32; 2] = [10, 13];
/// SQLite's extended result code for a broken primary key.
const SQLITE_PRIMARY_KEY: &str = "1555";

/// What the driver's error means. A unique constraint of SQLite comes as its columns: `users.email`.
pub(crate) fn classify(error: sqlx::Error, subgraph: &str, statement: &str) -> DatabaseError {
    match &error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::Tls(_) => {
            DatabaseError::Unavailable { subgraph: subgraph.to_owned(), source: error }
        }
        sqlx::Error::Database(database) => match database.kind() {
            ErrorKind::UniqueViolation => DatabaseError::Unique { constraint: unique_constraint(database.as_ref()) },
            ErrorKind::ForeignKeyViolation => DatabaseError::ForeignKey,
            ErrorKind::CheckViolation => DatabaseError::Check { constraint: check_constraint(database.message()) },
            ErrorKind::NotNullViolation => DatabaseError::NotNull { detail: database.message().to_owned() },
            _ if is_contention(database.as_ref()) => DatabaseError::Contention(error),
            _ if is_one_of(database.as_ref(), &MYSQL_STORAGE, &SQLITE_STORAGE) => {
                DatabaseError::Storage { subgraph: subgraph.to_owned(), source: error }
            }
            _ => refused(error, subgraph, statement),
        },
        _ => refused(error, subgraph, statement),
    }
}

/// Whether repeating the transaction may help.
pub(crate) fn is_contention(error: &dyn sqlx::error::DatabaseError) -> bool {
    is_one_of(error, &MYSQL_CONTENTION, &SQLITE_CONTENTION)
}

fn is_one_of(error: &dyn sqlx::error::DatabaseError, mysql_numbers: &[u16], sqlite_codes: &[i32]) -> bool {
    if let Some(mysql) = error.try_downcast_ref::<MySqlDatabaseError>() {
        return mysql_numbers.contains(&mysql.number());
    }
    let code = error.code().and_then(|code| code.parse::<i32>().ok());
    // The low byte of an extended result code is the primary one.
    code.is_some_and(|code| sqlite_codes.contains(&(code & 0xff)))
}

fn refused(source: sqlx::Error, subgraph: &str, statement: &str) -> DatabaseError {
    DatabaseError::Statement { subgraph: subgraph.to_owned(), statement: statement.to_owned(), source }
}

fn unique_constraint(error: &dyn sqlx::error::DatabaseError) -> String {
    if error.code().is_some_and(|code| code == SQLITE_PRIMARY_KEY) {
        return "PRIMARY".to_owned();
    }
    let message = error.message();
    if let Some(columns) = message.strip_prefix("UNIQUE constraint failed: ") {
        return columns.strip_prefix("index ").map_or(columns, |name| name.trim_matches('\'')).to_owned();
    }
    // MySQL: Duplicate entry '…' for key 'users.users_email_unique'; MariaDB leaves the table out.
    let key = message.rsplit_once("for key '").map_or(message, |(_, key)| key.trim_end_matches('\''));
    key.rsplit_once('.').map_or(key, |(_, name)| name).to_owned()
}

fn check_constraint(message: &str) -> String {
    let between = |before: &str, quote: char| {
        message.split_once(before).and_then(|(_, rest)| rest.split_once(quote)).map(|(name, _)| name.to_owned())
    };
    message
        .strip_prefix("CHECK constraint failed: ")
        .map(str::to_owned)
        .or_else(|| between("CONSTRAINT `", '`'))
        .or_else(|| between("Check constraint '", '\''))
        .unwrap_or_else(|| "unnamed".to_owned())
}
