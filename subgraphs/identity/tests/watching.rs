//! What is traced while something happens: the spans that begin, and every value that is written.

use std::fmt::{Debug, Write};
use std::sync::{Arc, LazyLock, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Metadata, Subscriber};

/// While there is just one subscriber, a thread without it may decide for all that a span is of interest to nobody.
/// Nothing is ever sent to these two.
static OTHERS: LazyLock<[Dispatch; 2]> = LazyLock::new(|| [(); 2].map(|()| Dispatch::new(Watch::default())));

/// What was traced.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    spans: Vec<&'static str>,
    text: String,
}

impl Watch {
    /// Watches this thread from now until the guard is dropped.
    pub(crate) fn begin() -> (Self, tracing::subscriber::DefaultGuard) {
        LazyLock::force(&OTHERS);
        let watch = Self::default();
        let guard = tracing::subscriber::set_default(watch.clone());
        (watch, guard)
    }

    /// How many spans of this name have begun.
    pub(crate) fn count(&self, span: &str) -> usize {
        self.0.lock().unwrap().spans.iter().filter(|name| **name == span).count()
    }

    /// Every value that was written.
    pub(crate) fn text(&self) -> String {
        self.0.lock().unwrap().text.clone()
    }
}

impl Visit for Seen {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        writeln!(self.text, "{field}={value:?}").unwrap();
    }
}

impl Subscriber for Watch {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut seen = self.0.lock().unwrap();
        seen.spans.push(span.metadata().name());
        span.record(&mut *seen);
        Id::from_u64(u64::try_from(seen.spans.len()).unwrap())
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut *self.0.lock().unwrap());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut *self.0.lock().unwrap());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
