//! What is logged on this thread.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Metadata, Subscriber};

/// Collects the lines from now on.
pub(crate) struct Log {
    lines: Arc<Mutex<Vec<String>>>,
    spans: Arc<Mutex<Vec<String>>>,
    _guard: DefaultGuard,
}

impl Log {
    pub(crate) fn begin() -> Self {
        // While nobody listens anywhere, another test may have an event marked as one that nobody hears, and be overtaken.
        static HEARD: Once = Once::new();
        HEARD.call_once(|| drop(tracing::subscriber::set_global_default(Lines(None, Arc::default()))));
        let (lines, spans) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
        let collected = Lines(Some(Arc::clone(&lines)), Arc::clone(&spans));
        Self { _guard: tracing::subscriber::set_default(collected), lines, spans }
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.lines.lock().unwrap())
    }

    /// What is said of the spans that have begun.
    pub(crate) fn take_spans(&self) -> Vec<String> {
        std::mem::take(&mut *self.spans.lock().unwrap())
    }
}

/// Collects lines, or lets them go.
struct Lines(Option<Arc<Mutex<Vec<String>>>>, Arc<Mutex<Vec<String>>>);

impl Subscriber for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        if self.0.is_some() {
            let mut line = Line(String::new());
            attributes.record(&mut line);
            self.1.lock().unwrap().push(line.0);
        }
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, recorded: &Record<'_>) {
        if self.0.is_some() {
            let mut line = Line(String::new());
            recorded.record(&mut line);
            self.1.lock().unwrap().push(line.0);
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let Some(lines) = &self.0 else { return };
        let mut line = Line(String::new());
        event.record(&mut line);
        lines.lock().unwrap().push(line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{}={value:?} ", field.name()).unwrap();
    }
}
