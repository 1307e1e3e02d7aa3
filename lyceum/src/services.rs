//! Starts the platform's subgraphs with what the configuration and the data folder give them.

use std::error::Error;
use std::sync::Arc;

use kit_database::{DatabaseLocation, DatabaseSettings, Durability};
use kit_events::EmbeddedEventLog;
use kit_service::{RunningSubgraph, ServiceSettings, Subgraph};
use kit_viewer::{KeyRing, SharedKey};

use crate::configuration::Configuration;
use crate::data_directory::DataDirectory;

/// The name of the key that router and subgraphs sign with.
pub const REQUEST_KEY_ID: &str = "lyceum";

/// What all subgraphs of this process share.
pub struct Services {
    directory: DataDirectory,
    keys: KeyRing,
    event_log: Arc<EmbeddedEventLog>,
}

impl Services {
    /// Opens the event log and reads the key.
    ///
    /// # Errors
    /// When the data folder cannot be used.
    pub async fn open(directory: DataDirectory) -> Result<Self, Box<dyn Error>> {
        let keys = KeyRing::new(vec![SharedKey::new(REQUEST_KEY_ID, directory.request_key()?)?])?;
        let event_log = Arc::new(EmbeddedEventLog::open(directory.path(), Durability::PowerLoss).await?);
        Ok(Self { directory, keys, event_log })
    }

    /// Starts one subgraph on its database.
    ///
    /// # Errors
    /// When it does not start; the error names it.
    pub async fn start(
        &self,
        subgraph: &Subgraph,
        configuration: &Configuration,
    ) -> Result<RunningSubgraph, Box<dyn Error>> {
        let database = database(subgraph.name, configuration, &self.directory)?;
        let event_log: Arc<dyn kit_events::EventLog> = Arc::clone(&self.event_log) as Arc<dyn kit_events::EventLog>;
        let mut settings = ServiceSettings::new(database, event_log, self.keys.clone());
        settings.options = crate::platform::options(subgraph.name, configuration, &self.directory);
        Ok(kit_service::start(subgraph, settings).await?)
    }
}

/// Where a subgraph keeps its data: as its environment variable says, else as the configuration does, else in the data
/// folder.
///
/// # Errors
/// When what was said is no database.
pub fn database(
    name: &str,
    configuration: &Configuration,
    directory: &DataDirectory,
) -> Result<DatabaseSettings, Box<dyn Error>> {
    let variable = format!("LYCEUM_{}_DATABASE_URL", name.to_uppercase());
    let configured = configuration.subgraphs.get(name).and_then(|subgraph| subgraph.database.clone());
    match std::env::var(&variable).ok().or(configured) {
        Some(url) => {
            let location = DatabaseLocation::parse(&url)
                .map_err(|error| format!("{variable} or subgraphs.{name}.database: {error}"))?;
            Ok(DatabaseSettings::new(name, location))
        }
        None => Ok(DatabaseSettings::embedded(name, directory.path())),
    }
}
