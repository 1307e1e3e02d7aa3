//! What is read when somebody asks, and not counted.

use std::fmt;

use super::snapshot::Family;

/// Reads something at the moment at which metrics are asked for. It must not wait.
pub trait Collector: fmt::Debug + Send + Sync {
    /// What it finds. What cannot be read is left out.
    fn collect(&self) -> Vec<Family>;
}
