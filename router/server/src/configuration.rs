//! The router's settings: one small struct per concern, every field with a default.
//!
//! The types only describe; whoever runs the router reads them from a file or elsewhere. A scalar's environment name is
//! its path in upper case, parts joined by two underscores, after `LYCEUM_ROUTER__`: `admission.body_bytes_max` is
//! `LYCEUM_ROUTER__ADMISSION__BODY_BYTES_MAX`. The request-signing key is a secret and no part of these settings: it is
//! given to `RouterBuilder`.
//!
//! Unknown keys are refused. Rules that span fields are checked by [`RouterSettings::validate`] at start.

mod admission;
mod authentication;
mod authorization;
mod batching;
mod caching;
mod client_claims;
mod cors;
mod costs;
mod endpoint_operations;
mod endpoints;
mod errors;
mod headers;
mod health;
mod listeners;
mod logs;
mod operations;
mod pass_through;
mod playground;
mod rates;
mod redis;
mod registry;
mod revocation;
mod studio;
mod subgraph_requests;
mod subscriptions;
mod telemetry;

pub use self::telemetry::{
    MetricsSettings, OtlpSettings, PropagationSettings, SamplingSettings, TelemetrySettings, TracingSettings,
};
pub use admission::{AdmissionSettings, ContentEncoding, StatusRules};
pub use authentication::{AuthenticationSettings, IssuerSettings, JwksSettings, SignatureAlgorithm, TokenSource};
pub use authorization::{AuthorizationMode, AuthorizationSettings, PolicyRule};
pub use batching::BatchingSettings;
pub use caching::{CacheStore, CachingSettings};
pub use client_claims::ClientClaims;
pub use cors::CorsSettings;
pub use costs::{CostMode, CostSettings};
pub use endpoint_operations::{EndpointOperations, OperationMode};
pub use endpoints::{ContractSettings, EndpointSettings};
pub use errors::{ErrorSettings, MessageRule, SubgraphErrorSettings};
pub use headers::{
    HeaderMerge, HeaderRules, HeaderSettings, HeaderValueSource, InsertedRequestHeader, InsertedResponseHeader,
    PropagatedRequestHeader, PropagatedResponseHeader, RemovedHeader, RenamedHeader, RequestHeaderRule,
    ResponseHeaderRule,
};
pub use health::HealthSettings;
pub use listeners::{ListenerSettings, ListenerTls};
pub use logs::{LogSettings, LoggedRequests};
pub use operations::{OperationCacheSettings, OperationLimits, OperationSettings};
pub use pass_through::PassThroughRoute;
pub use playground::{PlaygroundExample, PlaygroundPersona, PlaygroundSettings, PlaygroundSignIn};
pub use rates::{Rate, RateLimit, RateSettings, RateStore};
pub use registry::RegistrySettings;
pub use revocation::{RevocationSettings, RevocationStore, WhenUnsure};
pub use studio::{StudioAccess, StudioSettings};
pub use subgraph_requests::SubgraphRequestSettings;
pub use subscriptions::SubscriptionSettings;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Everything the router can be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RouterSettings {
    /// Parts of the graph by name, for endpoints that show no more. Default: none.
    pub contracts: BTreeMap<String, ContractSettings>,
    /// The paths that answer GraphQL; the playground asks the first one. Default: the whole graph at `/graphql`.
    pub endpoints: Vec<EndpointSettings>,
    /// What is let in: sizes, times, status rules.
    pub admission: AdmissionSettings,
    /// Several operations in one request. Default: refused.
    pub batching: BatchingSettings,
    /// How access tokens are verified. Default: absent, which means that every request is anonymous and that a request
    /// with a token is refused.
    pub authentication: Option<AuthenticationSettings>,
    /// What becomes of operations that ask for what their viewer may not see.
    pub authorization: AuthorizationSettings,
    /// Limits on documents, and the cache of prepared ones.
    pub operations: OperationSettings,
    /// What is kept of replies, and for how long.
    pub caching: CachingSettings,
    /// Where registered operations are kept.
    pub registry: RegistrySettings,
    /// How much may be asked over time. Default: nothing is limited.
    pub rates: RateSettings,
    /// How long a subgraph may take.
    pub subgraph_requests: SubgraphRequestSettings,
    /// Subscriptions: how many, and how silent.
    pub subscriptions: SubscriptionSettings,
    /// Which headers go to subgraphs, and from their replies to clients. Default: none.
    pub headers: HeaderSettings,
    /// What clients may read of a subgraph's errors.
    pub errors: ErrorSettings,
    /// Paths that are forwarded to a subgraph as they are. Default: none.
    pub pass_through: Vec<PassThroughRoute>,
    /// Browsers on other origins. Default: none are let in.
    pub cors: CorsSettings,
    /// GraphiQL, for a browser that opens the first endpoint. Default: absent, which serves no page.
    pub playground: Option<PlaygroundSettings>,
    /// What is remembered of requests, and shown to operators.
    pub studio: StudioSettings,
    /// The readiness check.
    pub health: HealthSettings,
    /// Connections and the graceful stop.
    pub listeners: ListenerSettings,
    /// What the router tells of its requests.
    pub telemetry: TelemetrySettings,
}

/// A setting that cannot be right, found before the router starts.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{key}: {problem}; {remedy}")]
pub struct SettingsError {
    /// The setting's path, with dots.
    pub key: String,
    /// What is wrong with it.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

impl SettingsError {
    pub(crate) fn new(key: impl Into<String>, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { key: key.into(), problem: problem.into(), remedy: remedy.into() }
    }
}

impl Default for RouterSettings {
    fn default() -> Self {
        Self {
            contracts: BTreeMap::new(),
            endpoints: vec![EndpointSettings::new("/graphql")],
            admission: AdmissionSettings::default(),
            batching: BatchingSettings::default(),
            authentication: None,
            authorization: AuthorizationSettings::default(),
            operations: OperationSettings::default(),
            caching: CachingSettings::default(),
            registry: RegistrySettings::default(),
            rates: RateSettings::default(),
            subgraph_requests: SubgraphRequestSettings::default(),
            subscriptions: SubscriptionSettings::default(),
            headers: HeaderSettings::default(),
            errors: ErrorSettings::default(),
            pass_through: Vec::new(),
            cors: CorsSettings::default(),
            playground: None,
            studio: StudioSettings::default(),
            health: HealthSettings::default(),
            listeners: ListenerSettings::default(),
            telemetry: TelemetrySettings::default(),
        }
    }
}

impl RouterSettings {
    /// The endpoints at which viewers may ask for this client's registered operations.
    pub fn endpoints_of_client(&self, client: &str) -> impl Iterator<Item = &EndpointSettings> {
        let everyones: BTreeSet<&str> =
            self.endpoints.iter().filter_map(|endpoint| endpoint.operations.everyones()).collect();
        self.endpoints.iter().filter(move |endpoint| endpoint.operations.may_serve(client, &everyones))
    }

    /// Checks what the types cannot say.
    ///
    /// # Errors
    /// The first setting that cannot be right.
    pub fn validate(&self) -> Result<(), SettingsError> {
        self.admission.validate()?;
        self.batching.validate()?;
        self.operations.validate()?;
        self.caching.validate()?;
        self.registry.validate()?;
        self.rates.validate(&self.operations)?;
        self.subscriptions.validate()?;
        if let Some(authentication) = &self.authentication {
            authentication.validate()?;
        }
        self.authorization.validate()?;
        self.headers.validate()?;
        self.errors.validate()?;
        self.cors.validate()?;
        self.studio.validate()?;
        self.telemetry.validate()?;
        if let Some(playground) = &self.playground {
            playground.validate()?;
        }
        endpoints::validate(&self.endpoints, &self.contracts, &self.pass_through)?;
        for (index, route) in self.pass_through.iter().enumerate() {
            route.validate(index)?;
        }
        Ok(())
    }
}
