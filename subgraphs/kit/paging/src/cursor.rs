//! Cursors: where a row stands, sealed.
//!
//! base64url of: version (1 byte), count of values (1 byte), each value (a tag byte, then 8 bytes or a length of 2 bytes
//! and text), id (16 bytes), and the first 16 bytes of HMAC-SHA-256 over the list's name, a zero and all of that.

#[cfg(test)]
mod tests;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::{Order, Position, SortValue};

/// Longest cursor that is read: what a sort key of a few hundred letters needs.
pub const CURSOR_LENGTH_MAX: usize = 4_096;
/// Bytes of the seal: 128 bits, which nobody guesses (RFC 2104, section 5, allows half the hash).
const SEAL_BYTES: usize = 16;
const ID_BYTES: usize = 16;
const VERSION: u8 = 1;
const INTEGER: u8 = 0;
const TEXT: u8 = 1;

/// Seals the cursors of one subgraph. Give it to the schema as data.
pub struct CursorKey(SecretBox<[u8; 32]>);

impl CursorKey {
    /// The key of a subgraph, derived from a secret that all its processes share, so that a cursor works in each.
    #[must_use]
    pub fn derive(secret: &[u8], subgraph: &str) -> Self {
        let hash = keyed(secret).chain_update(b"cursors of ").chain_update(subgraph);
        Self(SecretBox::new(Box::new(hash.finalize().into_bytes().into())))
    }

    /// The cursor of a row of this list.
    ///
    /// # Panics
    /// When the position has other values than the order has keys, or one of more than 65,535 bytes: a fault of the
    /// store.
    #[must_use]
    pub fn cursor(&self, order: &Order, position: &Position) -> String {
        assert_eq!(position.values.len(), order.keys.len(), "the position does not fit the order {}", order.list);
        let count = u8::try_from(position.values.len()).expect("invariant: an order has a few keys");
        let mut bytes = vec![VERSION, count];
        for value in &position.values {
            match value {
                SortValue::Integer(value) => {
                    bytes.push(INTEGER);
                    bytes.extend(value.to_be_bytes());
                }
                SortValue::Text(text) => {
                    let length = u16::try_from(text.len()).expect("invariant: sort keys are short");
                    bytes.push(TEXT);
                    bytes.extend(length.to_be_bytes());
                    bytes.extend(text.as_bytes());
                }
            }
        }
        bytes.extend(position.id);
        let seal = self.seal(order, &bytes);
        bytes.extend(seal);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The position in a cursor; nothing when it is not one of this list.
    #[must_use]
    pub(crate) fn read(&self, order: &Order, cursor: &str) -> Option<Position> {
        if cursor.len() > CURSOR_LENGTH_MAX {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (content, seal) = bytes.split_at_checked(bytes.len().checked_sub(SEAL_BYTES)?)?;
        if !bool::from(self.seal(order, content).ct_eq(seal)) {
            return None;
        }
        // Sealed here, but perhaps by a version whose order had other keys.
        let position = parse(content)?;
        (position.values.len() == order.keys.len()).then_some(position)
    }

    fn seal(&self, order: &Order, content: &[u8]) -> [u8; SEAL_BYTES] {
        let hash = keyed(self.0.expose_secret()).chain_update(order.list).chain_update([0]).chain_update(content);
        let whole: [u8; 32] = hash.finalize().into_bytes().into();
        std::array::from_fn(|place| whole[place])
    }
}

impl fmt::Debug for CursorKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CursorKey(not shown)")
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("invariant: HMAC takes keys of any length")
}

fn parse(content: &[u8]) -> Option<Position> {
    let (&[version, count], mut rest) = content.split_first_chunk::<2>()?;
    if version != VERSION {
        return None;
    }
    let mut values = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let (&tag, behind) = rest.split_first()?;
        rest = match tag {
            INTEGER => {
                let (integer, behind) = behind.split_first_chunk::<8>()?;
                values.push(SortValue::Integer(i64::from_be_bytes(*integer)));
                behind
            }
            TEXT => {
                let (length, behind) = behind.split_first_chunk::<2>()?;
                let (text, behind) = behind.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
                values.push(SortValue::Text(str::from_utf8(text).ok()?.to_owned()));
                behind
            }
            _ => return None,
        };
    }
    let id: [u8; ID_BYTES] = rest.try_into().ok()?;
    Some(Position { values, id })
}
