//! Sets of names that databases, events and other systems spell alike: `ACTIVE`, `VIDEO`, `KRW`.
//!
//! [`named!`] declares such a set as an enum, which is read from its names with [`std::str::FromStr`] and written with
//! [`Named::name`]. It knows no database and no GraphQL, so that rules can be written in terms of it.

/// A text that is none of the names of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownName;

/// A value of such a set.
pub trait Named: Copy {
    /// As the database and events spell it.
    fn name(self) -> &'static str;
}

/// Declares an enum whose values have names, both ways.
///
/// ```
/// use kit_names::{Named, UnknownName};
///
/// kit_names::named! {
///     /// What became of a charge.
///     pub enum OrderStatus {
///         /// Paid.
///         Paid = "PAID",
///         /// Declined.
///         Failed = "FAILED",
///     }
/// }
///
/// assert_eq!(OrderStatus::Paid.name(), "PAID");
/// assert_eq!("FAILED".parse(), Ok(OrderStatus::Failed));
/// assert_eq!("failed".parse::<OrderStatus>(), Err(UnknownName));
/// ```
#[macro_export]
macro_rules! named {
    ($(#[$about:meta])* $visibility:vis enum $type:ident { $($(#[$note:meta])* $value:ident = $name:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        $visibility enum $type { $($(#[$note])* $value),+ }

        impl $crate::Named for $type {
            fn name(self) -> &'static str {
                match self { $(Self::$value => $name),+ }
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::UnknownName;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                match name { $($name => Ok(Self::$value),)+ _ => Err($crate::UnknownName) }
            }
        }
    };
}
