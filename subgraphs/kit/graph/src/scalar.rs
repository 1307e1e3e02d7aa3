//! The scalars of P17.

mod date;
mod date_time;
mod long;
mod url;

#[cfg(test)]
mod tests;

pub use date::Date;
pub use date_time::DateTime;
pub use long::{LONG_MAX, Long};
pub use url::{URL_LENGTH_MAX, Url};

use async_graphql::{InputType, InputValueError};

use crate::ErrorCode;

/// Refuses a value with the code that clients look for.
fn bad_input<T: InputType>(reason: impl std::fmt::Display) -> InputValueError<T> {
    InputValueError::custom(reason).with_extension("code", ErrorCode::BadUserInput.name())
}
