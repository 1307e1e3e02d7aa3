//! Seals over lists of fields.

use hmac::{Hmac, KeyInit, Mac};
use kit_viewer::KeyRing;
use secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;

/// Bytes of a seal: the whole hash.
pub const SEAL_BYTES: usize = 32;

/// Seals fields for one purpose, and recognises its seals. Make one per purpose, and keep it.
pub struct Sealer {
    /// The first is the current one.
    keys: Vec<DerivedKey>,
}

struct DerivedKey {
    id: String,
    secret: SecretBox<[u8; SEAL_BYTES]>,
}

/// A seal, and the name of the key that it was made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// The key.
    pub key_id: String,
    /// The seal.
    pub bytes: [u8; SEAL_BYTES],
}

impl Sealer {
    /// A sealer for this purpose, with keys derived from the ring's.
    #[must_use]
    pub fn new(keys: &KeyRing, purpose: &'static str) -> Self {
        let derived = keys.iter().map(|key| {
            let hash = keyed(key.expose()).chain_update(b"tickets for ").chain_update(purpose);
            let secret = SecretBox::new(Box::new(hash.finalize().into_bytes().into()));
            DerivedKey { id: key.id().to_owned(), secret }
        });
        Self { keys: derived.collect() }
    }

    /// Seals fields with the current key.
    ///
    /// # Panics
    /// Never: a ring has a key.
    #[must_use]
    pub fn seal(&self, fields: &[&[u8]]) -> Seal {
        let key = self.keys.first().expect("invariant: a ring has a key");
        Seal { key_id: key.id.clone(), bytes: key.hash(fields).finalize().into_bytes().into() }
    }

    /// Whether this is a seal of these fields.
    #[must_use]
    pub fn recognises(&self, key_id: &str, seal: &[u8], fields: &[&[u8]]) -> bool {
        let key = self.keys.iter().find(|key| key.id == key_id);
        key.is_some_and(|key| key.hash(fields).verify_slice(seal).is_ok())
    }
}

impl DerivedKey {
    /// Each field goes in behind its length, so that no two lists of fields are the same bytes.
    fn hash(&self, fields: &[&[u8]]) -> Hmac<Sha256> {
        fields.iter().fold(keyed(self.secret.expose_secret()), |hash, field| {
            hash.chain_update((field.len() as u64).to_be_bytes()).chain_update(field)
        })
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.keys.iter().map(|key| &key.id)).finish()
    }
}

fn keyed(secret: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret).expect("invariant: HMAC takes keys of any length")
}

#[cfg(test)]
mod tests {
    use kit_viewer::SharedKey;
    use proptest::prelude::*;

    use super::*;

    fn ring(ids: &[(&str, u8)]) -> KeyRing {
        KeyRing::new(ids.iter().map(|(id, byte)| SharedKey::new(*id, [*byte; 32]).unwrap()).collect()).unwrap()
    }

    fn refers(fields: &[Vec<u8>]) -> Vec<&[u8]> {
        fields.iter().map(Vec::as_slice).collect()
    }

    /// PS-22: a key that was rotated out of the first place still opens; one that is gone does not.
    #[test]
    fn keys_are_rotated() {
        let old = Sealer::new(&ring(&[("old", 1)]), "tests").seal(&[b"a"]);
        let both = Sealer::new(&ring(&[("new", 2), ("old", 1)]), "tests");
        assert!(both.recognises(&old.key_id, &old.bytes, &[b"a"]));
        assert_eq!(both.seal(&[b"a"]).key_id, "new");
        let new = Sealer::new(&ring(&[("new", 2)]), "tests");
        assert!(!new.recognises(&old.key_id, &old.bytes, &[b"a"]));
        assert!(!new.recognises("../new", &old.bytes, &[b"a"]));
        assert!(!Sealer::new(&ring(&[("old", 1)]), "others").recognises("old", &old.bytes, &[b"a"]));
        assert!(!format!("{both:?}").contains('1'));
    }

    proptest! {
        /// PS-01, PS-05, PS-06: other fields, cut or changed seals are refused.
        #[test]
        fn nothing_but_its_own_seal_is_recognised(
            fields in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..6), 0..5),
            other in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..6), 0..5),
            place in 0..SEAL_BYTES,
            bit in 0..8,
        ) {
            let sealer = Sealer::new(&ring(&[("key", 7)]), "tests");
            let mut seal = sealer.seal(&refers(&fields));
            prop_assert!(sealer.recognises("key", &seal.bytes, &refers(&fields)));
            prop_assert_eq!(sealer.recognises("key", &seal.bytes, &refers(&other)), fields == other);
            prop_assert!(!sealer.recognises("key", &seal.bytes[..place], &refers(&fields)));
            seal.bytes[place] ^= 1u8 << bit;
            prop_assert!(!sealer.recognises("key", &seal.bytes, &refers(&fields)));
        }
    }
}
