//! Domain events between subgraphs: written with their cause, delivered at least once, taking effect exactly once (P13).
//!
//! The way of an [`Event`], which is a CloudEvents 1.0 JSON document:
//!
//! 1. A service calls [`outbox::append`] in the transaction that changes its state. The event gets the next number of
//!    its aggregate there, and commits or vanishes with the change.
//! 2. The [`Relay`] of the subgraph reads what is unpublished, in order, and hands it to the [`EventLog`].
//! 3. The log keeps it. [`EmbeddedEventLog`] is a file that all processes of one host share, [`RedisEventLog`] a server
//!    for many hosts. What a log loses, by a power cut or by mistake, the relay publishes again.
//! 4. A [`ConsumerRunner`] gives each event to a [`Consumer`], with a transaction in which the event is already noted in
//!    the inbox. Effect and note commit together, so that a second delivery finds the note and does nothing.
//! 5. What fails is tried again with growing pauses, eight times, and then put away as a [`dead_letters::DeadLetter`],
//!    which an administrator can [replay](dead_letters::replay).
//!
//! Every event carries an [`Origin`]: the correlation id of the flow that it belongs to, what caused it, and the trace
//! (P14). What a consumer causes in its turn takes [`Event::consequence`] as origin.
//!
//! Invariants:
//! - Events of one aggregate are published, and delivered for the first time, in the order of their `seq`. There is no
//!   order between aggregates.
//! - A delivery that fails holds back its own shard only, one of [`SHARDS`].
//! - After a dead letter the later events of its aggregate go on: consumers that build state compare `seq`.
//! - Stopping at any point, also by `kill -9`, loses nothing and doubles no effect.
//!
//! What it does not do: send commands, answer requests, or keep events for ever.

mod consumer;
pub mod dead_letters;
mod delivery;
mod event;
pub mod housekeeping;
mod log;
mod measures;
mod origin;
pub mod outbox;
mod relay;
mod runner;
pub mod time;

pub use consumer::{Consumer, HandlerError};
pub use delivery::RetryPolicy;
pub use event::{Event, EventId, NewEvent};
pub use log::{
    Bookmark, Delivery, EmbeddedEventLog, EventLog, EventLogError, RedisEventLog, SHARDS, Watermark, shard_of,
};
pub use measures::describe_metrics;
pub use origin::Origin;
pub use relay::{Relay, RelayError};
pub use runner::ConsumerRunner;
