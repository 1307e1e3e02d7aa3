//! How a subgraph becomes a running service: one description in, a listener, a graph, events and a clean end out.
//!
//! How the parts meet:
//!
//! - A subgraph's `lib.rs` is one [`Subgraph`] value: its name, migrations, SDL, seeder, and a function that builds its
//!   [`Offer`] (schema, loaders, REST routes, consumers, workers) from a [`ServiceContext`].
//! - [`start`] opens and migrates the database, builds the offer, starts relay, consumers and workers, and returns
//!   a [`RunningSubgraph`]. Its [`RunningSubgraph::router`] answers in-process; [`RunningSubgraph::serve`] listens.
//! - Every request gets a [`Call`]: who asks, and in which flow and trace. Resolvers find it with
//!   [`CallContext::call`], REST handlers as `Extension<Call>`; services take it as an argument.
//! - [`Problem`] is the error of REST handlers (RFC 9457), [`description`] tells what their paths are (OpenAPI).
//!
//! - What a subgraph must know of a sister at once it asks through [`ServiceContext::neighbour`]; whoever starts the
//!   subgraphs tells [`Neighbours`] where each of them is.
//!
//! - How often each may ask for something is a [`Pace`].
//!
//! - What operators see and do about its events is [`EventOperations`]: what waits, what was given up, what belongs to a flow.
//!
//! What it answers: `POST /graphql` (signed requests only), the REST routes, `GET /health/live`, `GET /health/ready`,
//! `GET /metrics`, and `/ops/outbox`, `/ops/dead-letters` and `/ops/flow/{correlationId}` for
//! viewers with the scope `ops:read` (docs/reference/operations.md).
//!
//! Invariants:
//! - Nothing of a GraphQL request is parsed before its signature has been verified over the body as it came (P10).
//! - Bodies, requests at a time, the time of a request and the time to stop are bounded ([`limits`]).
//! - A panic costs its own request: it is answered with `INTERNAL`, and the process goes on.
//! - It stops in order: no new requests, the running ones finish, relay and consumers finish, the database closes.
//!
//! What it does not do: read configuration files, terminate TLS, or know the router.

mod background;
mod call;
mod context;
mod http;
pub mod limits;
#[doc(hidden)]
pub mod loader;
mod measures;
mod neighbours;
mod operations;
mod pace;
mod running;
mod settings;
mod start;
mod subgraph;
mod trace;
mod worker;

pub use call::{Call, CallContext};
pub use context::{OptionsError, ServiceContext};
pub use http::{GRAPHQL_PATH, Problem, description};
pub use neighbours::{Neighbour, NeighbourAddressError, NeighbourError, Neighbours};
pub use operations::{DeadLetterReport, DeadLetters, EventOperations, Lag, Outbox, Replay, ReplayOutcome};
pub use pace::{Pace, TooOften};
pub use running::RunningSubgraph;
pub use settings::ServiceSettings;
pub use start::{StartError, migrate, open_for_operations, start, start_quietly};
pub use subgraph::{BuildError, Offer, Subgraph};
pub use worker::{WorkError, Worker};
