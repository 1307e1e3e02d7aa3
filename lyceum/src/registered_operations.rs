//! Where clients' registered operations are kept: in the folder, the database or the Redis server of the configuration,
//! else in the data folder.

use std::path::Path;
use std::sync::Arc;

use router_registry::{FolderStore, RedisStore, RegistryError, RegistryStore, SqlStore};
use router_server::Registry;
use router_server::configuration::RegistrySettings;

use crate::configuration::Configuration;

/// The folder in the data folder.
const FOLDER: &str = "operations";

/// The store that the configuration names.
///
/// # Errors
/// When it is a database that cannot be used.
pub async fn store(configuration: &Configuration, data_folder: &Path) -> Result<Arc<dyn RegistryStore>, RegistryError> {
    let RegistrySettings { folder, database, redis, .. } = &configuration.router.registry;
    match (database, redis) {
        (Some(url), _) => Ok(Arc::new(SqlStore::open(url).await?)),
        (None, Some(url)) => Ok(Arc::new(RedisStore::new(url)?)),
        (None, None) => Ok(Arc::new(FolderStore::new(folder.clone().unwrap_or_else(|| data_folder.join(FOLDER))))),
    }
}

/// Whether it is the one in the data folder.
#[must_use]
pub fn is_embedded(configuration: &Configuration) -> bool {
    let RegistrySettings { folder, database, redis, .. } = &configuration.router.registry;
    folder.is_none() && database.is_none() && redis.is_none()
}

/// What is registered, for the router.
///
/// # Errors
/// When it cannot be read.
pub async fn open(configuration: &Configuration, data_folder: &Path) -> Result<Arc<Registry>, RegistryError> {
    Registry::open(store(configuration, data_folder).await?).await.map(Arc::new)
}
