//! The router's HTTP face: what happens between a client's bytes and the execution of its operation.
//!
//! [`RouterBuilder`] joins a supergraph, transports to its subgraphs, a signing key and [`RouterSettings`] to a
//! [`RouterServer`], which gives two axum routers: a public one and one for operators. A request to the public
//! endpoint goes through the stages that `pipeline` calls one after the other, each a module with one entry function:
//!
//! 1. `admission`: sizes, media types, parameters;
//! 2. `identity`: the access token, verified whole or refused;
//! 3. `persisted`, which finds the document when only its id is sent and refuses what has to be registered and is not,
//!    and `operation`: parse, bound, validate and plan, or one look-up when the operation was seen before;
//! 4. `authorization`: the operation without what this viewer may not see, or a refusal;
//! 5. what it may take, by its `cost`, its viewer's `budget` and the `rates`;
//! 6. execution, which is `router_execution`'s, with the viewer signed for each subgraph by `forwarding`;
//! 7. projection and headers: `error_masking` and `reply`.
//!
//! An `endpoint` is a path, which shows its viewers one of the router's `graph_view`s: the whole graph or a contract.
//! A subscription takes the same way up to the sixth stage; `subscription` then answers it with a stream.
//!
//! `clients` knows viewers that are clients of their own: their contract and quota, and what they have used.
//!
//! `recording` notes what every request does, for traces, for the studio and for the `access_log`; `studio` shows to
//! operators what is remembered of that, and `faults` puts in the way of requests what administrators want to see there.
//!
//! Beside them: `pass_through` forwards the few paths that are not GraphQL, `playground` serves the page for people,
//! `plan_extension` tells plans to those who may see them, `administration` runs operations as others, `health`, `telemetry`
//! and `operators` serve operators, `listener` accepts and drains connections.
//!
//! **Invariants.** Nothing that a client sends as a viewer header reaches a subgraph. A request with a bad token is
//! never taken for an anonymous one. Every refusal is a GraphQL error with a code and the trace id; no text of a
//! subgraph reaches a client unless its code says that it may. Everything that is read is bounded.
//!
//! It reads no files and no environment, composes nothing, and knows no domain.

mod access_log;
mod administration;
mod admission;
mod authorization;
mod budget;
mod builder;
mod bundle;
mod caching;
mod clients;
mod clock;
pub mod configuration;
mod cors;
pub mod cost;
mod endpoint;
mod error_masking;
mod faults;
mod forwarding;
mod framing;
mod graph_view;
mod header_names;
mod header_rules;
mod health;
mod identity;
mod listener;
mod measured_transport;
mod operation;
mod operators;
mod pass_through;
mod persisted;
mod pipeline;
mod plan_extension;
mod playground;
mod problem;
mod rates;
mod recording;
mod refusal;
mod reply;
mod routes;
mod security_headers;
mod server;
mod studio;
mod studio_page;
mod subscription;
mod telemetry;

pub use builder::{BuildError, RouterBuilder};
pub use caching::{
    CacheInvalidation, Outdated, SharedAnswer, SharedCache, SharedCacheUnavailable, SharedChanges, SharedEntry,
    SharedLook, SharedMoment, SharedSubject, SharedView,
};
pub use clock::{Clock, SystemClock};
pub use configuration::{RouterSettings, SettingsError};
pub use forwarding::{RequestSigner, SigningKeyError};
pub use identity::{JwksError, JwksSource, Revocations, RevokedSessions, Standing, SubgraphJwks};
pub use operation::{OperationCheck, RefusedOperation};
pub use persisted::Registry;
pub use rates::{Flow, SharedBucket, SharedBuckets, SharedBucketsUnavailable, SharedLevels};
pub use server::RouterServer;
