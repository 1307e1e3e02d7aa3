//! What can be said on the command line. Every option also has an environment variable, `LYCEUM_…`.

mod clients;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};
use kit_demonstration::Anchor;
use kit_ids::{Clock, SystemClock};

pub use self::clients::{
    ClientArguments, ClientTermsArguments, ClientUsageArguments, ClientsCommand, CreateClientArguments,
    ListClientsArguments, Overlap, RevokeClientArguments, RotateClientArguments, UpdateClientArguments,
};

/// A federated GraphQL supergraph, and the router that serves it.
///
/// Without a command, `lyceum` is `lyceum up`: everything in one process on embedded stores.
#[derive(Debug, Parser)]
#[command(name = "lyceum", version, max_term_width = 100, propagate_version = true)]
pub struct Arguments {
    /// What to do; nothing means `up`.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The options that every command takes.
    #[command(flatten)]
    pub options: Options,
}

/// The options that every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options for every command")]
pub struct Options {
    /// The configuration file. Without it: supergraph.yaml in the working folder, if there is one, else the defaults.
    #[arg(long, global = true, env = "LYCEUM_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the embedded databases, the event log and the keys live.
    #[arg(long, global = true, env = "LYCEUM_DATA_DIR", value_name = "FOLDER", default_value = ".lyceum")]
    pub data_dir: PathBuf,
    /// The public address: GraphQL, sign-in, playground.
    #[arg(long, global = true, env = "LYCEUM_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:4000")]
    pub listen: SocketAddr,
    /// The operators' address: health and metrics.
    #[arg(long, global = true, env = "LYCEUM_OPS_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:4001")]
    pub ops_listen: SocketAddr,
    /// How much demonstration data an empty database is given.
    #[arg(long, global = true, env = "LYCEUM_SEED_PROFILE", value_enum, default_value = "demo")]
    pub seed_profile: SeedProfile,
    /// "Now" in the demonstration data, on the full hour: `now`, or a moment such as 2026-06-01T00:00:00Z. Subgraphs that are
    /// seeded apart need the same one, or their data speaks of different people. What is seeded already keeps its own.
    #[arg(
        long,
        global = true,
        env = "LYCEUM_SEED_ANCHOR",
        value_name = "MOMENT",
        default_value = "now",
        value_parser = seed_anchor
    )]
    pub seed_anchor: Anchor,
    /// What is logged: a level, or directives such as `info,router_server=debug`.
    #[arg(long, global = true, env = "LYCEUM_LOG", value_name = "FILTER", default_value = "info")]
    pub log: String,
    /// How log lines look.
    #[arg(long, global = true, env = "LYCEUM_LOG_FORMAT", value_enum, default_value = "text")]
    pub log_format: LogFormat,
}

fn seed_anchor(text: &str) -> Result<Anchor, String> {
    Anchor::parse(text, SystemClock.now()).map_err(|error| error.to_string())
}

/// How much demonstration data an empty database is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SeedProfile {
    /// No data at all.
    None,
    /// 60 users: for tests.
    Tiny,
    /// 2,000 users: rich enough to explore.
    Demo,
    /// 10,000 users: for load.
    Bench,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run everything in one process on embedded stores: migrate, seed, serve.
    Up,
    /// Run the router alone, before the subgraphs that the configuration names.
    Router(RouterArguments),
    /// Run one subgraph as its own service.
    Subgraph(SubgraphArguments),
    /// Compose the subgraphs' schemas and print the supergraph.
    Compose(ComposeArguments),
    /// Show how an operation would be executed: its fetches, their inputs and order.
    Plan(PlanArguments),
    /// Bring the subgraphs' databases to the newest schema.
    Migrate(DatabaseArguments),
    /// Fill empty databases with demonstration data.
    Seed(DatabaseArguments),
    /// Look after the events between subgraphs: what waits, and what was given up.
    #[command(subcommand)]
    Events(EventsCommand),
    /// Look after the operations that clients have registered (docs/registered-operations.md).
    #[command(subcommand)]
    Operations(OperationsCommand),
    /// Look after partners' clients: their terms, their secrets, and what they have used (docs/partners.md).
    #[command(subcommand)]
    Clients(ClientsCommand),
    /// Check the configuration, or print its JSON Schema.
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// `lyceum router`.
#[derive(Debug, Args)]
pub struct RouterArguments {
    /// A composed supergraph to serve instead of composing the configured subgraphs.
    #[arg(long, env = "LYCEUM_SUPERGRAPH", value_name = "FILE")]
    pub supergraph: Option<PathBuf>,
}

/// `lyceum subgraph`.
#[derive(Debug, Args)]
pub struct SubgraphArguments {
    /// Which one; an unknown name lists them all.
    pub name: String,
    /// Its address, instead of the one that the configuration names.
    #[arg(long, env = "LYCEUM_SUBGRAPH_LISTEN", value_name = "ADDRESS")]
    pub subgraph_listen: Option<SocketAddr>,
}

/// `lyceum compose`.
#[derive(Debug, Args)]
pub struct ComposeArguments {
    /// How errors are printed.
    #[arg(long, value_enum, default_value = "text")]
    pub format: OutputFormat,
    /// Print the public schema that clients see instead of the supergraph.
    #[arg(long)]
    pub public: bool,
    /// Hide what a contract does not show: `include=TAG` or `exclude=TAG`, as often as needed.
    #[arg(long = "contract", value_name = "RULE")]
    pub contract: Vec<ContractRule>,
    /// Which hints are printed on the error stream: those of this level and above.
    #[arg(long, value_enum, default_value = "warning")]
    pub hints: Hints,
    /// Write to this file instead of the standard output, whole or not at all.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Compose again whenever the configuration or a schema changes. What does not compose leaves the file as it was.
    #[arg(long, requires = "output", conflicts_with = "check")]
    pub watch: bool,
    /// Compare with an earlier supergraph or public schema instead of printing; fails when a change breaks clients, or lets
    /// people see what they might not (of which a public schema says nothing).
    #[arg(long, value_name = "FILE")]
    pub check: Option<PathBuf>,
    /// With --check: a folder with the operations of clients. Only what breaks one of these fails.
    #[arg(long, value_name = "FOLDER", requires = "check")]
    pub operations: Option<PathBuf>,
    /// With --check: a client whose registered operations must go on working. Only what breaks one of these fails.
    #[arg(long, value_name = "NAME", requires = "check", conflicts_with = "operations")]
    pub client: Option<String>,
    /// With --check: rules of authorization may ask for less than before. They are told all the same.
    #[arg(long, requires = "check")]
    pub accept_weaker_authorization: bool,
}

/// One rule of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContractRule {
    /// What carries this tag is seen.
    Include(String),
    /// What carries this tag is hidden.
    Exclude(String),
}

impl FromStr for ContractRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some(("include", tag)) if !tag.is_empty() => Ok(Self::Include(tag.to_owned())),
            Some(("exclude", tag)) if !tag.is_empty() => Ok(Self::Exclude(tag.to_owned())),
            _ => Err("write `include=TAG` or `exclude=TAG`".to_owned()),
        }
    }
}

/// Which hints are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Hints {
    /// All of them.
    Debug,
    /// What is worth knowing.
    Info,
    /// What does not reach clients, or is probably a mistake.
    Warning,
    /// No hints.
    None,
}

/// `lyceum plan`.
#[derive(Debug, Args)]
pub struct PlanArguments {
    /// A GraphQL document; `-` reads the standard input.
    pub file: PathBuf,
    /// Which of the document's operations.
    #[arg(long, value_name = "NAME")]
    pub operation: Option<String>,
    /// A composed supergraph to plan against instead of composing the configured subgraphs.
    #[arg(long, env = "LYCEUM_SUPERGRAPH", value_name = "FILE")]
    pub supergraph: Option<PathBuf>,
    /// A label of a progressive override that is on; as often as needed. All others are off.
    #[arg(long = "override-label", value_name = "LABEL")]
    pub override_labels: Vec<String>,
    /// Print the plan in the common query-plan format.
    #[arg(long)]
    pub json: bool,
}

/// `lyceum migrate` and `lyceum seed`.
#[derive(Debug, Args)]
pub struct DatabaseArguments {
    /// Only these subgraphs; none means all.
    pub subgraphs: Vec<String>,
}

/// `lyceum events`.
#[derive(Debug, Subcommand)]
pub enum EventsCommand {
    /// Show what waits to be published, and how far each consumer is behind.
    Outbox(EventArguments),
    /// The events that consumers have given up.
    #[command(subcommand)]
    DeadLetters(DeadLettersCommand),
}

/// `lyceum events dead-letters`.
#[derive(Debug, Subcommand)]
pub enum DeadLettersCommand {
    /// List the events that were given up, oldest first: reason, attempts, age.
    List(EventArguments),
    /// Give events to their consumers once more. What succeeds is settled; doing it again does nothing.
    Replay(ReplayArguments),
}

/// Which subgraphs, and how it is shown.
#[derive(Debug, Args)]
pub struct EventArguments {
    /// Only this subgraph; as often as needed. Default: all that are configured.
    #[arg(long = "subgraph", value_name = "NAME")]
    pub subgraphs: Vec<String>,
    /// How it is printed.
    #[arg(long, value_enum, default_value = "text")]
    pub format: OutputFormat,
}

/// `lyceum events dead-letters replay`.
#[derive(Debug, Args)]
pub struct ReplayArguments {
    /// The ids of the events, as the list shows them.
    #[arg(required_unless_present = "all")]
    pub ids: Vec<String>,
    /// Every event that was given up.
    #[arg(long, conflicts_with = "ids")]
    pub all: bool,
    /// Which subgraphs, and how it is shown.
    #[command(flatten)]
    pub events: EventArguments,
}

/// `lyceum operations`.
#[derive(Debug, Subcommand)]
pub enum OperationsCommand {
    /// Register the operations of a manifest: all of them, or none when one cannot be executed.
    Publish(PublishArguments),
    /// List the operations that are registered.
    List(ListOperationsArguments),
    /// Print the text of a registered operation.
    Show(ShowOperationArguments),
    /// Compare a manifest with what is registered.
    Diff(DiffOperationsArguments),
    /// Take registered operations away.
    Revoke(RevokeArguments),
}

/// `lyceum operations publish`.
#[derive(Debug, Args)]
pub struct PublishArguments {
    /// Apollo's or Relay's manifest, or a folder of .graphql files.
    pub manifest: PathBuf,
    /// The client whose operations they are: of a partner the client id, else a name that an endpoint's settings give.
    #[arg(long, value_name = "NAME")]
    pub client: String,
    /// The endpoint that has to be able to execute them. Default: the first at which the client may ask for them.
    #[arg(long, value_name = "PATH")]
    pub endpoint: Option<String>,
    /// How it is printed.
    #[arg(long, value_enum, default_value = "text")]
    pub format: OutputFormat,
}

/// `lyceum operations list`.
#[derive(Debug, Args)]
pub struct ListOperationsArguments {
    /// Only this client's. Default: all.
    #[arg(long, value_name = "NAME")]
    pub client: Option<String>,
    /// How it is printed.
    #[arg(long, value_enum, default_value = "text")]
    pub format: OutputFormat,
}

/// `lyceum operations show`.
#[derive(Debug, Args)]
pub struct ShowOperationArguments {
    /// The operation's id, as the list shows it.
    pub id: String,
    /// The client whose operation it is. Needed only when several clients have one under this id.
    #[arg(long, value_name = "NAME")]
    pub client: Option<String>,
}

/// `lyceum operations diff`.
#[derive(Debug, Args)]
pub struct DiffOperationsArguments {
    /// Apollo's or Relay's manifest, or a folder of .graphql files.
    pub manifest: PathBuf,
    /// The client whose operations it is compared with.
    #[arg(long, value_name = "NAME")]
    pub client: String,
    /// How it is printed.
    #[arg(long, value_enum, default_value = "text")]
    pub format: OutputFormat,
}

/// `lyceum operations revoke`.
#[derive(Debug, Args)]
pub struct RevokeArguments {
    /// The ids of the operations, as the list shows them.
    #[arg(required = true)]
    pub ids: Vec<String>,
    /// The client whose operations they are.
    #[arg(long, value_name = "NAME")]
    pub client: String,
}

/// `lyceum config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check the configuration file; says what is wrong where, and what to do.
    Check,
    /// Print the JSON Schema of the configuration file, for editors.
    Schema,
}

/// How something is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people.
    Text,
    /// For tools.
    Json,
}
