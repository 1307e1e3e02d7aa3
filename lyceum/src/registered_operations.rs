//! Where clients' registered operations are kept: in a folder, that of the configuration or one in the data folder.

use std::path::Path;
use std::sync::Arc;

use router_registry::{FolderStore, RegistryError, RegistryStore};
use router_server::Registry;

use crate::configuration::Configuration;

/// The folder in the data folder.
const FOLDER: &str = "operations";

/// The store that the configuration names.
#[must_use]
pub fn store(configuration: &Configuration, data_folder: &Path) -> Arc<dyn RegistryStore> {
    let folder = configuration.router.registry.folder.clone();
    Arc::new(FolderStore::new(folder.unwrap_or_else(|| data_folder.join(FOLDER))))
}

/// Whether it is the one in the data folder.
#[must_use]
pub fn is_embedded(configuration: &Configuration) -> bool {
    configuration.router.registry.folder.is_none()
}

/// What is registered, for the router.
///
/// # Errors
/// When it cannot be read.
pub async fn open(configuration: &Configuration, data_folder: &Path) -> Result<Arc<Registry>, RegistryError> {
    Registry::open(store(configuration, data_folder)).await.map(Arc::new)
}
