//! What the GraphQL schemas of all subgraphs have in common, so that it is the same in each of them.
//!
//! How the parts meet:
//!
//! - **Words.** The scalars [`DateTime`], [`Date`], [`Url`] and [`Long`], the types [`Money`] and [`GridPoint`], the
//!   enums [`CurrencyCode`], [`TimeWindow`] and [`CacheControlScope`] (P17). [`Implements`] makes types implement
//!   `interface Node` or `interface UserError`.
//! - **Directives.** [`cache_control`] and [`authenticated`], for `#[graphql(directive = …)]` (P3, P4).
//! - **Answers of mutations.** [`user_errors!`] declares a subgraph's error codes, [`payload!`] a payload (P7).
//! - **Errors.** A resolver returns [`GraphResult`]. [`GraphError`] carries one of [`ErrorCode`] (P8); what goes wrong
//!   inside is logged and masked. [`finish_errors`] gives every other error of a response a code, too.
//! - **Loaders.** [`BatchLoad`] reads many keys with one statement; [`Loaders`] holds those of one request, and
//!   [`execute`] runs a request so that all that resolvers ask for in one turn is read at once (P16); [`execute_stream`]
//!   does so for each event of a subscription.
//! - **The request.** [`RequestContext`] gives resolvers the viewer and the loaders; [`RequireUser`] and
//!   [`RequireScope`] are guards.
//! - **The schema.** [`schema`] begins one with its limits ([`limits`]); [`export_sdl`] prints it for composition.
//!
//! Invariants:
//! - `INTERNAL` never carries the text of what went wrong.
//! - A loader is asked once per turn, however many resolvers want something of it, on whatever thread.
//! - Loaders live for one request: nobody sees what was loaded for somebody else.
//!
//! What it does not do: connections and cursors (kit-paging), HTTP (kit-service), or any type of a domain.

mod context;
mod directive;
mod error;
mod interface;
mod loader;
mod money;
mod place;
mod scalar;
mod schema;
mod user_error;
mod window;

pub use context::{RequestContext, RequireScope, RequireUser};
pub use directive::{CacheControlScope, authenticated, cache_control};
pub use error::{ErrorCode, GraphError, GraphResult, finish_errors};
pub use interface::{Implements, Interface, Node, UserError};
pub use loader::{BatchLoad, LoadError, Loaders, execute, execute_stream};
pub use money::{CurrencyCode, Money};
pub use place::GridPoint;
pub use scalar::{Date, DateTime, LONG_MAX, Long, URL_LENGTH_MAX, Url};
pub use schema::{export_sdl, limits, schema, schema_with_subscription};
pub use window::TimeWindow;
