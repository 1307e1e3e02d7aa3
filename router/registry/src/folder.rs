//! Registered operations in a folder: `<client>.json` for each client, which is Apollo's manifest.
//!
//! A file is written beside and moved into its place, so that no reader finds half of it, and writers take turns by a lock.
//! Whoever puts a manifest there by other means, as a deployment does, need not know more than its name.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use sha2::{Digest, Sha256};

use crate::manifest::ManifestError;
use crate::{
    ClientName, OperationSet, Published, RegisteredOperation, RegistryError, RegistryStore, Snapshot, Version, manifest,
};

const EXTENSION: &str = "json";
const LOCK_FILE: &str = ".lock";
/// More clients than one registry is made for.
const CLIENTS_MAX: usize = 10_000;

/// Registered operations in a folder.
#[derive(Debug, Clone)]
pub struct FolderStore(PathBuf);

impl FolderStore {
    /// The registry in this folder; one that is not there yet is empty.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// Does work on files where it holds nobody up.
    async fn on_files<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, RegistryError> + Send + 'static,
    ) -> Result<T, RegistryError> {
        let store = self.clone();
        let worker = tokio::task::spawn_blocking(move || work(&store));
        worker.await.unwrap_or_else(|failure| Err(unusable(&self.0, &failure)))
    }

    /// The clients' files. Others in the folder are passed over.
    fn files(&self) -> Result<BTreeMap<ClientName, PathBuf>, RegistryError> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(error) => return Err(unusable(&self.0, &error)),
        };
        let mut files = BTreeMap::new();
        for entry in entries {
            let path = entry.map_err(|error| unusable(&self.0, &error))?.path();
            if path.extension().is_none_or(|extension| extension != EXTENSION) {
                continue;
            }
            match path.file_stem().and_then(|stem| stem.to_str()).map(ClientName::parse) {
                Some(Ok(client)) => files.insert(client, path),
                _ => return Err(corrupt(&path, "the file is named after no client: 1 to 64 of a-z, 0-9, `_` and `-`")),
            };
            if files.len() > CLIENTS_MAX {
                return Err(corrupt(&self.0, &format!("more than {CLIENTS_MAX} clients")));
            }
        }
        Ok(files)
    }

    fn version_now(&self) -> Result<Version, RegistryError> {
        let mut hash = Sha256::new();
        for (client, path) in self.files()? {
            let known = fs::metadata(&path).map_err(|error| unusable(&path, &error))?;
            let changed = known.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
            let nanoseconds = changed.unwrap_or_default().as_nanos();
            hash.update(format!("{client} {} {nanoseconds} {}\n", known.len(), file_number(&known)));
        }
        Ok(Version(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    fn load_now(&self) -> Result<Snapshot, RegistryError> {
        // Before the files: what changes meanwhile makes another version, and is read again.
        let version = self.version_now()?;
        let mut clients = BTreeMap::new();
        for (client, path) in self.files()? {
            clients.insert(client, Arc::new(read(&path)?));
        }
        Ok(Snapshot { version, clients })
    }

    /// Changes one client's operations while no other process does.
    fn change<T>(
        &self,
        client: &ClientName,
        change: impl FnOnce(&mut OperationSet) -> Result<T, RegistryError>,
    ) -> Result<T, RegistryError> {
        fs::create_dir_all(&self.0).map_err(|error| unusable(&self.0, &error))?;
        let path = self.0.join(format!("{client}.{EXTENSION}"));
        let unusable_here = |error: io::Error| unusable(&path, &error);
        let lock = File::create(self.0.join(LOCK_FILE)).map_err(unusable_here)?;
        lock.lock().map_err(unusable_here)?;
        let mut operations = if path.exists() { read(&path)? } else { OperationSet::default() };
        let done = change(&mut operations)?;
        let beside = self.0.join(format!(".{client}.new"));
        let written = File::create(&beside).and_then(|mut file| {
            file.write_all(manifest::write(operations.operations()).as_bytes())?;
            file.sync_all()
        });
        written.and_then(|()| fs::rename(&beside, &path)).map_err(unusable_here)?;
        // The new name lasts when the folder does.
        File::open(&self.0).and_then(|folder| folder.sync_all()).map_err(unusable_here)?;
        Ok(done)
    }
}

#[async_trait]
impl RegistryStore for FolderStore {
    async fn version(&self) -> Result<Version, RegistryError> {
        self.on_files(Self::version_now).await
    }

    async fn load(&self) -> Result<Snapshot, RegistryError> {
        self.on_files(Self::load_now).await
    }

    async fn publish(
        &self,
        client: &ClientName,
        operations: Vec<RegisteredOperation>,
    ) -> Result<Published, RegistryError> {
        let client = client.clone();
        self.on_files(move |store| {
            store.change(&client, |known| {
                let mut published = Published::default();
                for operation in operations {
                    match known.add(operation)? {
                        true => published.added += 1,
                        false => published.known += 1,
                    }
                }
                Ok(published)
            })
        })
        .await
    }

    async fn revoke(&self, client: &ClientName, ids: &[String]) -> Result<Vec<String>, RegistryError> {
        let (client, ids) = (client.clone(), ids.to_vec());
        self.on_files(move |store| {
            store.change(&client, |known| Ok(ids.into_iter().filter(|id| known.remove(id)).collect()))
        })
        .await
    }
}

fn read(path: &Path) -> Result<OperationSet, RegistryError> {
    let corrupt_here = |error: ManifestError| RegistryError::Corrupt {
        place: path.display().to_string(),
        reason: match error {
            ManifestError::File { reason, .. } => reason.to_string(),
            other => other.to_string(),
        },
    };
    let operations = manifest::read_path(path).map_err(corrupt_here)?;
    let mut set = OperationSet::default();
    for operation in operations {
        set.add(operation).map_err(|error| corrupt(path, &error.to_string()))?;
    }
    Ok(set)
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> RegistryError {
    RegistryError::Unavailable {
        place: path.display().to_string(),
        reason: error.to_string(),
        remedy: "make the folder readable, and writable for who publishes",
    }
}

fn corrupt(path: &Path, reason: &str) -> RegistryError {
    RegistryError::Corrupt { place: path.display().to_string(), reason: reason.to_owned() }
}

/// A file that was moved into the place of another has a number of its own.
#[cfg(unix)]
fn file_number(known: &fs::Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    known.ino()
}

#[cfg(not(unix))]
fn file_number(_known: &fs::Metadata) -> u64 {
    0
}
