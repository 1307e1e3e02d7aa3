//! The configuration file: the graph's subgraphs and the router's settings.

mod environment;
mod error;
mod file;

use std::fmt;
use std::path::PathBuf;

use indexmap::IndexMap;
use router_server::configuration::RouterSettings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use error::ConfigurationError;
pub use file::{FILE_NAME, load};

/// What a configuration file says. Unknown keys are refused.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// The subgraphs by name.
    pub subgraphs: IndexMap<String, SubgraphConfiguration>,
    /// How subgraphs that run here hear of one another's events.
    #[serde(default)]
    pub events: EventConfiguration,
    /// How the platform sends mail, such as that for a forgotten password.
    #[serde(default)]
    pub mail: MailConfiguration,
    /// How the platform sends short messages, such as codes that prove a telephone number.
    #[serde(default)]
    pub sms: SmsConfiguration,
    /// Where the platform keeps files, and under which address they are fetched.
    #[serde(default)]
    pub media: MediaConfiguration,
    /// How often each person, or address, may ask for what costs something.
    #[serde(default)]
    pub limits: LimitConfiguration,
    /// What this process tells of itself beside the router's traces and lines (docs/logs.md).
    #[serde(default)]
    pub telemetry: TelemetryConfiguration,
    /// The router's settings.
    #[serde(default)]
    pub router: RouterSettings,
    /// The folder that relative paths in this file start from: its own.
    #[serde(skip)]
    #[schemars(skip)]
    pub folder: PathBuf,
}

/// One subgraph: what it is and where it runs.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubgraphConfiguration {
    /// The address of its GraphQL endpoint, such as `http://127.0.0.1:4101/graphql`.
    pub url: String,
    /// How `lyceum up` reaches it.
    #[serde(default)]
    pub transport: TransportKind,
    /// A file with its schema (SDL), relative to this file. Default: the schema built in, for the platform's own
    /// subgraphs; for others what they answer themselves to `{ _service { sdl } }`.
    #[serde(default)]
    pub schema: Option<PathBuf>,
    /// Where it keeps its data when it runs here: a `mysql://` address. Default: a SQLite file in the data folder. The
    /// environment variable `LYCEUM_<NAME>_DATABASE_URL` goes before it, so that a password need not stand here.
    #[serde(default)]
    pub database: Option<String>,
    /// For an `https` address whose certificate no public authority has signed, or whose server wants to see the router's.
    #[serde(default)]
    pub tls: SubgraphTls,
}

/// Certificates of the connections to one subgraph: PEM files, relative to this file.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SubgraphTls {
    /// The authorities, one of which must have signed the subgraph's certificate. Default: absent, those that the operating
    /// system trusts.
    pub authorities: Option<PathBuf>,
    /// The router's own certificate (mutual TLS), together with `key`. Default: absent.
    pub certificate: Option<PathBuf>,
    /// Its private key.
    pub key: Option<PathBuf>,
}

/// How subgraphs that run here hear of one another's events.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventConfiguration {
    /// The Redis server (7 or later) that keeps the event log and carries live messages between replicas: `redis://[user:password@]host[:port][/database]`, or
    /// `rediss://` for TLS. For subgraphs on several hosts or in several replicas. Default: a file in the data folder,
    /// which all processes of one host share. The environment variable `LYCEUM_EVENTS_REDIS_URL` goes before it, so that
    /// a password need not stand here.
    #[serde(default)]
    pub redis: Option<String>,
}

/// How often each person, or address, may ask for what costs something, in a minute; 0 is no bound. Beyond it they are
/// refused with `429` and `Retry-After`, or `RATE_LIMITED` in the graph. Each replica counts for itself. Guessing passwords and
/// codes is bounded apart from it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LimitConfiguration {
    /// Exchanges of refresh tokens from one address. Default: 600.
    pub refreshes_per_minute: u32,
    /// Announcements of files by one person. Default: 300.
    pub uploads_per_minute: u32,
    /// Addresses to play or fetch files from, for one person. Default: 1200.
    pub addresses_per_minute: u32,
    /// Requests for files, or parts of them, with the addresses of one person. Default: 6000.
    pub downloads_per_minute: u32,
}

impl Default for LimitConfiguration {
    fn default() -> Self {
        Self {
            refreshes_per_minute: 600,
            uploads_per_minute: 300,
            addresses_per_minute: 1_200,
            downloads_per_minute: 6_000,
        }
    }
}

/// Where the platform keeps files, and under which address they are fetched.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MediaConfiguration {
    /// Where their bytes lie.
    #[serde(default)]
    pub storage: StorageConfiguration,
    /// The scanner that looks at files before anybody may fetch them (docs/scanning-files.md). Default: nobody does.
    #[serde(default)]
    pub scan: Option<ScanConfiguration>,
    /// The origin that clients reach the router at, such as `https://lyceum.example`: the addresses of files begin with
    /// it. Default: that of the router's public listener as `--listen` says. The environment variable
    /// `LYCEUM_MEDIA_PUBLIC_URL` goes before it.
    #[serde(default)]
    pub public_url: Option<String>,
}

/// The scanner that looks at files before anybody may fetch them.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScanConfiguration {
    /// Its address, such as `http://scanner:9000/scan`: it takes `POST` of a file's bytes, and answers `200` or `204` when
    /// they are clean, `406` when they are not.
    pub url: String,
    /// How long it may take for one file, in seconds. Default: 300.
    #[serde(default = "ScanConfiguration::default_timeout_seconds")]
    pub timeout_seconds: u64,
}

impl ScanConfiguration {
    const fn default_timeout_seconds() -> u64 {
        300
    }
}

/// Where the bytes of files lie: in a folder, or in a bucket of an S3-compatible store. One of the two.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StorageConfiguration {
    /// The folder, relative to this file. Default: `media` in the data folder.
    #[serde(default)]
    pub folder: Option<PathBuf>,
    /// The bucket, in the folder's place. For services in several replicas, or on hosts without a disk of their own.
    #[serde(default)]
    pub s3: Option<BucketConfiguration>,
}

/// A bucket of an S3-compatible store. Who the service is there stands in the environment only: `AWS_ACCESS_KEY_ID` and
/// `AWS_SECRET_ACCESS_KEY` (with `AWS_SESSION_TOKEN` when they are lent), else `AWS_WEB_IDENTITY_TOKEN_FILE` and
/// `AWS_ROLE_ARN` as Kubernetes sets them, else the role of the container or of the machine.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BucketConfiguration {
    /// The bucket, which must be there. The service reads, writes, lists and deletes in it.
    pub bucket: String,
    /// The store's address, such as `https://s3.example.com`. Default: Amazon's in the region.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The store's address for clients, when they reach it under another name. Default: `endpoint`.
    #[serde(default)]
    pub public_endpoint: Option<String>,
    /// The region that requests are signed for. Default: `us-east-1`.
    #[serde(default)]
    pub region: Option<String>,
    /// Whether the bucket stands in the path of addresses (`https://s3.example.com/bucket/…`), not before the host
    /// (`https://bucket.s3.example.com/…`). Default: true when there is an `endpoint`, as most stores but Amazon's want it.
    #[serde(default)]
    pub path_style: Option<bool>,
    /// Whether clients fetch and send files at the store itself, by signed addresses. When false everything passes through
    /// the service, and the store need not be reachable for clients. Default: true.
    #[serde(default = "BucketConfiguration::direct_by_default")]
    pub direct: bool,
}

impl BucketConfiguration {
    const fn direct_by_default() -> bool {
        true
    }
}

/// How the platform sends mail.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MailConfiguration {
    /// The mail server: `smtps://user:password@host`, or `smtp://host:25` without TLS. Default: mail is shown on the
    /// standard output. The environment variable `LYCEUM_MAIL_SMTP_URL` goes before it, so that a password need not stand
    /// here.
    #[serde(default)]
    pub smtp: Option<String>,
    /// The sender. Default: `Lyceum <no-reply@lyceum.example>`.
    #[serde(default)]
    pub from: Option<String>,
    /// The page on which people choose another password, up to the token that the mail puts behind it. Default:
    /// `https://lyceum.example/reset-password?token=`.
    #[serde(default)]
    pub reset_page: Option<String>,
}

/// How the platform sends short messages.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SmsConfiguration {
    /// The gateway, which takes `POST {"to", "text"}` in JSON. Default: messages are shown on the standard output. The
    /// bearer token that it asks for is in the environment variable `LYCEUM_SMS_GATEWAY_TOKEN`.
    #[serde(default)]
    pub gateway: Option<String>,
}

/// What this process tells of itself.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TelemetryConfiguration {
    /// Where its errors and panics are reported to, beside the log.
    #[serde(default)]
    pub errors: ErrorReportConfiguration,
}

/// Where errors and panics are reported to: each with its place in the program, its service and its trace, and without values.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorReportConfiguration {
    /// The address (DSN) of a project on a server that speaks the protocol of Sentry: `https://KEY@errors.example/PROJECT`.
    /// Default: nothing is reported. The environment variable `LYCEUM_TELEMETRY_ERRORS_SENTRY_DSN` goes before it, so that the
    /// key need not stand here.
    #[serde(default)]
    pub sentry_dsn: Option<String>,
    /// Where this process runs, as the server tells reports apart: `production`, `staging`. Default: the server's own.
    #[serde(default)]
    pub environment: Option<String>,
}

impl fmt::Debug for ErrorReportConfiguration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address has a key in it.
        let is_reported = self.sentry_dsn.is_some();
        formatter.debug_struct("ErrorReportConfiguration").field("is_reported", &is_reported).finish_non_exhaustive()
    }
}

/// How a subgraph is reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TransportKind {
    /// It runs in this process, no socket between. For the platform's own subgraphs.
    InProcess,
    /// It runs elsewhere, at its `url`.
    #[default]
    Http,
}
