//! Which spans and events each part of the subscriber sees.

use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Filter, Layer};

use super::{RECORDER, ROOT};
use crate::active;
use crate::scope::SCOPE;

/// Crates whose spans tell how they work, not what for: of connections that outlive a request, for one.
const OF_LIBRARIES: [&str; 6] = ["h2", "hyper", "hyper_util", "rustls", "tonic", "tower"];

/// Spans that enter the process or begin here, and whatever is within them; of events, what has gone wrong.
pub(super) struct ForSpans;

impl ForSpans {
    /// Whether it sees any of this kind, in a trace that is recorded.
    fn may_see(metadata: &Metadata<'_>) -> bool {
        let root = metadata.target().split("::").next().unwrap_or_default();
        if metadata.is_span() {
            *metadata.level() <= Level::DEBUG && metadata.target() != SCOPE && !OF_LIBRARIES.contains(&root)
        } else {
            *metadata.level() <= Level::WARN
        }
    }

    fn sees(metadata: &Metadata<'_>) -> bool {
        RECORDER.get().is_some() && Self::may_see(metadata) && (metadata.target() == ROOT || active::is_recorded())
    }
}

impl<S> Filter<S> for ForSpans {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        Self::sees(metadata)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        if RECORDER.get().is_some() && Self::may_see(metadata) { Interest::sometimes() } else { Interest::never() }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(if RECORDER.get().is_some() { LevelFilter::DEBUG } else { LevelFilter::OFF })
    }
}

/// Stands before all the others: a span that none of them would see is not made. They alone would each decline it, once it
/// has a place in the registry.
pub(super) struct Gate;

impl<S: Subscriber> Layer<S> for Gate {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.is_span() && metadata.target() != SCOPE { Interest::sometimes() } else { Interest::always() }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        !metadata.is_span() || metadata.target() == SCOPE || ForSpans::sees(metadata)
    }
}

/// Scopes, whose fields lines have; and the events that a filter lets pass.
pub(super) struct ForLines(Targets);

impl ForLines {
    pub(super) fn new(events: Targets) -> Self {
        Self(events)
    }

    /// Scopes alone.
    pub(super) fn scopes() -> Self {
        Self(Targets::new())
    }

    fn sees(&self, metadata: &Metadata<'_>) -> bool {
        if metadata.is_span() {
            metadata.target() == SCOPE
        } else {
            self.0.would_enable(metadata.target(), metadata.level())
        }
    }
}

impl<S> Filter<S> for ForLines {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        self.sees(metadata)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.sees(metadata) { Interest::always() } else { Interest::never() }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        let events = Filter::<S>::max_level_hint(&self.0);
        events.map(|events| events.max(LevelFilter::ERROR))
    }
}
