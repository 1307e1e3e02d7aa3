//! The secrets of identity: the key that signs access tokens, and the one that refresh tokens descend from.

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

/// The keys could not be read or made.
#[derive(Debug, Error)]
pub(crate) enum KeysError {
    #[error("the keys file {} cannot be {action}: {source}; correct its path or permissions", .path.display())]
    File { path: PathBuf, action: &'static str, source: std::io::Error },
    #[error("the keys file {} is damaged; restore it, or remove it, which signs everybody out", .path.display())]
    Damaged { path: PathBuf },
}

/// As the file holds them: base64url of 32 bytes each.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct KeysFile {
    signing_key: String,
    refresh_secret: String,
}

/// The secrets of identity. Has no `Debug`: nothing may show them.
pub(crate) struct Keys {
    signing: SigningKey,
    kid: String,
    refresh_secret: [u8; 32],
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
        let signing = SigningKey::from_bytes(&bytes(file.signing_key)?);
        let x = URL_SAFE_NO_PAD.encode(signing.verifying_key().as_bytes());
        Some(Self { kid: thumbprint(&x), signing, refresh_secret: bytes(file.refresh_secret)? })
    }

    /// The id of the signing key: its JWK thumbprint (RFC 7638, RFC 8037 appendix A.3).
    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half, for `jwks.json`: `x` of RFC 8037.
    pub(crate) fn public_x(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.signing.verifying_key().as_bytes())
    }

    /// Signs with Ed25519.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing.sign(message).to_bytes()
    }

    /// The one successor of a refresh token. Derived, so that a lost answer can be given again although only hashes are
    /// stored (domain.md 4.1).
    pub(crate) fn successor(&self, refresh_token: &str) -> String {
        let mac =
            Hmac::<Sha256>::new_from_slice(&self.refresh_secret).expect("invariant: HMAC takes keys of any length");
        let mac = mac.chain_update(b"successor of ").chain_update(refresh_token);
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

fn create(path: &Path, randomness: &dyn Randomness) -> Result<(), std::io::Error> {
    let secret = || {
        let mut bytes = [0; 32];
        randomness.fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    };
    let file = KeysFile { signing_key: secret(), refresh_secret: secret() };
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
