//! Starts the platform's subgraphs with what the configuration and the data folder give them.

use std::error::Error;
use std::sync::Arc;

use kit_database::{DatabaseLocation, DatabaseSettings, Durability};
use kit_events::{EmbeddedEventLog, EventLog, RedisEventLog};
use kit_live::LiveBus;
use kit_service::{EventOperations, Neighbours, RunningSubgraph, ServiceSettings, Subgraph};
use kit_viewer::{KeyRing, SharedKey};
use secrecy::SecretString;

use crate::configuration::Configuration;
use crate::data_directory::DataDirectory;

/// Names the server of the event log.
const EVENTS_REDIS_URL: &str = "LYCEUM_EVENTS_REDIS_URL";

/// What all subgraphs of this process share.
pub struct Services {
    directory: DataDirectory,
    keys: KeyRing,
    event_log: Arc<dyn EventLog>,
    live: LiveBus,
    neighbours: Neighbours,
}

impl Services {
    /// Opens the event log and reads the key.
    ///
    /// # Errors
    /// When the data folder cannot be used, or the event log's address cannot be understood.
    pub async fn open(directory: DataDirectory, configuration: &Configuration) -> Result<Self, Box<dyn Error>> {
        let keys = directory.request_keys()?.into_iter().map(|key| SharedKey::new(key.id, key.secret));
        let keys = KeyRing::new(keys.collect::<Result<_, _>>()?)?;
        let event_log = event_log(configuration, &directory).await?;
        let live = live_bus(configuration)?;
        let neighbours = Neighbours::default();
        for (name, subgraph) in &configuration.subgraphs {
            neighbours.add_over_http(name, &subgraph.url)?;
        }
        Ok(Self { directory, keys, event_log, live, neighbours })
    }

    /// The event log.
    #[must_use]
    pub fn event_log(&self) -> Arc<dyn EventLog> {
        Arc::clone(&self.event_log)
    }

    /// Starts one subgraph on its database. It answers; it hears nothing until it is told to begin, so that it can be seeded
    /// first.
    ///
    /// # Errors
    /// When it does not start; the error names it.
    pub async fn start(
        &self,
        subgraph: &Subgraph,
        configuration: &Configuration,
    ) -> Result<RunningSubgraph, Box<dyn Error>> {
        let running = kit_service::start_quietly(subgraph, self.settings(subgraph, configuration)?).await?;
        self.neighbours.add_in_process(subgraph.name, running.router());
        Ok(running)
    }

    /// Opens one subgraph for what operators do about its events, without running it.
    ///
    /// # Errors
    /// When its database cannot be opened; the error names it.
    pub async fn open_for_operations(
        &self,
        subgraph: &Subgraph,
        configuration: &Configuration,
    ) -> Result<EventOperations, Box<dyn Error>> {
        Ok(kit_service::open_for_operations(subgraph, self.settings(subgraph, configuration)?).await?)
    }

    fn settings(&self, subgraph: &Subgraph, configuration: &Configuration) -> Result<ServiceSettings, Box<dyn Error>> {
        let database = database(subgraph.name, configuration, &self.directory)?;
        let mut settings = ServiceSettings::new(database, Arc::clone(&self.event_log), self.keys.clone());
        settings.options = crate::platform::options(subgraph.name, configuration, &self.directory);
        settings.live = self.live.clone();
        settings.neighbours = self.neighbours.clone();
        Ok(settings)
    }
}

/// The server of the event log and of live messages: the one that the environment variable names, else that of the
/// configuration, else none.
fn redis_address(configuration: &Configuration) -> Option<SecretString> {
    let url = std::env::var(EVENTS_REDIS_URL).ok().or_else(|| configuration.events.redis.clone());
    url.map(SecretString::from)
}

/// The event log: on the server that the environment variable names, else on that of the configuration, else in the data
/// folder.
///
/// # Errors
/// When the address cannot be understood, or the file cannot be used.
pub async fn event_log(
    configuration: &Configuration,
    directory: &DataDirectory,
) -> Result<Arc<dyn EventLog>, Box<dyn Error>> {
    match redis_address(configuration) {
        Some(url) => Ok(Arc::new(RedisEventLog::open(&url).map_err(|error| not_understood(&error))?)),
        None => Ok(Arc::new(EmbeddedEventLog::open(directory.path(), Durability::PowerLoss).await?)),
    }
}

/// How those who listen hear: over the server if there is one, else within this process.
fn live_bus(configuration: &Configuration) -> Result<LiveBus, Box<dyn Error>> {
    match redis_address(configuration) {
        Some(url) => Ok(LiveBus::over_redis(&url).map_err(|error| not_understood(&error))?),
        None => Ok(LiveBus::in_process()),
    }
}

fn not_understood(error: &dyn Error) -> String {
    format!("{EVENTS_REDIS_URL} or events.redis: {error}\n  remedy: write it like redis://127.0.0.1:6379/0")
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
