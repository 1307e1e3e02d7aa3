//! What several routers share on a Redis server: how much has been asked ([`RedisBuckets`]), what has been answered
//! ([`RedisCache`]), and which sessions have ended ([`RedisRevocations`]).
//!
//! No request fails because of the server, nor waits for it longer than it is told to: what is shared is an improvement on what
//! each router knows by itself, never a condition. What a server is asked is one script, which it runs at one moment.
//!
//! It speaks to servers and to nobody else: the settings are `router_server`'s, and so is what the answers mean.

mod address;
mod buckets;
mod caches;
mod link;
mod revoked;

pub use address::{NotAnAddress, RedisAddress};
pub use buckets::RedisBuckets;
pub use caches::RedisCache;
pub use revoked::RedisRevocations;
