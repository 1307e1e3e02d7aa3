//! What is measured of events.

use metrics::{Counter, Gauge, counter, describe_counter, describe_gauge, gauge};

use crate::delivery::Outcome;

pub(crate) const PUBLISHED: &str = "events_published_total";
const DELIVERED: &str = "events_delivered_total";
const LAG: &str = "events_consumer_lag";

/// What may become of an attempt.
const OUTCOMES: [&str; 5] = ["done", "duplicate", "unwanted", "dead_letter", "again"];

/// Tells what the metrics of this crate mean.
pub fn describe_metrics() {
    describe_counter!(PUBLISHED, "Events that a subgraph has published.");
    describe_counter!(DELIVERED, "Attempts to deal with an event, by consumer and outcome.");
    describe_gauge!(LAG, "Events of the log that a consumer has still to come to.");
}

/// The handles of one consumer.
pub(crate) struct ConsumerMeasures {
    delivered: [Counter; OUTCOMES.len()],
    lag: Gauge,
}

impl ConsumerMeasures {
    pub(crate) fn new(consumer: &'static str) -> Self {
        let delivered = |outcome| counter!(DELIVERED, "consumer" => consumer, "outcome" => outcome);
        Self { delivered: OUTCOMES.map(delivered), lag: gauge!(LAG, "consumer" => consumer) }
    }

    pub(crate) fn delivered(&self, outcome: Outcome) {
        let place = OUTCOMES.iter().position(|known| *known == outcome.name());
        if let Some(delivered) = place.and_then(|place| self.delivered.get(place)) {
            delivered.increment(1);
        }
    }

    pub(crate) fn lag(&self, events: u64) {
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a floating-point number, and 53 bits are enough")]
        self.lag.set(events as f64);
    }
}
