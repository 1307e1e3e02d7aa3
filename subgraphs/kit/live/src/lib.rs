//! What is told to those who are listening now, and to nobody later: the source of GraphQL subscriptions.
//!
//! Events of the outbox are the record; this is the bell. A subgraph rings it, once its transaction has committed, with
//! a message on a topic, such as the id of the person whom it concerns, and every listener of the topic hears it, on
//! whichever replica of the subgraph they are.
//!
//! How the parts meet: [`LiveBus`] is what all subgraphs of a process share, either in the process alone or over Redis;
//! [`LiveFeed`] is one subgraph's own part of it; [`LiveMessages`] is what a listener hears.
//!
//! Invariants:
//! - Ringing never waits and never fails: what cannot be told is lost, and a log line says so.
//! - A listener hears every message in order, or is told that it has not ([`Interrupted`]), and then looks for itself.
//! - Everything is bounded: messages that wait for a slow listener, and those that wait for Redis.

mod bus;
mod feed;
mod redis;
mod topics;

pub use bus::{LiveBus, LiveBusError};
pub use feed::LiveFeed;
pub use topics::{Interrupted, LiveMessages};
