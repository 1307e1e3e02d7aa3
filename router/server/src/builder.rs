//! Joins everything that a router needs, and checks that it fits together.

mod error;
mod shared;
mod studio;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ::telemetry::Collector;
use router_composition::{ContractFilter, contract};
use router_execution::transport::Transport;
use router_execution::{HttpTransport, HttpTransportOptions, Subgraph};
use router_schema::Supergraph;
use router_studio::{RequestSink, Studio};
use tokio_rustls::rustls::ServerConfig;

pub use self::error::BuildError;
use self::studio::faulty;
use crate::access_log::AccessLog;
use crate::administration::Administration;
use crate::caching::{Caches, SharedCache};
use crate::clients::Usage;
use crate::clock::{Clock, SystemClock};
use crate::configuration::{ContractSettings, EndpointSettings, JwksSettings, RouterSettings};
use crate::cors::Cors;
use crate::endpoint::Endpoint;
use crate::error_masking::ErrorMask;
use crate::faults::Faults;
use crate::forwarding::RequestSigner;
use crate::graph_view::GraphView;
use crate::header_rules::HeaderPolicy;
use crate::health::Health;
use crate::identity::{Identity, IssuerKnowledge, JwksSource, Revocations, SubgraphJwks, WholeClaims};
use crate::measured_transport::MeasuredTransport;
use crate::operators::Operators;
use crate::pass_through::PassThrough;
use crate::persisted::Registry;
use crate::pipeline::Pipeline;
use crate::rates::{Rates, RefusedTokens, SharedBuckets};
use crate::recording::{Place, TracedSubgraph, Tracer};
use crate::server::RouterServer;
use crate::subscription::Subscriptions;

/// Joins a supergraph, transports, a signing key and settings to a router.
#[derive(Debug)]
pub struct RouterBuilder {
    supergraph: Supergraph,
    settings: RouterSettings,
    signer: RequestSigner,
    transports: BTreeMap<String, Arc<dyn Transport>>,
    /// By issuer.
    jwks: BTreeMap<String, Arc<dyn JwksSource>>,
    revocations: BTreeMap<String, Arc<dyn Revocations>>,
    clock: Arc<dyn Clock>,
    tls: Option<Arc<ServerConfig>>,
    registry: Option<Arc<Registry>>,
    shared_rates: Option<Arc<dyn SharedBuckets>>,
    shared_cache: Option<Arc<dyn SharedCache>>,
    collector: Option<Arc<Collector>>,
    request_sinks: Vec<Arc<dyn RequestSink>>,
    studio: Option<Studio>,
}

impl RouterBuilder {
    /// A router for `supergraph`, whose requests to subgraphs `signer` signs.
    #[must_use]
    pub fn new(supergraph: Supergraph, settings: RouterSettings, signer: RequestSigner) -> Self {
        let (transports, jwks, revocations) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self {
            supergraph,
            settings,
            signer,
            transports,
            jwks,
            revocations,
            clock: Arc::new(SystemClock),
            tls: None,
            registry: None,
            shared_rates: None,
            shared_cache: None,
            collector: None,
            request_sinks: Vec::new(),
            studio: None,
        }
    }

    /// Reaches `subgraph` by this transport; without one it is reached over HTTP at the supergraph's address.
    #[must_use]
    pub fn transport(mut self, subgraph: impl Into<String>, transport: Arc<dyn Transport>) -> Self {
        self.transports.insert(subgraph.into(), transport);
        self
    }

    /// Takes this issuer's keys from here; one whose settings name a file needs it, since the router reads no files.
    #[must_use]
    pub fn jwks_source(mut self, issuer: impl Into<String>, source: Arc<dyn JwksSource>) -> Self {
        self.jwks.insert(issuer.into(), source);
        self
    }

    /// Refuses this issuer's tokens of the sessions that these know to have ended.
    #[must_use]
    pub fn revocations(mut self, issuer: impl Into<String>, revocations: Arc<dyn Revocations>) -> Self {
        self.revocations.insert(issuer.into(), revocations);
        self
    }

    /// Knows which operations are registered; without it none are.
    #[must_use]
    pub fn registry(mut self, registry: Arc<Registry>) -> Self {
        self.registry = Some(registry);
        self
    }

    /// The clock that tokens are checked by.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How the public listener speaks TLS; settings that name certificates need it, since the router reads no files.
    #[must_use]
    pub fn tls(mut self, tls: Arc<ServerConfig>) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Gives the spans of traces that are kept to this collector, and lets it hold what others have of traces under way. One
    /// that has no sink by the time of [`build`](Self::build) is left out, and traces cost nothing.
    #[must_use]
    pub fn collector(mut self, collector: Arc<Collector>) -> Self {
        self.collector = Some(collector);
        self
    }

    /// Tells `sink` of every request, kept or not.
    #[must_use]
    pub fn request_sink(mut self, sink: Arc<dyn RequestSink>) -> Self {
        self.request_sinks.push(sink);
        self
    }

    /// Checks everything and joins it. Contacts nobody.
    ///
    /// # Errors
    /// When the parts do not fit together; see [`BuildError`].
    pub fn build(mut self) -> Result<RouterServer, BuildError> {
        crate::telemetry::begin();
        self.settings.validate()?;
        if self.settings.listeners.tls.is_some() && self.tls.is_none() {
            return Err(BuildError::NoTls);
        }
        let (shared_rates, shared_cache) = self.take_shared()?;
        let faults = self.faults();
        let transports = self.all_transports(faults.as_ref())?;
        let studio = self.take_studio(faults.as_ref(), &transports);
        let refused_tokens = RefusedTokens::new(&self.settings.rates);
        let identity = Arc::new(self.identity(&transports)?.limiting(refused_tokens));
        let tracer = self.tracer();
        let pass_through = self.pass_through(&transports, &identity, &tracer)?;
        let operators = self.operators(&transports, &identity);
        let headers = self.header_policy(&transports)?;
        let mask = self.error_mask(&transports)?;
        let endpoints = endpoints(self.supergraph, &self.settings, &transports)?;
        let pipeline = Pipeline {
            administration: Administration::new(&self.settings, &endpoints),
            identity,
            headers,
            signer: self.signer,
            mask,
            cors: Cors::new(&self.settings.cors),
            subscriptions: Subscriptions::new(&self.settings.subscriptions),
            registry: self.registry,
            rates: Rates::new(&self.settings.rates, shared_rates),
            caches: Arc::new(Caches::new(self.settings.caching.clone(), shared_cache)),
            usage: Usage::new(Arc::clone(&self.clock)),
            tracer,
            faults,
            settings: self.settings.clone(),
        };
        let probed = transports.into_iter().map(|(name, reached)| (name, reached.transport())).collect();
        let health = Health::new(self.settings.health.clone(), probed);
        let (listeners, tls) = (self.settings.listeners, self.tls);
        let server = RouterServer::new(pipeline, endpoints, pass_through, health, operators, listeners, tls);
        Ok(match studio {
            Some(studio) => server.with_studio(studio),
            None => server,
        })
    }

    /// A transport and a path for every subgraph of the supergraph.
    fn all_transports(&mut self, faults: Option<&Arc<Faults>>) -> Result<BTreeMap<String, Reached>, BuildError> {
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
            let is_in_process = transport.is_in_process();
            let transport = faulty(&subgraph.name, transport, faults);
            let measured = Arc::new(MeasuredTransport::new(&subgraph.name, transport));
            transports.insert(subgraph.name.clone(), Reached { measured, path, is_in_process });
        }
        Ok(transports)
    }

    fn identity(&self, transports: &BTreeMap<String, Reached>) -> Result<Identity, BuildError> {
        let clock = Arc::clone(&self.clock);
        let Some(settings) = &self.settings.authentication else { return Ok(Identity::without_issuers(clock)) };
        let known = settings.issuers.iter().enumerate().map(|(index, issuer)| {
            let keys = match self.jwks.get(&issuer.issuer) {
                Some(source) => Arc::clone(source),
                None => {
                    self.configured_jwks(&issuer.jwks, &format!("authentication.issuers[{index}].jwks"), transports)?
                }
            };
            Ok(IssuerKnowledge { keys, revocations: self.revocations.get(&issuer.issuer).cloned() })
        });
        let whole_claims = whole_claims(&self.settings);
        let known = known.collect::<Result<_, BuildError>>()?;
        let cors = &self.settings.cors;
        let origins = if cors.credentials { cors.origins.clone() } else { Vec::new() };
        Ok(Identity::new(settings, known, &whole_claims, origins, clock))
    }

    fn configured_jwks(
        &self,
        jwks: &JwksSettings,
        setting: &str,
        transports: &BTreeMap<String, Reached>,
    ) -> Result<Arc<dyn JwksSource>, BuildError> {
        let issuer = |problem: String| BuildError::Issuer { setting: setting.to_owned(), problem };
        if let Some(subgraph) = &jwks.subgraph {
            let transport = known(transports, subgraph, &format!("{setting}.subgraph"))?.transport();
            let keys = SubgraphJwks::new(transport, subgraph.clone(), jwks.path.clone(), self.signer.clone());
            return Ok(Arc::new(keys));
        }
        let Some(text) = &jwks.url else {
            return Err(issuer("nothing reads the file for this router; give its keys as a source".to_owned()));
        };
        let url: http::Uri = text.parse().map_err(|error| issuer(format!("`{text}`: {error}")))?;
        let transport: Arc<dyn Transport> = Arc::new(HttpTransport::new(&url, &HttpTransportOptions::default())?);
        let target = url.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        Ok(Arc::new(SubgraphJwks::elsewhere(transport, target.to_owned())))
    }

    fn header_policy(&self, transports: &BTreeMap<String, Reached>) -> Result<Option<Arc<HeaderPolicy>>, BuildError> {
        for subgraph in self.settings.headers.subgraphs.keys() {
            known(transports, subgraph, "headers.subgraphs")?;
        }
        Ok(HeaderPolicy::compile(&self.settings.headers)?.map(Arc::new))
    }

    fn error_mask(&self, transports: &BTreeMap<String, Reached>) -> Result<ErrorMask, BuildError> {
        for subgraph in self.settings.errors.subgraphs.keys() {
            known(transports, subgraph, "errors.subgraphs")?;
        }
        let urls = self.supergraph.subgraphs().iter().filter_map(|subgraph| subgraph.routing_url.parse().ok());
        let addresses = urls.filter_map(|url: http::Uri| Some(url.authority()?.as_str().to_owned()));
        // A lone word may be one of the language.
        let addresses = addresses.filter(|address| address.contains([':', '.']));
        Ok(ErrorMask::new(&self.settings.errors, addresses.collect()))
    }

    fn tracer(&mut self) -> Arc<Tracer> {
        let (collector, mut sinks) = (self.collector.take(), std::mem::take(&mut self.request_sinks));
        sinks.extend(AccessLog::wanted(&self.settings.telemetry.logs, &self.settings.errors));
        let viewer_key = self.signer.viewer_key();
        let subgraphs = self.supergraph.subgraphs().iter();
        let subgraphs = subgraphs.map(|subgraph| TracedSubgraph::new(&subgraph.name, &subgraph.routing_url));
        Arc::new(Tracer::new(&self.settings.telemetry, &self.settings.errors, collector, sinks, viewer_key, subgraphs))
    }

    fn operators(&self, transports: &BTreeMap<String, Reached>, identity: &Arc<Identity>) -> Operators {
        let subgraphs = transports.iter().map(|(name, reached)| (name.clone(), reached.transport()));
        Operators { subgraphs: subgraphs.collect(), identity: Arc::clone(identity), signer: self.signer.clone() }
    }

    fn pass_through(
        &self,
        transports: &BTreeMap<String, Reached>,
        identity: &Arc<Identity>,
        tracer: &Arc<Tracer>,
    ) -> Result<Vec<PassThrough>, BuildError> {
        let routes = self.settings.pass_through.iter().enumerate().map(|(index, route)| {
            let reached = known(transports, &route.subgraph, &format!("pass_through[{index}].subgraph"))?;
            Ok(PassThrough {
                route: route.clone(),
                transport: reached.transport(),
                identity: Arc::clone(identity),
                signer: self.signer.clone(),
                trusted_proxies: self.settings.listeners.trusted_proxies,
                tracer: Arc::clone(tracer),
                place: Place::PassThrough(route.prefix.as_str().into()),
            })
        });
        routes.collect()
    }
}

/// How a subgraph is reached.
struct Reached {
    measured: Arc<MeasuredTransport>,
    path: String,
    is_in_process: bool,
}

impl Reached {
    fn transport(&self) -> Arc<dyn Transport> {
        Arc::<MeasuredTransport>::clone(&self.measured)
    }
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

/// Policies may look at anybody's claims, endpoints at those of viewers that are clients of their own.
fn whole_claims(settings: &RouterSettings) -> WholeClaims {
    if settings.authorization.reads_claims() || settings.headers.reads_claims() {
        return WholeClaims::OfAll;
    }
    let roles = settings.endpoints.iter().filter_map(|endpoint| endpoint.operations.client_role.clone());
    WholeClaims::OfRoles(roles.collect())
}

/// The endpoints of the settings. Those that show the same share a view, and with it what has been prepared.
fn endpoints(
    supergraph: Supergraph,
    settings: &RouterSettings,
    transports: &BTreeMap<String, Reached>,
) -> Result<Vec<Arc<Endpoint>>, BuildError> {
    let view = |supergraph| {
        let within = |timeout_ms| subgraphs(&supergraph, transports, Duration::from_millis(timeout_ms));
        let requests = &settings.subgraph_requests;
        let (queries, mutations) = (within(requests.query_timeout_ms), within(requests.mutation_timeout_ms));
        Arc::new(GraphView::new(supergraph, settings, queries, mutations))
    };
    let mut contracts = BTreeMap::new();
    for name in settings.endpoints.iter().filter_map(|endpoint| endpoint.contract.as_ref()) {
        if !contracts.contains_key(name) {
            contracts.insert(name, view(contract_of(&supergraph, name, &settings.contracts[name])?));
        }
    }
    let whole = view(supergraph);
    let endpoint = |endpoint: &EndpointSettings| Endpoint {
        path: endpoint.path.clone(),
        place: Place::Endpoint(endpoint.path.as_str().into()),
        view: Arc::clone(endpoint.contract.as_ref().map_or(&whole, |name| &contracts[name])),
        whole: Arc::clone(&whole),
        whole_scopes: endpoint.whole_graph_scopes.clone(),
        contract: endpoint.contract.clone(),
        operations: endpoint.operations.clone(),
    };
    Ok(settings.endpoints.iter().map(|settings| Arc::new(endpoint(settings))).collect())
}

fn contract_of(supergraph: &Supergraph, name: &str, settings: &ContractSettings) -> Result<Supergraph, BuildError> {
    let filter = ContractFilter { include: settings.include.clone(), exclude: settings.exclude.clone() };
    let sdl = contract(&supergraph.full_schema().to_string(), &filter)
        .map_err(|errors| BuildError::Contract { name: name.to_owned(), errors })?;
    Supergraph::parse(&sdl).map_err(|error| BuildError::ContractUnreadable { name: name.to_owned(), error })
}

fn subgraphs(supergraph: &Supergraph, transports: &BTreeMap<String, Reached>, timeout: Duration) -> Vec<Subgraph> {
    let subgraphs = supergraph.subgraphs().iter().map(|subgraph| {
        let reached = &transports[&subgraph.name];
        Subgraph { name: subgraph.name.clone(), path: reached.path.clone(), transport: reached.transport(), timeout }
    });
    subgraphs.collect()
}
