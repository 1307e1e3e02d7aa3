//! The metrics of the process: what was measured through the facade `metrics`, wherever it was.
//!
//! - [`Registry`] keeps every counter, gauge and histogram by name and labels; there is one in a process ([`install`]).
//!   It is the facade's recorder.
//! - [`bounded`] keeps labels whose values clients choose to the few that are used most.
//! - [`exemplar`] says which trace a measurement belongs to, so that a bucket of a histogram names one that fell into it.
//! - [`collector`] is for what is read when somebody asks, and not counted: [`process`] and [`runtime`] do so.
//! - [`snapshot`] is everything at one moment; [`text`] writes it for Prometheus, [`export`] sends it to a collector.
//!
//! **Invariants.** A name keeps its kind. The number of series is bounded, whatever clients send: past
//! [`SERIES_MAX`] of one name, the rest is counted in one series that says so. A measurement is counted once.

pub mod bounded;
pub mod buckets;
pub mod collector;
pub mod exemplar;
pub mod export;
mod otlp;
mod own;
pub mod process;
mod registry;
pub mod runtime;
mod series;
pub mod snapshot;
pub mod text;

use std::sync::OnceLock;

pub use self::bounded::{Bounded, Slot};
pub use self::collector::Collector;
pub use self::exemplar::{Exemplar, in_trace, with_trace};
pub use self::export::OtlpMetrics;
pub use self::registry::{OVERFLOW, Registry, SERIES_MAX};
pub use self::snapshot::{Family, Kind, Point, Sample};
pub use self::text::{Format, Rendered};

/// The metrics of this process: from the first call on, whatever is measured is found in them.
///
/// Handles of the facade that were made before measure nothing: it has to be called before anything is built that makes
/// some. Whoever installs another recorder first keeps it, and these stay empty.
pub fn install() -> &'static Registry {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    static INSTALLED: OnceLock<()> = OnceLock::new();
    let registry = REGISTRY.get_or_init(|| {
        let registry = Registry::new();
        registry.collect_from(process::ProcessFigures::new());
        registry
    });
    INSTALLED.get_or_init(|| {
        if ::metrics::set_global_recorder(registry).is_err() {
            tracing::warn!("another metrics recorder is installed already; /metrics stays without what is measured");
        }
        own::describe();
    });
    registry
}
