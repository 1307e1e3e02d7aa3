//! What is measured of events.

use metrics::{describe_counter, describe_gauge};

pub(crate) const PUBLISHED: &str = "events_published_total";
pub(crate) const DELIVERED: &str = "events_delivered_total";
pub(crate) const LAG: &str = "events_consumer_lag";

/// Tells what the metrics of this crate mean.
pub fn describe_metrics() {
    describe_counter!(PUBLISHED, "Events that a subgraph has published.");
    describe_counter!(DELIVERED, "Attempts to deal with an event, by consumer and outcome.");
    describe_gauge!(LAG, "Events of the log that a consumer has still to come to.");
}
