//! The folder with everything embedded: databases, the event log, keys. Readable by its owner only.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// The environment variable that goes before the key file. Both hold keys, separated by commas, spaces or lines: each is the
/// base64 (RFC 4648 section 4) of at least 32 bytes, with its name and a colon before it. A key without a name has
/// [`REQUEST_KEY_ID`]. The first one signs; all are accepted.
pub const KEY_VARIABLE: &str = "LYCEUM_REQUEST_KEY";

/// The name of a key that was given none.
pub const REQUEST_KEY_ID: &str = "lyceum";

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

/// A key that router and subgraphs share.
pub struct RequestKey {
    /// Its name.
    pub id: String,
    /// Its bytes.
    pub secret: Vec<u8>,
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

    /// The keys that router and subgraphs sign with, the current one first: from the environment, else from the folder, where
    /// one is made at first use.
    ///
    /// # Errors
    /// When they cannot be read, or one is no key.
    pub fn request_keys(&self) -> Result<Vec<RequestKey>, DataDirectoryError> {
        if let Ok(text) = std::env::var(KEY_VARIABLE) {
            return decode(&text, KEY_VARIABLE);
        }
        let path = self.0.join(KEY_FILE);
        let unusable = |source| DataDirectoryError::Unusable { path: path.clone(), source };
        match create_private(&path) {
            Ok(mut file) => {
                let mut secret = vec![0; KEY_BYTES];
                getrandom::fill(&mut secret).map_err(DataDirectoryError::Randomness)?;
                file.write_all(encode(&secret).as_bytes()).and_then(|()| file.sync_all()).map_err(unusable)?;
                Ok(vec![RequestKey { id: REQUEST_KEY_ID.to_owned(), secret }])
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

fn decode(text: &str, place: &str) -> Result<Vec<RequestKey>, DataDirectoryError> {
    let entries = text.split([',', ' ', '\t', '\r', '\n']).filter(|entry| !entry.is_empty());
    let keys = entries.map(|entry| decode_one(entry, place)).collect::<Result<Vec<_>, _>>()?;
    if keys.is_empty() {
        return Err(DataDirectoryError::Key { place: place.to_owned(), reason: "there is none".to_owned() });
    }
    Ok(keys)
}

fn decode_one(entry: &str, place: &str) -> Result<RequestKey, DataDirectoryError> {
    use base64::Engine as _;
    let (id, text) = entry.split_once(':').unwrap_or((REQUEST_KEY_ID, entry));
    let refused = |reason: String| DataDirectoryError::Key { place: place.to_owned(), reason };
    let secret = base64::engine::general_purpose::STANDARD.decode(text).map_err(|error| refused(error.to_string()))?;
    if secret.len() < KEY_BYTES {
        return Err(refused(format!("`{id}` has {} bytes", secret.len())));
    }
    Ok(RequestKey { id: id.to_owned(), secret })
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

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    const TWO: &str = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

    fn names(text: &str) -> Result<Vec<String>, String> {
        let keys = decode(text, "request.key").map_err(|error| error.to_string())?;
        Ok(keys.into_iter().map(|key| key.id).collect())
    }

    /// P10: keys are rotated by naming several, in lines or in one.
    #[test]
    fn several_keys_have_names() {
        assert_eq!(names(ONE).unwrap(), ["lyceum"]);
        assert_eq!(names(&format!("{ONE}\n")).unwrap(), ["lyceum"]);
        assert_eq!(names(&format!("2026-11:{TWO},{ONE}")).unwrap(), ["2026-11", "lyceum"]);
        assert_eq!(names(&format!("b:{TWO}\n  a:{ONE}\r\n")).unwrap(), ["b", "a"]);
    }

    #[test]
    fn what_is_no_key_is_named_and_not_shown() {
        for (text, reason) in
            [("", "there is none"), ("a:", "`a` has 0 bytes"), ("a:c2hvcnQ=", "`a` has 5 bytes"), ("a:%%%", "Invalid")]
        {
            let problem = names(text).unwrap_err();
            assert!(problem.contains(reason) && problem.contains("remedy"), "{problem}");
            assert!(!problem.contains("c2hvcnQ"), "{problem}");
        }
    }
}
