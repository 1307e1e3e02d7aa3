//! One process at a time opens or migrates an embedded database.
//!
//! SQLite's own locks are not enough here: a file that two processes switch to the write-ahead log at the same moment is
//! "locked" for one of them, whatever its patience. In the distributed shape all processes open the event log at once.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::DatabaseError;

/// Waits for the lock of the database at `path`: a file beside it, unlocked when dropped and when the process dies.
pub(crate) async fn lock(path: &Path) -> Result<File, DatabaseError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let path = PathBuf::from(name);
    let shown = path.display().to_string();
    let locked = tokio::task::spawn_blocking(move || {
        let file = File::create(path)?;
        file.lock()?;
        Ok(file)
    });
    let file: std::io::Result<File> = locked.await.unwrap_or_else(|panic| Err(std::io::Error::other(panic)));
    file.map_err(|source| DatabaseError::File { path: shown, source })
}
