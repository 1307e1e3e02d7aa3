//! The folder with everything embedded: databases, the event log, keys. Readable by its owner only.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// The environment variable that goes before the key file: base64 (RFC 4648 section 4) of at least 32 bytes.
pub const KEY_VARIABLE: &str = "LYCEUM_REQUEST_KEY";

const KEY_FILE: &str = "request.key";
const KEY_BYTES: usize = 32;

/// The data folder cannot be used.
#[derive(Debug, Error)]
pub enum DataDirectoryError {
    /// It, or a file in it, cannot be read or written.
    #[error("{}: {source}\n  remedy: make the folder writable, or name another with --data-dir", path.display())]
    Unusable {
        /// What cannot be used.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The key for signed requests is not one.
    #[error(
        "{place}: not a key: {reason}\n  remedy: put the base64 of at least {KEY_BYTES} random bytes there, as `openssl rand -base64 {KEY_BYTES}` makes"
    )]
    Key {
        /// The file or the environment variable.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// The machine gives no random bytes.
    #[error("the operating system gives no random bytes: {0}")]
    Randomness(getrandom::Error),
}

/// The data folder, there and private.
#[derive(Debug, Clone)]
pub struct DataDirectory(PathBuf);

impl DataDirectory {
    /// Makes the folder when it is missing.
    ///
    /// # Errors
    /// [`DataDirectoryError::Unusable`].
    pub fn open(path: &Path) -> Result<Self, DataDirectoryError> {
        let unusable = |source| DataDirectoryError::Unusable { path: path.to_path_buf(), source };
        fs::create_dir_all(path).map_err(unusable)?;
        keep_private(path, 0o700).map_err(unusable)?;
        Ok(Self(path.to_path_buf()))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The key that router and subgraphs sign with: from the environment, else from the folder, made there at first use.
    ///
    /// # Errors
    /// When it cannot be read or is no key.
    pub fn request_key(&self) -> Result<Vec<u8>, DataDirectoryError> {
        if let Ok(text) = std::env::var(KEY_VARIABLE) {
            return decode(&text, KEY_VARIABLE);
        }
        let path = self.0.join(KEY_FILE);
        let unusable = |source| DataDirectoryError::Unusable { path: path.clone(), source };
        match create_private(&path) {
            Ok(mut file) => {
                let mut key = vec![0; KEY_BYTES];
                getrandom::fill(&mut key).map_err(DataDirectoryError::Randomness)?;
                file.write_all(encode(&key).as_bytes()).and_then(|()| file.sync_all()).map_err(unusable)?;
                Ok(key)
            }
            // Another process of this graph was first.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let text = fs::read_to_string(&path).map_err(unusable)?;
                decode(&text, &path.display().to_string())
            }
            Err(error) => Err(unusable(error)),
        }
    }
}

fn encode(key: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(key)
}

fn decode(text: &str, place: &str) -> Result<Vec<u8>, DataDirectoryError> {
    use base64::Engine as _;
    let refused = |reason: String| DataDirectoryError::Key { place: place.to_owned(), reason };
    let key =
        base64::engine::general_purpose::STANDARD.decode(text.trim()).map_err(|error| refused(error.to_string()))?;
    if key.len() < KEY_BYTES {
        return Err(refused(format!("it has {} bytes", key.len())));
    }
    Ok(key)
}

#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<fs::File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(unix)]
fn keep_private(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn keep_private(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}
