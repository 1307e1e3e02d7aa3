//! The tables of identity: the only place that knows their SQL.

pub(crate) mod credentials;
pub(crate) mod departures;
pub(crate) mod login_events;
pub(crate) mod notifications;
pub(crate) mod organisations;
pub(crate) mod partner_secrets;
pub(crate) mod partners;
pub(crate) mod password_resets;
pub(crate) mod people;
pub(crate) mod phone_verifications;
pub(crate) mod sessions;
pub(crate) mod sign_in_mails;
pub(crate) mod throttles;
pub(crate) mod users;

use kit_database::DatabaseError;

/// A pattern for what begins with this text, with `!` as its escape character.
fn beginning(text: &str) -> String {
    format!("{}%", text.replace('!', "!!").replace('%', "!%").replace('_', "!_"))
}

/// A stored text that is none of the names it may be: the column's check makes that a fault of the migration.
fn unexpected(column: &str, expected: &'static str, found: &str) -> DatabaseError {
    DatabaseError::Column { column: column.to_owned(), expected, found: format!("text of {} bytes", found.len()) }
}
