//! What a subgraph takes at most.

use std::time::Duration;

/// Longest GraphQL body, in bytes: the representations of thousands of entities, far below what hurts.
pub const GRAPHQL_BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most values of a list in a variable: above all of representations, each of which is looked up.
pub const LIST_VALUES_MAX: usize = 10_000;
/// Longest body of a signed REST request, in bytes; it is read whole to verify the signature. JSON has 64 KiB at most.
pub const REST_BODY_BYTES_MAX: usize = 64 * 1024;
/// Most requests at a time: beyond it waiting would only make everybody late, so they are refused.
pub const REQUESTS_MAX: usize = 512;
/// Most bodies of any length that are being received at a time.
pub const STREAMS_MAX: usize = 256;
/// Most subscriptions at a time.
pub const SUBSCRIPTIONS_MAX: usize = 10_000;
/// Longest silence of a subscription; then something is sent that means nothing, so that the router knows it lives.
pub const SUBSCRIPTION_SILENCE_MAX: Duration = Duration::from_secs(15);
/// Longest time of a request: the router gives up earlier, so nobody waits for what takes longer.
/// Bodies of any length take as long as they take.
pub const REQUEST_TIME_MAX: Duration = Duration::from_secs(15);
/// Longest pause of a client in reading what it has asked for; then its connection is broken off. A film that is paused for
/// longer goes on with a range.
pub const READER_PAUSE_MAX: Duration = Duration::from_secs(60);
/// Longest wait for running requests when the service stops.
pub const DRAIN_TIME_MAX: Duration = Duration::from_secs(10);
/// Longest wait for relay and consumers when the service stops; each finishes the event under way.
pub const STOP_TIME_MAX: Duration = Duration::from_secs(10);
/// Longest wait for the database when readiness is asked.
pub const READINESS_TIME_MAX: Duration = Duration::from_secs(1);
/// Most unpublished events of a service that is ready: ten seconds' worth at the rate that the relay manages.
pub const OUTBOX_BACKLOG_MAX: i64 = 10_000;
/// How often what has expired is removed.
pub const HOUSEKEEPING_INTERVAL: Duration = Duration::from_secs(60 * 60);
