//! Telling viewers apart without saying who they are.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Keeps the key for this purpose apart from every other that is made of the same secret.
const PURPOSE: &[u8] = b"lyceum viewers in telemetry, 1";
/// Bytes of a name that are kept: enough to tell the viewers of a graph apart.
const NAME_BYTES: usize = 8;

/// Gives viewers names under which lines and records of one viewer are found together, and from which nobody without the key
/// learns who it is. Router and subgraphs that share a secret give the same names.
#[derive(Clone)]
pub struct ViewerKey(Hmac<Sha256>);

impl ViewerKey {
    /// The key that is derived from a secret of any length.
    #[must_use]
    pub fn derive(secret: &[u8]) -> Self {
        let derived = Self::keyed(secret).chain_update(PURPOSE).finalize().into_bytes();
        Self(Self::keyed(&derived))
    }

    /// The name of the viewer with this subject: 16 hexadecimal digits.
    #[must_use]
    pub fn name(&self, subject: &str) -> String {
        let digest = self.0.clone().chain_update(subject).finalize().into_bytes();
        digest[..NAME_BYTES].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn keyed(secret: &[u8]) -> Hmac<Sha256> {
        Hmac::new_from_slice(secret).expect("invariant: a key of this kind may have any length")
    }
}

impl fmt::Debug for ViewerKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ViewerKey")
    }
}

#[cfg(test)]
mod tests {
    use super::ViewerKey;

    /// S0-OBS-2: what a viewer does can be followed, and nobody is named.
    #[test]
    fn a_viewer_has_one_name_under_one_secret_and_another_under_another() {
        let key = ViewerKey::derive(&[7; 32]);
        let name = key.name("usr_1");
        assert_eq!((name.len(), &name), (16, &ViewerKey::derive(&[7; 32]).name("usr_1")));
        assert_ne!(name, key.name("usr_2"));
        assert_ne!(name, ViewerKey::derive(&[8; 32]).name("usr_1"));
        assert!(!format!("{key:?}").contains('7'));
    }
}
