use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Connections and the graceful stop. The addresses are given to [`crate::RouterServer::serve`] as bound listeners.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ListenerSettings {
    /// TLS on the public listener. Default: absent, clients speak plain HTTP.
    pub tls: Option<ListenerTls>,
    /// The most connections open at once, per listener; more wait to be accepted. Default 10000.
    /// `LYCEUM_ROUTER__LISTENERS__CONNECTIONS_MAX`
    pub connections_max: usize,
    /// How long a request's head may take to arrive over HTTP/1.1, in milliseconds. Default 10000.
    /// `LYCEUM_ROUTER__LISTENERS__HEADER_TIMEOUT_MS`
    pub header_timeout_ms: u64,
    /// How long a client may read nothing of a reply before its connection is broken off, in milliseconds. Default 60000: a
    /// film that is paused for longer goes on with a range. `LYCEUM_ROUTER__LISTENERS__WRITE_TIMEOUT_MS`
    pub write_timeout_ms: u64,
    /// The largest head of a request, in bytes. Default 65536: a token of 8 KiB, a long URL, and room.
    /// `LYCEUM_ROUTER__LISTENERS__HEADER_BYTES_MAX`
    pub header_bytes_max: u32,
    /// The most requests in flight on one HTTP/2 connection. Default 200.
    /// `LYCEUM_ROUTER__LISTENERS__STREAMS_MAX`
    pub streams_max: u32,
    /// For how long requests in flight may go on once a stop is asked for, in milliseconds. Default 20000, under the
    /// 30 seconds after which Kubernetes kills. `LYCEUM_ROUTER__LISTENERS__DRAIN_TIMEOUT_MS`
    pub drain_timeout_ms: u64,
    /// How many proxies of ours stand in front of the router and append to `x-forwarded-for`; what more a client writes
    /// there is not believed. Default 0: the address of the connection counts.
    /// `LYCEUM_ROUTER__LISTENERS__TRUSTED_PROXIES`
    pub trusted_proxies: usize,
}

/// The certificate that clients see, and which certificates of theirs are wanted. Files are PEM, relative to the configuration
/// file, and read anew when they change, so that certificates are renewed without a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListenerTls {
    /// The server's certificate, and behind it those that lead to an authority that clients know.
    pub certificate: PathBuf,
    /// The certificate's private key (PKCS #8, PKCS #1 or SEC1).
    pub key: PathBuf,
    /// Authorities, one of which must have signed the client's certificate (mutual TLS). Default: absent, clients show none.
    #[serde(default)]
    pub client_authorities: Option<PathBuf>,
}

impl Default for ListenerSettings {
    fn default() -> Self {
        Self {
            tls: None,
            connections_max: 10_000,
            header_timeout_ms: 10_000,
            write_timeout_ms: 60_000,
            header_bytes_max: 64 * 1024,
            streams_max: 200,
            drain_timeout_ms: 20_000,
            trusted_proxies: 0,
        }
    }
}
