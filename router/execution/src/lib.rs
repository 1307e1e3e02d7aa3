//! Query plan + subgraph transports -> response.
//!
//! [`Executor::execute`] runs a [`PreparedOperation`] (the client's validated document and its query plan) for one
//! request and gives a [`Reply`]. It is the obvious executor of design decision 3: replies are merged into one tree of
//! JSON values, and the client's operation is read off that tree. A faster one may later stand behind the same call.
//!
//! How the parts meet:
//! - [`variables`] turns the client's JSON into coerced variable values before anything runs;
//! - `schedule` starts each fetch of the plan as soon as its own dependencies are done and its conditions hold, until the
//!   operation's `deadline`;
//! - `fetch` writes one request, sends it by the subgraph's [`Transport`] and reads the reply; with a [`FetchCache`] it asks
//!   only for what is not kept, and together with whoever asks the same now ([`Flights`]);
//! - `subscription` follows a subgraph's stream of events, and runs the rest of the plan for each;
//! - `entities` finds the objects that an `_entities` request extends, builds and de-duplicates their representations
//!   and puts the answers back at every position; `merge` joins values into the tree;
//! - `projection` reads the reply off the tree, exactly as GraphQL executes a selection set, straight into bytes;
//! - `introspection` answers `__schema` and `__type` from the public schema, without a subgraph.
//!
//! Invariants:
//! - A failure costs only the fields of its own fetch (P9), and is reported exactly once, however many positions it
//!   leaves null.
//! - A subgraph can put nothing into the reply that its fetch did not ask for, nor a value that the public schema's
//!   type does not allow.
//! - Everything a subgraph sends is bounded: bytes by the transport, nesting by the JSON parser (128), values in the
//!   merged tree and errors by [`ExecutionLimits`].
//! - Where two subgraphs disagree on a shared value, the one that answers first stays, but a value always replaces null.
//!
//! What it does not do: validate the client's document, plan, decide what a viewer may see ([`FieldGuard`] is told), keep
//! anything itself, or mask errors. Errors say whose words their message holds ([`ErrorOrigin`]); the server decides what a
//! client may read.

mod cache_policy;
mod context;
mod deadline;
mod entities;
mod error;
mod error_log;
mod executor;
mod fetch;
mod fetch_cache;
mod flights;
mod guard;
mod introspection;
mod merge;
mod observer;
mod prepared;
mod projection;
mod reply;
mod schedule;
mod subscription;
pub mod transport;
pub mod variables;

pub use apollo_compiler::response::{JsonMap, JsonValue, ResponseDataPathSegment};

pub use crate::cache_policy::{CachePolicy, CacheScope};
pub use crate::context::{Forwarding, ForwardingReply, ForwardingRequest, NoForwarding, RequestContext};
pub use crate::error::{ErrorOrigin, ExecutionError, ResponsePath, code};
pub use crate::executor::{ExecutionLimits, Executor, Subgraph};
pub use crate::fetch_cache::{FetchCache, FetchKey, FetchPlace, FreshAnswer, KeptAnswer};
pub use crate::flights::Flights;
pub use crate::guard::{FieldGuard, FieldRefusal};
pub use crate::observer::{BegunFetch, EndedFetch, FetchEnd, FetchObserver};
pub use crate::prepared::{PrepareError, PreparedOperation};
pub use crate::reply::Reply;
pub use crate::subscription::{Subscription, SubscriptionEvent};
pub use crate::transport::{
    HttpTransport, HttpTransportError, HttpTransportOptions, HttpTransportTls, InProcessTransport, RequestBody,
    StreamedBody, Transport, TransportError,
};
pub use crate::variables::{VariableError, coerce_variables};
