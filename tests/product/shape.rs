//! The two shapes of the product: one process, or one for each part.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use kit_database::Durability;
use kit_events::{EmbeddedEventLog, EventLog, RedisEventLog};
use kit_testing::{MariaDb, Redis, S3Server, skip_without};
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;
use tokio::runtime::Handle;
use tokio::sync::OnceCell;

use super::process::{Process, lyceum, steady_port};
use super::{Calendar, Client, PASSWORD, PUBLIC_URL};

/// The subgraphs of the graph, in the order in which they are started.
pub(crate) const SUBGRAPHS: [&str; 5] = ["identity", "learning", "enrollment", "media", "playback"];

/// How the product runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `lyceum up`.
    OneProcess,
    /// `lyceum router` and a `lyceum subgraph NAME` for each, on MariaDB and Redis where they are installed, and on a bucket.
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
    stores: Option<Arc<Stores>>,
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
        Self::start_anew(shape, &Stores::new, &|_| {})
    }

    /// The same, but all files pass through it, also those in a bucket.
    pub(crate) fn start_serving_files(shape: Shape) -> Self {
        Self::start_anew(shape, &|bucket| Stores { is_direct: false, ..Stores::new(bucket) }, &|_| {})
    }

    /// The same, but nothing is kept of what subgraphs answer: each question reaches them.
    pub(crate) fn start_keeping_nothing(shape: Shape) -> Self {
        Self::start_anew(shape, &Stores::new, &|command| {
            command.env("LYCEUM_ROUTER__CACHING__FETCH_BYTES_MAX", "0");
            command.env("LYCEUM_ROUTER__CACHING__REPLY_BYTES_MAX", "0");
        })
    }

    /// The same, with what `prepare` says to each of its processes.
    pub(crate) fn start_with(shape: Shape, prepare: &dyn Fn(&mut Command)) -> Self {
        Self::start_anew(shape, &Stores::new, prepare)
    }

    /// The same, but traces and metrics go to a collector at this address, over HTTP.
    pub(crate) fn start_telling(shape: Shape, collector: &str) -> Self {
        Self::start_with(shape, &|command| {
            command.env("LYCEUM_ROUTER__TELEMETRY__TRACING__OTLP__ENDPOINT", collector);
            command.env("LYCEUM_ROUTER__TELEMETRY__TRACING__OTLP__PROTOCOL", "http");
            command.env("LYCEUM_ROUTER__TELEMETRY__METRICS__OTLP", "true");
            command.env("LYCEUM_ROUTER__TELEMETRY__METRICS__INTERVAL_MS", "1000");
        })
    }

    /// The same, but administrators may put faults in the way of requests, and nothing is kept that would keep requests out
    /// of it.
    pub(crate) fn start_with_faults(shape: Shape) -> Self {
        Self::start_anew(shape, &Stores::new, &|command| {
            command.env("LYCEUM_ROUTER__STUDIO__FAULTS", "true");
            command.env("LYCEUM_ROUTER__CACHING__FETCH_BYTES_MAX", "0");
            command.env("LYCEUM_ROUTER__CACHING__REPLY_BYTES_MAX", "0");
        })
    }

    fn start_anew(shape: Shape, stores: &dyn Fn(S3Server) -> Stores, prepare: &dyn Fn(&mut Command)) -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let mut product = match shape {
            Shape::OneProcess => Self::one_process(temporary.path(), prepare),
            Shape::Distributed => Self::distributed(temporary.path(), &Arc::new(stores(S3Server::start())), prepare),
        };
        product._temporary = Some(temporary);
        product
    }

    /// A product in one process, on what an earlier one left in `folder`.
    pub(crate) fn start_in(folder: &Path) -> Self {
        Self::one_process(folder, &|_| {})
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

    /// SIGTERM to every part at once, and their orderly ends.
    pub(crate) fn terminate(mut self) {
        let subgraphs = self.subgraphs.iter_mut().map(|(_, subgraph)| subgraph);
        let mut parts: Vec<&mut Process> = std::iter::once(&mut self.front).chain(subgraphs).collect();
        for part in &parts {
            part.signal("-TERM");
        }
        for part in &mut parts {
            let status = part.end();
            assert!(status.success(), "an orderly stop is a success, not {status}:\n{}", part.log());
        }
    }

    /// Kills the process that serves files, and starts it again at the same address.
    pub(crate) fn restart_files(&mut self) {
        let media = self.subgraphs.iter_mut().find(|(name, _)| name == "media").map(|(_, media)| media);
        let process = media.unwrap_or(&mut self.front);
        process.restart();
        process.wait_for(|line| address_in(line, "/graphql"));
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
        match self.stores.as_ref().and_then(|stores| stores.events.as_ref()) {
            Some(url) => Arc::new(RedisEventLog::open(url).expect("the address can be understood")),
            None => {
                let folder = self.folder.join(".lyceum");
                Arc::new(EmbeddedEventLog::open(&folder, Durability::ProcessDeath).await.expect("the log opens"))
            }
        }
    }

    /// Where it keeps its files when it is distributed.
    pub(crate) fn bucket(&self) -> Option<&S3Server> {
        self.stores.as_ref().map(|stores| &stores.bucket)
    }

    /// Where a subgraph answers that has a process of its own.
    pub(crate) fn subgraph_url(&self, name: &str) -> String {
        let configuration = std::fs::read_to_string(self.folder.join("distributed.yaml")).expect("it was written");
        let start = configuration.find(&format!("\n  {name}:\n")).expect("the configuration names the subgraph");
        address_in(&configuration[start..].replace('\n', " "), "/graphql").expect("the subgraph has an address")
    }

    /// A command on what this product keeps in its folder.
    pub(crate) fn command(&self) -> Command {
        lyceum(&self.folder)
    }

    /// A command on what one of its subgraphs keeps, wherever that is.
    pub(crate) fn command_on(&self, subgraph: &str) -> Command {
        let mut command = self.command();
        if let Some(stores) = &self.stores {
            stores.offer(subgraph, &mut command);
        }
        command
    }

    fn one_process(folder: &Path, prepare: &dyn Fn(&mut Command)) -> Self {
        let mut command = lyceum(folder);
        prepare(&mut command);
        command.args(["up", "--listen", &steady_address(), "--ops-listen", "127.0.0.1:0"]);
        Self::around(Process::start("lyceum up", command), Vec::new(), folder, None)
    }

    fn distributed(folder: &Path, stores: &Arc<Stores>, prepare: &dyn Fn(&mut Command)) -> Self {
        let mut configuration = format!("{}\n{}", include_str!("../../supergraph.yaml"), stores.configuration());
        let mut subgraphs = Vec::new();
        for name in SUBGRAPHS {
            let mut command = lyceum(folder);
            prepare(&mut command);
            stores.offer(name, &mut command);
            // Each is told where those are that it may ask.
            let file = folder.join(format!("{name}.yaml"));
            std::fs::write(&file, &configuration).expect("the configuration can be written");
            command.args(["subgraph", name, "--subgraph-listen", &steady_address(), "--config"]).arg(&file);
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
        Self::around(Process::start("lyceum router", command), subgraphs, folder, Some(Arc::clone(stores)))
    }

    fn around(front: Process, subgraphs: Vec<(String, Process)>, folder: &Path, stores: Option<Arc<Stores>>) -> Self {
        let url = front.wait_for(|line| address_in(line, "/graphql"));
        let ops_url = front.wait_for(|line| address_in(line, "/health/ready"));
        let shape = if subgraphs.is_empty() { Shape::OneProcess } else { Shape::Distributed };
        Self { url, ops_url, front, subgraphs, shape, folder: folder.to_owned(), stores, _temporary: None }
    }
}

/// The servers that keep what the embedded stores keep in one process.
pub(super) struct Stores {
    mariadb: Option<&'static MariaDb>,
    schemas: Mutex<BTreeMap<String, SecretString>>,
    events: Option<SecretString>,
    bucket: S3Server,
    /// "Now" of the demonstration data: each subgraph is seeded by itself.
    seed_anchor: String,
    /// Whether clients go to the bucket themselves.
    is_direct: bool,
}

impl Stores {
    pub(super) fn new(bucket: S3Server) -> Self {
        Self::on_date(DateTime::from(SystemTime::now()), bucket)
    }

    pub(super) fn on_date(now: DateTime<Utc>, bucket: S3Server) -> Self {
        let mariadb = MariaDb::shared().inspect_err(|reason| skip_without(reason)).ok();
        let redis = Redis::shared().inspect_err(|reason| skip_without(reason)).ok();
        Self {
            mariadb,
            schemas: Mutex::default(),
            events: redis.map(Redis::new_database),
            bucket,
            seed_anchor: now.to_rfc3339(),
            is_direct: true,
        }
    }

    /// What the configuration says of them: where files lie.
    fn configuration(&self) -> String {
        let (bucket, endpoint, direct) = (S3Server::BUCKET, self.bucket.endpoint(), self.is_direct);
        let s3 = format!("{{ bucket: {bucket}, endpoint: \"{endpoint}\", direct: {direct} }}");
        format!("media:\n  public_url: {PUBLIC_URL}\n  storage:\n    s3: {s3}\n")
    }

    /// Gives the subgraph a schema of its own, the same every time, the date and the event log that all share, and media what
    /// opens the bucket.
    fn offer(&self, subgraph: &str, command: &mut Command) {
        if let Some(mariadb) = self.mariadb {
            let mut schemas = self.schemas.lock().expect("no holder panics");
            let new = || Handle::current().block_on(mariadb.new_schema());
            let schema = schemas.entry(subgraph.to_owned()).or_insert_with(new);
            let variable = format!("LYCEUM_{}_DATABASE_URL", subgraph.to_uppercase());
            command.env(variable, schema.expose_secret());
        }
        command.env("LYCEUM_SEED_ANCHOR", &self.seed_anchor);
        if subgraph == "media" {
            command.envs(S3Server::credentials());
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

/// Where a process listens, also when it starts again.
fn steady_address() -> String {
    format!("127.0.0.1:{}", steady_port())
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
