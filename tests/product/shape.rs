//! The two shapes of the product: one process, or one for each part.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use kit_database::Durability;
use kit_events::{EmbeddedEventLog, EventLog, RedisEventLog};
use kit_testing::{MariaDb, Redis, skip_without};
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;
use tokio::runtime::Handle;
use tokio::sync::OnceCell;

use super::process::{Process, lyceum};
use super::{Calendar, Client, PASSWORD};

/// The subgraphs of the graph, in the order in which they are started.
pub(crate) const SUBGRAPHS: [&str; 5] = ["identity", "learning", "enrollment", "media", "playback"];

/// What the distributed shape says its public address is: that of a load balancer that these tests do without.
const PUBLIC_URL: &str = "https://lyceum.test";

/// How the product runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `lyceum up`.
    OneProcess,
    /// `lyceum router` and a `lyceum subgraph NAME` for each, on MariaDB and Redis where they are installed.
    Distributed,
}

/// A running product with the tiny demonstration data.
pub(crate) struct Product {
    /// Where its public listener answers, such as `http://127.0.0.1:4000`.
    pub(crate) url: String,
    /// Where its operators' listener answers.
    pub(crate) ops_url: String,
    /// The router's process, or the only one.
    pub(crate) front: Process,
    /// The subgraphs' processes, by name; empty in one process.
    pub(crate) subgraphs: Vec<(String, Process)>,
    /// How it runs.
    pub(crate) shape: Shape,
    folder: PathBuf,
    events: Option<SecretString>,
    _temporary: Option<TempDir>,
}

impl Product {
    /// The product of this shape that all scenarios share which leave it as they found it.
    pub(crate) async fn shared(shape: Shape) -> &'static Self {
        static ONE_PROCESS: OnceCell<Product> = OnceCell::const_new();
        static DISTRIBUTED: OnceCell<Product> = OnceCell::const_new();
        let cell = match shape {
            Shape::OneProcess => &ONE_PROCESS,
            Shape::Distributed => &DISTRIBUTED,
        };
        cell.get_or_init(|| async move {
            tokio::task::spawn_blocking(move || Self::start(shape)).await.expect("the product starts")
        })
        .await
    }

    /// A product of its own, in a new folder.
    pub(crate) fn start(shape: Shape) -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let folder = temporary.path().to_path_buf();
        let mut product = Self::start_in(shape, &folder);
        product._temporary = Some(temporary);
        product
    }

    /// A product on what an earlier one left in `folder`.
    pub(crate) fn start_in(shape: Shape, folder: &Path) -> Self {
        match shape {
            Shape::OneProcess => Self::one_process(folder, &|_| {}),
            Shape::Distributed => Self::distributed(folder, &Stores::new(), &|_| {}),
        }
    }

    /// A product on the date of a calendar, and on what earlier ones have left there.
    pub(crate) fn start_on(shape: Shape, calendar: &Calendar) -> Self {
        let show = |command: &mut Command| calendar.show(command);
        match shape {
            Shape::OneProcess => Self::one_process(&calendar.folder(), &show),
            Shape::Distributed => Self::distributed(&calendar.folder(), calendar.stores(), &show),
        }
    }

    /// Ctrl-C to every part, and their orderly end.
    pub(crate) fn stop(mut self) {
        self.front.interrupt();
        for (_, subgraph) in &mut self.subgraphs {
            subgraph.interrupt();
        }
    }

    /// A client of its public listener that is nobody yet.
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.url)
    }

    /// A client that has signed in as this persona.
    pub(crate) async fn signed_in(&self, persona: &str) -> Client {
        self.client().sign_in(&format!("{persona}@demo.invalid"), PASSWORD).await
    }

    /// The event log between the subgraphs, as one more process sees it.
    pub(crate) async fn event_log(&self) -> Arc<dyn EventLog> {
        match &self.events {
            Some(url) => Arc::new(RedisEventLog::open(url).expect("the address can be understood")),
            None => {
                let folder = self.folder.join(".lyceum");
                Arc::new(EmbeddedEventLog::open(&folder, Durability::ProcessDeath).await.expect("the log opens"))
            }
        }
    }

    /// A command on what this product keeps in its folder.
    pub(crate) fn command(&self) -> Command {
        lyceum(&self.folder)
    }

    fn one_process(folder: &Path, prepare: &dyn Fn(&mut Command)) -> Self {
        let mut command = lyceum(folder);
        prepare(&mut command);
        command.args(["up", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"]);
        Self::around(Process::start("lyceum up", command), Vec::new(), folder, None)
    }

    fn distributed(folder: &Path, stores: &Stores, prepare: &dyn Fn(&mut Command)) -> Self {
        let mut configuration = include_str!("../../supergraph.yaml").to_owned();
        let mut subgraphs = Vec::new();
        for name in SUBGRAPHS {
            let mut command = lyceum(folder);
            prepare(&mut command);
            stores.offer(name, &mut command);
            command.env("LYCEUM_MEDIA_PUBLIC_URL", PUBLIC_URL);
            // Each is told where those are that it may ask.
            let file = folder.join(format!("{name}.yaml"));
            std::fs::write(&file, &configuration).expect("the configuration can be written");
            command.args(["subgraph", name, "--subgraph-listen", "127.0.0.1:0", "--config"]).arg(&file);
            let process = Process::start(name, command);
            let url = process.wait_for(|line| address_in(line, "/graphql"));
            configuration = with_url(&configuration, name, &url);
            subgraphs.push((name.to_owned(), process));
        }
        let file = folder.join("distributed.yaml");
        std::fs::write(&file, configuration).expect("the configuration can be written");
        let mut command = lyceum(folder);
        prepare(&mut command);
        command.args(["router", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--config"]).arg(&file);
        stores.offer_events(&mut command);
        Self::around(Process::start("lyceum router", command), subgraphs, folder, stores.events.clone())
    }

    fn around(front: Process, subgraphs: Vec<(String, Process)>, folder: &Path, events: Option<SecretString>) -> Self {
        let url = front.wait_for(|line| address_in(line, "/graphql"));
        let ops_url = front.wait_for(|line| address_in(line, "/health/ready"));
        let shape = if subgraphs.is_empty() { Shape::OneProcess } else { Shape::Distributed };
        Self { url, ops_url, front, subgraphs, shape, folder: folder.to_owned(), events, _temporary: None }
    }
}

/// The servers that keep what the embedded stores keep in one process.
pub(super) struct Stores {
    mariadb: Option<&'static MariaDb>,
    schemas: Mutex<BTreeMap<String, SecretString>>,
    events: Option<SecretString>,
}

impl Stores {
    pub(super) fn new() -> Self {
        let mariadb = MariaDb::shared().inspect_err(|reason| skip_without(reason)).ok();
        let redis = Redis::shared().inspect_err(|reason| skip_without(reason)).ok();
        Self { mariadb, schemas: Mutex::default(), events: redis.map(Redis::new_database) }
    }

    /// Gives the subgraph a schema of its own, the same every time, and the event log that all share.
    fn offer(&self, subgraph: &str, command: &mut Command) {
        if let Some(mariadb) = self.mariadb {
            let mut schemas = self.schemas.lock().expect("no holder panics");
            let new = || Handle::current().block_on(mariadb.new_schema());
            let schema = schemas.entry(subgraph.to_owned()).or_insert_with(new);
            let variable = format!("LYCEUM_{}_DATABASE_URL", subgraph.to_uppercase());
            command.env(variable, schema.expose_secret());
        }
        self.offer_events(command);
    }

    /// Names the event log to a process.
    fn offer_events(&self, command: &mut Command) {
        if let Some(events) = &self.events {
            command.env("LYCEUM_EVENTS_REDIS_URL", events.expose_secret());
        }
    }
}

/// The repository's own configuration with another address for one subgraph.
fn with_url(configuration: &str, subgraph: &str, url: &str) -> String {
    let start = configuration.find(&format!("\n  {subgraph}:\n")).expect("the configuration names the subgraph");
    let address = start + configuration[start..].find("http://").expect("the subgraph has an address");
    let end = address + configuration[address..].find("/graphql").expect("the address has a path");
    format!("{}{url}{}", &configuration[..address], &configuration[end..])
}

/// The address in a line such as `GraphQL  http://127.0.0.1:4000/graphql`, without the path.
fn address_in(line: &str, path: &str) -> Option<String> {
    let start = line.find("http://")?;
    let end = start + line[start..].find(path)?;
    Some(line[start..end].to_owned())
}
