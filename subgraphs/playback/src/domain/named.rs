//! Sets of names that the database and other systems spell alike.

/// A text that is none of the names of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnknownName;

/// A value of such a set.
pub(crate) trait Named {
    /// As the database and events spell it.
    fn name(self) -> &'static str;
}

/// Declares an enum whose values have names, both ways.
macro_rules! named {
    ($(#[$about:meta])* $type:ident { $($(#[$note:meta])* $value:ident = $name:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum $type { $($(#[$note])* $value),+ }

        impl $crate::domain::Named for $type {
            fn name(self) -> &'static str {
                match self { $(Self::$value => $name),+ }
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::domain::UnknownName;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                match name { $($name => Ok(Self::$value),)+ _ => Err($crate::domain::UnknownName) }
            }
        }
    };
}
pub(super) use named;
