//! What this crate measures of itself.

use ::metrics::{counter, describe_counter};

/// Messages with metrics, by what became of them.
pub(super) const EXPORTS: &str = "telemetry_metric_exports_total";

/// Counters of this crate: their name, what they tell, a label, and its values. They begin with zero, so that an alert sees
/// the first that happens.
const COUNTERS: [(&str, &str, &str, &[&str]); 3] = [
    (EXPORTS, "Messages with metrics for the collector: sent or failed.", "outcome", &["sent", "failed"]),
    ("telemetry_spans_exported_total", "Spans for the collector: sent or failed.", "outcome", &["sent", "failed"]),
    (
        "telemetry_spans_dropped_total",
        "Spans of traces worth keeping that were dropped, by why.",
        "reason",
        &["spans_per_trace", "bytes", "undecided", "queue", "stopped", "export"],
    ),
];

/// Traces of which no spans were held, because there were too many at a time.
const NOT_HELD: &str = "telemetry_traces_not_held_total";

/// Tells the recorder of them.
pub(super) fn describe() {
    for (name, description, label, values) in COUNTERS {
        describe_counter!(name, description);
        for value in values {
            counter!(name, label => *value).increment(0);
        }
    }
    describe_counter!("failures_total", "Events of the level ERROR, by service and kind.");
    describe_counter!("failures_unreported_total", "Failures of which the server of errors was not told, by why.");
    describe_counter!(NOT_HELD, "Traces of which nothing was held, because too many were under way.");
    counter!(NOT_HELD).increment(0);
}
