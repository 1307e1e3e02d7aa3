//! How tokio's runtime does.

use tokio::runtime::Handle;

use super::collector::Collector;
use super::snapshot::{Family, Kind};

/// Reads what a runtime tells of itself.
#[derive(Debug)]
pub struct RuntimeFigures(Handle);

impl RuntimeFigures {
    /// Of this runtime.
    #[must_use]
    pub fn new(runtime: Handle) -> Self {
        Self(runtime)
    }
}

impl Collector for RuntimeFigures {
    fn collect(&self) -> Vec<Family> {
        let metrics = self.0.metrics();
        let busy: f64 =
            (0..metrics.num_workers()).map(|worker| metrics.worker_total_busy_duration(worker).as_secs_f64()).sum();
        let gauge = |name, description, value: usize| {
            Family::of_one(name, Kind::Gauge, description, u32::try_from(value).unwrap_or(u32::MAX).into())
        };
        vec![
            gauge("tokio_workers", "Threads that run tasks.", metrics.num_workers()),
            gauge("tokio_alive_tasks", "Tasks that have not ended.", metrics.num_alive_tasks()),
            gauge("tokio_global_queue_depth", "Tasks that wait for any thread.", metrics.global_queue_depth()),
            Family::of_one("tokio_busy_seconds_total", Kind::Counter, "Time in which threads ran tasks.", busy),
        ]
    }
}
