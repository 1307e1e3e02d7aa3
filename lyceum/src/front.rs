//! The router before its subgraphs, whichever way they are reached.

use std::collections::BTreeMap;
use std::error::Error;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use router_execution::{HttpTransport, HttpTransportOptions, InProcessTransport, Transport};
use router_schema::{SubgraphDefinition, Supergraph};
use router_server::{Registry, RequestSigner, RouterBuilder, RouterServer};
use router_shared::{RedisBuckets, RedisCache};
use router_studio::Studio;
use secrecy::SecretSlice;
use tokio::net::TcpListener;

use crate::arguments::Options;
use crate::configuration::Configuration;
use crate::data_directory::DataDirectory;
use crate::key_file::KeyFile;
use crate::revocations::Revocations;
use crate::shared::Shared;
use crate::tls;
use crate::traces::Traces;

/// In the data folder.
const STUDIO_FILE: &str = "studio.sqlite";

/// The router's two listeners, open.
#[derive(Debug)]
pub struct Listeners {
    public: TcpListener,
    operations: TcpListener,
}

impl Listeners {
    /// Opens both, so that an address in use is found before anything is started.
    ///
    /// # Errors
    /// When an address cannot be had.
    pub async fn open(options: &Options) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            public: listen(options.listen, "--listen").await?,
            operations: listen(options.ops_listen, "--ops-listen").await?,
        })
    }

    /// Where clients reach the router.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn public_address(&self) -> std::io::Result<SocketAddr> {
        self.public.local_addr()
    }

    /// Where operators reach it.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn operations_address(&self) -> std::io::Result<SocketAddr> {
        self.operations.local_addr()
    }

    /// Serves until `stop` resolves and requests in flight have ended.
    pub async fn serve(self, server: &RouterServer, stop: impl Future<Output = ()>) {
        server.serve(self.public, self.operations, stop).await;
    }
}

/// The origin at which this machine reaches the public listener: one that listens everywhere is not one to go to.
#[must_use]
pub fn origin(configuration: &Configuration, mut listener: SocketAddr) -> String {
    if listener.ip().is_unspecified() {
        listener.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let scheme = if configuration.router.listeners.tls.is_some() { "https" } else { "http" };
    format!("{scheme}://{listener}")
}

/// Opens a listener; `option` names where the address came from.
///
/// # Errors
/// When the address cannot be had.
pub async fn listen(address: SocketAddr, option: &str) -> Result<TcpListener, Box<dyn Error>> {
    let opened = TcpListener::bind(address).await;
    opened.map_err(|error| {
        format!("{address} cannot be listened on: {error}\n  remedy: stop what uses it, or choose another address with {option}")
            .into()
    })
}

/// What a router works with, beside its graph and its settings.
#[derive(Debug)]
pub struct Surroundings<'s> {
    /// Where its keys lie.
    pub directory: &'s DataDirectory,
    /// Whose sessions have ended.
    pub revocations: Option<&'s Revocations>,
    /// What clients have registered.
    pub registry: Arc<Registry>,
    /// What it has in common with other routers.
    pub shared: &'s Shared,
    /// Where it tells what it does.
    pub traces: &'s Traces,
}

/// The router for a supergraph. `in_process` are the services of subgraphs that run here; the others are reached over
/// HTTP, at the addresses in the supergraph.
///
/// # Errors
/// When the parts do not fit together.
pub async fn router(
    supergraph: Supergraph,
    configuration: &Configuration,
    in_process: BTreeMap<String, axum::Router>,
    surroundings: Surroundings<'_>,
) -> Result<RouterServer, Box<dyn Error>> {
    let Surroundings { directory, revocations, registry, shared, traces } = surroundings;
    // The first one is the one to sign with; the others are for subgraphs to accept.
    let current = directory.request_keys()?.swap_remove(0);
    let signer = RequestSigner::new(&current.id, SecretSlice::from(current.secret))?;
    let settings = configuration.router.clone();
    let mut transports: BTreeMap<String, Arc<dyn Transport>> = BTreeMap::new();
    for subgraph in supergraph.subgraphs().iter().filter(|subgraph| !in_process.contains_key(&subgraph.name)) {
        if let Some(transport) = with_certificates(subgraph, configuration)? {
            transports.insert(subgraph.name.clone(), Arc::new(transport));
        }
    }
    for (name, service) in in_process {
        let service: axum::Router<()> = service;
        transports.insert(name, Arc::new(InProcessTransport::new(service.into_service())));
    }
    let tls = settings.listeners.tls.as_ref().map(tls::server).transpose()?;
    let issuers = settings.authentication.iter().flat_map(|authentication| &authentication.issuers);
    let files = issuers.filter_map(|issuer| Some((issuer.issuer.clone(), issuer.jwks.file.clone()?)));
    let files: Vec<_> = files.collect();
    let studio = studio(configuration, directory).await?;
    let mut builder = RouterBuilder::new(supergraph, settings, signer).registry(registry);
    builder = builder.collector(Arc::clone(traces.collector()));
    if let Some(studio) = studio {
        builder = builder.studio(studio);
    }
    for (issuer, file) in files {
        builder = builder.jwks_source(issuer, Arc::new(KeyFile::new(file)));
    }
    for (name, transport) in transports {
        builder = builder.transport(name, transport);
    }
    if let Some(tls) = tls {
        builder = builder.tls(tls);
    }
    if let Some(rates) = &shared.rates {
        let rates: Arc<RedisBuckets> = Arc::clone(rates);
        builder = builder.shared_rates(rates);
    }
    for (issuer, revocations) in &shared.revocations {
        builder = builder.revocations(issuer, revocations.sessions());
    }
    if let Some(cache) = &shared.cache {
        let cache: Arc<RedisCache> = Arc::clone(cache);
        builder = builder.shared_cache(cache);
    }
    if let Some(revocations) = revocations {
        builder = builder.revocations(revocations.issuer(), revocations.sessions());
    }
    Ok(builder.build()?)
}

/// What the router remembers of its requests, in the data folder; nothing where the settings switch it off.
async fn studio(configuration: &Configuration, directory: &DataDirectory) -> Result<Option<Studio>, Box<dyn Error>> {
    let settings = &configuration.router.studio;
    if !settings.enabled {
        return Ok(None);
    }
    let file = directory.path().join(STUDIO_FILE);
    Ok(Some(Studio::open(settings.options(Some(file))).await?))
}

/// The way to a subgraph that wants certificates of its own; nothing for one that is reached like any other.
fn with_certificates(
    subgraph: &SubgraphDefinition,
    configuration: &Configuration,
) -> Result<Option<HttpTransport>, Box<dyn Error>> {
    let Some(settings) = configuration.subgraphs.get(&subgraph.name).map(|subgraph| &subgraph.tls) else {
        return Ok(None);
    };
    if settings.authorities.is_none() && settings.certificate.is_none() {
        return Ok(None);
    }
    let named = |error: &dyn std::fmt::Display| format!("subgraphs.{}.tls: {error}", subgraph.name);
    let certificates = tls::client(settings, &configuration.folder).map_err(|error| named(&error))?;
    let options = HttpTransportOptions { tls: certificates, ..HttpTransportOptions::default() };
    let transport = HttpTransport::new(&subgraph.routing_url.parse()?, &options).map_err(|error| named(&error))?;
    Ok(Some(transport))
}
