//! Why there is no router.

use router_composition::ContractError;
use router_execution::HttpTransportError;
use router_schema::SupergraphError;
use thiserror::Error;

use crate::configuration::SettingsError;

/// Why there is no router.
#[derive(Debug, Error)]
pub enum BuildError {
    /// A setting cannot be right.
    #[error("the router's setting {0}")]
    Settings(#[from] SettingsError),
    /// The supergraph names a subgraph that nothing leads to.
    #[error("there is no transport to the subgraph `{0}`; give one for every subgraph of the supergraph")]
    NoTransport(String),
    /// A setting names a subgraph that the supergraph lacks.
    #[error("{setting}: the supergraph has no subgraph `{subgraph}`; name one of {known}")]
    UnknownSubgraph {
        /// The setting's path, with dots.
        setting: String,
        /// What it names.
        subgraph: String,
        /// What it may name.
        known: String,
    },
    /// The address of a subgraph is none.
    #[error("the subgraph `{subgraph}` has the address `{url}`, which is not one: {reason}")]
    Address {
        /// The subgraph.
        subgraph: String,
        /// Its address.
        url: String,
        /// What is wrong.
        reason: String,
    },
    /// An issuer's keys cannot be had where the settings say.
    #[error("{setting}: {problem}")]
    Issuer {
        /// The setting's path, with dots.
        setting: String,
        /// What is wrong.
        problem: String,
    },
    /// A contract of the settings cannot be made of this graph.
    #[error("contracts.{name}: {}", .errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Contract {
        /// Its name.
        name: String,
        /// Everything there is to mend.
        errors: Vec<ContractError>,
    },
    /// A contract was made that is no supergraph: a fault of the router.
    #[error("contracts.{name}: what is left of the graph cannot be served: {error}")]
    ContractUnreadable {
        /// Its name.
        name: String,
        /// What is wrong.
        error: SupergraphError,
    },
    /// The settings name certificates, and nobody has read them: without this the router would speak plain HTTP.
    #[error("listeners.tls: nothing reads the certificates for this router; give it what speaks TLS")]
    NoTls,
    /// The settings share rates, and nobody has given the buckets: without this each router would count alone.
    #[error("rates.store: nothing reaches the shared server for this router; give it the shared buckets")]
    NoSharedRates,
    /// The settings share what is kept, and nobody has given where: without this each router would keep it alone.
    #[error("caching.store: nothing reaches the shared server for this router; give it the shared cache")]
    NoSharedCache,
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made: {0}")]
    Http(#[from] HttpTransportError),
}
