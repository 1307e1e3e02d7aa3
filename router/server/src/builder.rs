//! Joins everything that a router needs, and checks that it fits together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use router_execution::transport::Transport;
use router_execution::{ExecutionLimits, Executor, HttpTransport, HttpTransportError, HttpTransportOptions, Subgraph};
use router_schema::Supergraph;
use thiserror::Error;

use crate::clock::{Clock, SystemClock};
use crate::configuration::{AuthenticationSettings, RouterSettings, SettingsError};
use crate::error_masking::ErrorMask;
use crate::forwarding::RequestSigner;
use crate::health::Health;
use crate::identity::{Identity, JwksSource, Revocations, SubgraphJwks};
use crate::measured_transport::MeasuredTransport;
use crate::operation::Operations;
use crate::operators::Operators;
use crate::pass_through::PassThrough;
use crate::pipeline::Pipeline;
use crate::playground::Playground;
use crate::server::RouterServer;
use crate::subscription::Subscriptions;

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
    /// The address of the issuer of tokens is none.
    #[error("authentication.jwks.url: {0}")]
    Issuer(String),
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made: {0}")]
    Http(#[from] HttpTransportError),
}

/// Joins a supergraph, transports, a signing key and settings to a router.
#[derive(Debug)]
pub struct RouterBuilder {
    supergraph: Supergraph,
    settings: RouterSettings,
    signer: RequestSigner,
    transports: BTreeMap<String, Arc<dyn Transport>>,
    jwks: Option<Arc<dyn JwksSource>>,
    revocations: Option<Arc<dyn Revocations>>,
    clock: Arc<dyn Clock>,
}

impl RouterBuilder {
    /// A router for `supergraph`, whose requests to subgraphs `signer` signs.
    #[must_use]
    pub fn new(supergraph: Supergraph, settings: RouterSettings, signer: RequestSigner) -> Self {
        let (transports, jwks, clock) = (BTreeMap::new(), None, Arc::new(SystemClock));
        Self { supergraph, settings, signer, transports, jwks, revocations: None, clock }
    }

    /// Reaches `subgraph` by this transport; without one it is reached over HTTP at the supergraph's address.
    #[must_use]
    pub fn transport(mut self, subgraph: impl Into<String>, transport: Arc<dyn Transport>) -> Self {
        self.transports.insert(subgraph.into(), transport);
        self
    }

    /// Takes the issuer's keys from here instead of where the settings say.
    #[must_use]
    pub fn jwks_source(mut self, source: Arc<dyn JwksSource>) -> Self {
        self.jwks = Some(source);
        self
    }

    /// Refuses access tokens of the sessions that these know to have ended.
    #[must_use]
    pub fn revocations(mut self, revocations: Arc<dyn Revocations>) -> Self {
        self.revocations = Some(revocations);
        self
    }

    /// The clock that tokens are checked by.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Checks everything and joins it. Contacts nobody.
    ///
    /// # Errors
    /// When the parts do not fit together; see [`BuildError`].
    pub fn build(mut self) -> Result<RouterServer, BuildError> {
        self.settings.validate()?;
        let transports = self.all_transports()?;
        let identity = Arc::new(self.identity(&transports)?);
        let pass_through = self.pass_through(&transports, &identity)?;
        let operators = self.operators(&transports, &identity);
        let supergraph = Arc::new(self.supergraph);
        let requests = &self.settings.subgraph_requests;
        let executor = |timeout_ms| executor(&supergraph, &transports, Duration::from_millis(timeout_ms));
        let pipeline = Pipeline {
            identity,
            operations: Arc::new(Operations::new(
                Arc::clone(&supergraph),
                self.settings.operations.clone(),
                &self.settings.authorization,
            )),
            query_executor: executor(requests.query_timeout_ms),
            mutation_executor: executor(requests.mutation_timeout_ms),
            signer: self.signer,
            mask: ErrorMask::new(&self.settings.errors),
            subscriptions: Subscriptions::new(&self.settings.subscriptions),
            playground: self.settings.playground.as_ref().map(Playground::new),
            settings: self.settings.clone(),
        };
        let probed = transports.into_iter().map(|(name, reached)| (name, reached.transport)).collect();
        let health = Health::new(self.settings.health.clone(), probed);
        Ok(RouterServer::new(pipeline, pass_through, health, operators, self.settings.listeners))
    }

    /// A transport and a path for every subgraph of the supergraph.
    fn all_transports(&mut self) -> Result<BTreeMap<String, Reached>, BuildError> {
        let mut transports = BTreeMap::new();
        for subgraph in self.supergraph.subgraphs() {
            let address = |reason: String| BuildError::Address {
                subgraph: subgraph.name.clone(),
                url: subgraph.routing_url.clone(),
                reason,
            };
            let url: Result<http::Uri, _> = subgraph.routing_url.parse();
            let path = url.as_ref().map_or("/graphql", http::Uri::path).to_owned();
            let transport = match self.transports.remove(&subgraph.name) {
                Some(transport) => transport,
                None if subgraph.routing_url.is_empty() => return Err(BuildError::NoTransport(subgraph.name.clone())),
                None => {
                    let url = url.map_err(|error| address(error.to_string()))?;
                    Arc::new(HttpTransport::new(&url, &HttpTransportOptions::default())?)
                }
            };
            let transport = Arc::new(MeasuredTransport::new(subgraph.name.clone(), transport));
            transports.insert(subgraph.name.clone(), Reached { transport, path });
        }
        Ok(transports)
    }

    fn identity(&self, transports: &BTreeMap<String, Reached>) -> Result<Identity, BuildError> {
        let Some(settings) = &self.settings.authentication else {
            return Ok(Identity::new(None, Arc::clone(&self.clock)));
        };
        let source = match &self.jwks {
            Some(source) => Arc::clone(source),
            None => self.configured_jwks(settings, transports)?,
        };
        let identity = Identity::new(Some((settings.clone(), source)), Arc::clone(&self.clock));
        let keeps_whole_claims = self.settings.authorization.reads_claims();
        Ok(identity.with_revocations(self.revocations.clone()).with_whole_claims(keeps_whole_claims))
    }

    fn configured_jwks(
        &self,
        settings: &AuthenticationSettings,
        transports: &BTreeMap<String, Reached>,
    ) -> Result<Arc<dyn JwksSource>, BuildError> {
        let jwks = &settings.jwks;
        let (transport, name, path) = if let Some(subgraph) = &jwks.subgraph {
            let reached = known(transports, subgraph, "authentication.jwks.subgraph")?;
            (Arc::clone(&reached.transport), subgraph.clone(), jwks.path.clone())
        } else {
            let text = jwks.url.clone().unwrap_or_default();
            let url: http::Uri = text.parse().map_err(|error| BuildError::Issuer(format!("`{text}`: {error}")))?;
            let transport: Arc<dyn Transport> = Arc::new(HttpTransport::new(&url, &HttpTransportOptions::default())?);
            (transport, "issuer".to_owned(), url.path().to_owned())
        };
        Ok(Arc::new(SubgraphJwks::new(transport, name, path, self.signer.clone())))
    }

    fn operators(&self, transports: &BTreeMap<String, Reached>, identity: &Arc<Identity>) -> Operators {
        let subgraphs = transports.iter().map(|(name, reached)| (name.clone(), Arc::clone(&reached.transport)));
        Operators { subgraphs: subgraphs.collect(), identity: Arc::clone(identity), signer: self.signer.clone() }
    }

    fn pass_through(
        &self,
        transports: &BTreeMap<String, Reached>,
        identity: &Arc<Identity>,
    ) -> Result<Vec<PassThrough>, BuildError> {
        let routes = self.settings.pass_through.iter().enumerate().map(|(index, route)| {
            let reached = known(transports, &route.subgraph, &format!("pass_through[{index}].subgraph"))?;
            Ok(PassThrough {
                route: route.clone(),
                transport: Arc::clone(&reached.transport),
                identity: Arc::clone(identity),
                signer: self.signer.clone(),
                trusted_proxies: self.settings.listeners.trusted_proxies,
            })
        });
        routes.collect()
    }
}

/// How a subgraph is reached.
struct Reached {
    transport: Arc<dyn Transport>,
    path: String,
}

fn known<'t>(
    transports: &'t BTreeMap<String, Reached>,
    subgraph: &str,
    setting: &str,
) -> Result<&'t Reached, BuildError> {
    transports.get(subgraph).ok_or_else(|| BuildError::UnknownSubgraph {
        setting: setting.to_owned(),
        subgraph: subgraph.to_owned(),
        known: transports.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
    })
}

fn executor(supergraph: &Supergraph, transports: &BTreeMap<String, Reached>, timeout: Duration) -> Executor {
    let subgraphs = supergraph.subgraphs().iter().map(|subgraph| {
        let reached = &transports[&subgraph.name];
        Subgraph {
            name: subgraph.name.clone(),
            path: reached.path.clone(),
            transport: Arc::clone(&reached.transport),
            timeout,
        }
    });
    Executor::new(supergraph.api_schema().clone(), subgraphs.collect(), ExecutionLimits::default())
}
