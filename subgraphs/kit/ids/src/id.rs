//! The id itself: text outside, 16 bytes inside.

#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;
use ulid::Ulid;

use crate::Kind;
use crate::kind::PREFIXES;

/// Characters of the ULID behind the prefix and `_`.
pub const ULID_LENGTH: usize = 26;

/// The id of a thing of this kind.
pub struct Id<K> {
    ulid: Ulid,
    kind: PhantomData<fn() -> K>,
}

/// The letters in front of the ids of one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefix {
    /// Three lower-case letters.
    pub letters: &'static str,
    /// The GraphQL type that they stand for.
    pub type_name: &'static str,
}

impl Prefix {
    /// The prefix of an id whose type is not known beforehand; nothing when it is none of this graph's.
    ///
    /// Looks at the prefix only: [`Id`]'s [`FromStr`] says whether the rest is well formed.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let (letters, _) = text.split_once('_')?;
        PREFIXES.iter().find(|prefix| prefix.letters == letters).copied()
    }
}

/// A text is not the id that is needed here. `BAD_USER_INPUT` at the GraphQL edge.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IdError {
    /// The id of something else.
    #[error("this is the id of a {found}, and a {expected} is needed; its ids begin with `{prefix}_`")]
    OtherType {
        /// The type that it belongs to.
        found: &'static str,
        /// The type that is needed.
        expected: &'static str,
        /// The letters that are needed.
        prefix: &'static str,
    },
    /// Not an id at all.
    #[error("this is no id of a {expected}: `{prefix}_` and {ULID_LENGTH} characters of a lower-case ULID are needed")]
    Malformed {
        /// The type that is needed.
        expected: &'static str,
        /// The letters that are needed.
        prefix: &'static str,
    },
}

impl<K> Id<K> {
    /// The id that is stored as these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self { ulid: Ulid::from_bytes(bytes), kind: PhantomData }
    }

    /// The bytes that are stored, which sort like the text.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.ulid.to_bytes()
    }

    /// When it was made, in UTC microseconds, whole milliseconds.
    #[must_use]
    pub const fn time_us(self) -> i64 {
        // 48 bits of milliseconds stay far below the end of `i64`.
        self.ulid.timestamp_ms().cast_signed() * 1_000
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let malformed = || IdError::Malformed { expected: K::PREFIX.type_name, prefix: K::PREFIX.letters };
        let (letters, characters) = text.split_once('_').ok_or_else(malformed)?;
        if letters != K::PREFIX.letters {
            return Err(Prefix::of(text).map_or_else(malformed, |found| IdError::OtherType {
                found: found.type_name,
                expected: K::PREFIX.type_name,
                prefix: K::PREFIX.letters,
            }));
        }
        // The reader of ULIDs is lenient, so what it reads is written again and compared.
        let ulid = Ulid::from_string(characters).map_err(|_| malformed())?;
        if lower_case(ulid).as_slice() != characters.as_bytes() {
            return Err(malformed());
        }
        Ok(Self { ulid, kind: PhantomData })
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let characters = lower_case(self.ulid);
        let characters = str::from_utf8(&characters).expect("invariant: the characters of a ULID are ASCII");
        write!(formatter, "{}_{characters}", K::PREFIX.letters)
    }
}

fn lower_case(ulid: Ulid) -> [u8; ULID_LENGTH] {
    let mut characters = [0; ULID_LENGTH];
    ulid.array_to_str(&mut characters);
    characters.make_ascii_lowercase();
    characters
}

impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl<K: Kind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

// Written out, because derives would ask the same of the kind, which is only a mark.

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Id<K> {}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.ulid == other.ulid
    }
}

impl<K> Eq for Id<K> {}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.ulid.cmp(&other.ulid)
    }
}

impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.ulid.hash(state);
    }
}
