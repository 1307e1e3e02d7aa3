//! The keys that the router and the subgraphs share.

use std::fmt;

use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretBox, SecretSlice};
use thiserror::Error;

/// Shortest key: 32 bytes, as long as the output of the hash (RFC 2104, section 3).
pub const KEY_BYTES_MIN: usize = 32;
/// Longest name of a key.
pub const KEY_ID_LENGTH_MAX: usize = 64;

/// A key with its name.
#[derive(Clone)]
pub struct SharedKey {
    id: String,
    secret: SecretSlice<u8>,
}

impl SharedKey {
    /// A key of this name.
    ///
    /// # Errors
    /// [`KeyRingError`] when the name or the key cannot be used.
    pub fn new(id: impl Into<String>, secret: impl Into<Vec<u8>>) -> Result<Self, KeyRingError> {
        let (id, mut secret) = (id.into(), secret.into());
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if id.is_empty() || id.len() > KEY_ID_LENGTH_MAX || !id.bytes().all(is_plain) {
            secret.zeroize();
            return Err(KeyRingError::KeyId(id));
        }
        if secret.len() < KEY_BYTES_MIN {
            let bytes = secret.len();
            secret.zeroize();
            return Err(KeyRingError::TooShort { id, bytes });
        }
        Ok(Self { id, secret: SecretBox::new(secret.into_boxed_slice()) })
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its bytes. For deriving other keys; keep them out of logs.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.secret.expose_secret()
    }
}

impl fmt::Debug for SharedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SharedKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The keys that are valid now. While a key is rotated, that is two.
#[derive(Debug, Clone)]
pub struct KeyRing(Vec<SharedKey>);

impl KeyRing {
    /// A ring of these keys.
    ///
    /// # Errors
    /// [`KeyRingError::Empty`] without a key, [`KeyRingError::Twice`] when two have one name.
    pub fn new(keys: Vec<SharedKey>) -> Result<Self, KeyRingError> {
        if keys.is_empty() {
            return Err(KeyRingError::Empty);
        }
        for (place, key) in keys.iter().enumerate() {
            if keys[..place].iter().any(|earlier| earlier.id == key.id) {
                return Err(KeyRingError::Twice(key.id.clone()));
            }
        }
        Ok(Self(keys))
    }

    /// The key of that name.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&SharedKey> {
        self.0.iter().find(|key| key.id == id)
    }

    /// All of them, the current one first.
    pub fn iter(&self) -> impl Iterator<Item = &SharedKey> {
        self.0.iter()
    }

    /// The key that new signatures use: the first one.
    #[must_use]
    pub fn current(&self) -> &SharedKey {
        &self.0[0]
    }
}

/// The keys cannot be used. Never carries one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyRingError {
    /// There must be one at least.
    #[error("there is no key; configure one that the router has, too")]
    Empty,
    /// Two keys have one name.
    #[error("two keys are called `{0}`; give each its own id")]
    Twice(String),
    /// A name that does not fit a header.
    #[error("`{0}` cannot name a key; use 1 to {KEY_ID_LENGTH_MAX} letters, digits, `-`, `_` and `.`")]
    KeyId(String),
    /// A key that could be guessed.
    #[error(
        "the key `{id}` has {bytes} bytes, and {KEY_BYTES_MIN} are needed; make one with `openssl rand -base64 32`"
    )]
    TooShort {
        /// Its name.
        id: String,
        /// How long it is.
        bytes: usize,
    },
}
