//! The bounds of histograms: the same for all of a name, since what has other bounds cannot be added up.

/// Durations, in seconds: from a stage that only looks something up to a request that waits for its time-out. 0.1 is the
/// budget of an operation (S1-GOAL-1).
pub const SECONDS: &[f64] = &[
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// Sizes, in bytes: from an empty reply to the largest that is taken.
pub const BYTES: &[f64] =
    &[256.0, 1_024.0, 4_096.0, 16_384.0, 65_536.0, 262_144.0, 1_048_576.0, 4_194_304.0, 16_777_216.0];

/// Numbers of things: from one to far beyond any budget.
pub const COUNTS: &[f64] = &[1.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 10_000.0];

/// The bounds for a histogram of this name, by its unit, which is how it ends.
#[must_use]
pub fn of(name: &str) -> &'static [f64] {
    if name.ends_with("_seconds") {
        SECONDS
    } else if name.ends_with("_bytes") {
        BYTES
    } else {
        COUNTS
    }
}
