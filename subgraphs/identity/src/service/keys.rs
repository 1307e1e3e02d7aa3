//! The secrets of identity: the root that the keys of access tokens descend from, and the one of refresh tokens.
//!
//! There is a key for each 30 days (domain.md 4.1). All descend from one root, so that every process has the same one at
//! the same time, without writing anything. A key is published a day before it signs, so that whoever keeps the set has
//! it by then, and until a day after the last token that it has signed has ended.

#[cfg(test)]
mod tests;

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, KeyInit, Mac};
use kit_ids::Randomness;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::access_tokens::ACCESS_LIFETIME_SECONDS;

/// The keys could not be read or made.
#[derive(Debug, Error)]
pub(crate) enum KeysError {
    #[error("the keys file {} cannot be {action}: {source}; correct its path or permissions", .path.display())]
    File { path: PathBuf, action: &'static str, source: std::io::Error },
    #[error("the keys file {} is damaged; restore it, or remove it, which signs everybody out", .path.display())]
    Damaged { path: PathBuf },
}

/// How long a key signs: 30 days, in microseconds.
const ROTATION_US: i64 = 30 * DAY_US;
/// How long before it signs a key is published, and how long after its last token has ended: a day, in microseconds.
const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

/// As the file holds them: base64url of 32 bytes each.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct KeysFile {
    signing_root: String,
    refresh_secret: String,
}

/// The secrets of identity. Has no `Debug`: nothing may show them.
pub(crate) struct Keys {
    signing_root: [u8; 32],
    refresh_secret: [u8; 32],
}

/// The public half of a key that signs access tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicKey {
    /// Its JWK thumbprint (RFC 7638, RFC 8037 appendix A.3).
    pub(crate) kid: String,
    /// `x` of RFC 8037.
    pub(crate) x: String,
}

/// The key of a time.
pub(crate) struct TokenKey {
    signing: SigningKey,
    public: PublicKey,
}

impl TokenKey {
    /// Its id.
    pub(crate) fn kid(&self) -> &str {
        &self.public.kid
    }

    /// Signs with Ed25519.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing.sign(message).to_bytes()
    }
}

impl Keys {
    /// Reads the file, or makes it at the first start, for its owner only.
    pub(crate) fn open(path: &Path, randomness: &dyn Randomness) -> Result<Self, KeysError> {
        let failed = |action| move |source| KeysError::File { path: path.to_owned(), action, source };
        match fs::read(path) {
            Ok(text) => Self::parse(&text).ok_or_else(|| KeysError::Damaged { path: path.to_owned() }),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder).map_err(failed("made"))?;
                }
                match create(path, randomness) {
                    Ok(()) => {}
                    // Another process was faster; its keys are ours.
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                    Err(error) => return Err(failed("made")(error)),
                }
                let text = fs::read(path).map_err(failed("read"))?;
                Self::parse(&text).ok_or_else(|| KeysError::Damaged { path: path.to_owned() })
            }
            Err(error) => Err(failed("read")(error)),
        }
    }

    fn parse(text: &[u8]) -> Option<Self> {
        let file: KeysFile = serde_json::from_slice(text).ok()?;
        let bytes = |text: String| <[u8; 32]>::try_from(URL_SAFE_NO_PAD.decode(text).ok()?).ok();
        Some(Self { signing_root: bytes(file.signing_root)?, refresh_secret: bytes(file.refresh_secret)? })
    }

    /// The key that signs at a time, in UTC microseconds.
    pub(crate) fn at(&self, now: i64) -> TokenKey {
        self.numbered(now.div_euclid(ROTATION_US))
    }

    /// What `jwks.json` holds at a time: the key that signs, the one before while its tokens may be about, and the next
    /// one when it is near.
    pub(crate) fn published_at(&self, now: i64) -> Vec<PublicKey> {
        let last_token_us = ACCESS_LIFETIME_SECONDS * 1_000_000;
        let from = (now - last_token_us - DAY_US).div_euclid(ROTATION_US);
        let to = (now + DAY_US).div_euclid(ROTATION_US);
        (from..=to).rev().map(|number| self.numbered(number).public).collect()
    }

    fn numbered(&self, number: i64) -> TokenKey {
        let seed = descendant(&self.signing_root, b"key of access tokens ", &number.to_be_bytes());
        let signing = SigningKey::from_bytes(&seed);
        let x = URL_SAFE_NO_PAD.encode(signing.verifying_key().as_bytes());
        TokenKey { signing, public: PublicKey { kid: thumbprint(&x), x } }
    }

    /// The one successor of a refresh token. Derived, so that a lost answer can be given again although only hashes are
    /// stored (domain.md 4.1).
    pub(crate) fn successor(&self, refresh_token: &str) -> String {
        URL_SAFE_NO_PAD.encode(descendant(&self.refresh_secret, b"successor of ", refresh_token.as_bytes()))
    }
}

/// A secret that descends from another one, and tells nothing of it.
fn descendant(secret: &[u8; 32], what: &[u8], which: &[u8]) -> [u8; 32] {
    let mac = Hmac::<Sha256>::new_from_slice(secret).expect("invariant: HMAC takes keys of any length");
    mac.chain_update(what).chain_update(which).finalize().into_bytes().into()
}

fn create(path: &Path, randomness: &dyn Randomness) -> Result<(), std::io::Error> {
    let secret = || {
        let mut bytes = [0; 32];
        randomness.fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    };
    let file = KeysFile { signing_root: secret(), refresh_secret: secret() };
    let text = serde_json::to_vec_pretty(&file).expect("invariant: two texts can be written as JSON");
    // Written beside and linked into place: a reader finds the whole file or none.
    let draft = path.with_extension(format!("{}.new", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&draft).and_then(|mut draft| draft.write_all(&text).and_then(|()| draft.sync_all()));
    let linked = written.and_then(|()| fs::hard_link(&draft, path));
    // A draft that stays is harmless, and what went wrong before matters more.
    let _ = fs::remove_file(&draft);
    linked
}

fn thumbprint(x: &str) -> String {
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(members))
}
