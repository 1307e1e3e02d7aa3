//! Log lines: one for each event, as JSON for machines or as text for people, on the standard error stream.
//!
//! A line has the time, the level, the target (the module that speaks), the message, the fields of the [scope](crate::scope)
//! that it was written in, the ids of the trace and of the span, and its own fields.
//!
//! **Invariant.** A line is one line, whatever the values in it: nothing in them can end it, begin another, or speak to a
//! terminal.

mod line;

use std::io::{IsTerminal, Write};

use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

pub(crate) use self::line::STACKTRACE;
use crate::active;
use crate::scope::{Fields, with_fields};

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// A JSON object per line, for machines.
    Json,
    /// A line of text, for people.
    Human,
}

/// Where lines go.
type WriteLine = Box<dyn Fn(&str) + Send + Sync>;

/// Writes a line for each event.
pub(crate) struct LogLayer {
    format: LogFormat,
    is_coloured: bool,
    write: WriteLine,
}

impl LogLayer {
    /// Lines on the standard error stream, in colour where somebody looks at it.
    pub(crate) fn to_standard_error(format: LogFormat) -> Self {
        let is_coloured = std::io::stderr().is_terminal();
        // Where nobody takes the lines there is nobody to tell, either.
        Self { format, is_coloured, write: Box::new(|line| drop(std::io::stderr().write_all(line.as_bytes()))) }
    }

    #[cfg(test)]
    pub(crate) fn to(format: LogFormat, write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { format, is_coloured: false, write: Box::new(write) }
    }
}

impl<S: Subscriber + for<'l> LookupSpan<'l>> Layer<S> for LogLayer {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut own = Fields::default();
        event.record(&mut own);
        let message = own.take("message").unwrap_or_default();
        let written = with_fields(&context, |scope| {
            let line = line::Line {
                at: chrono::Utc::now(),
                level: *event.metadata().level(),
                target: event.metadata().target(),
                message: &message,
                active: active::active(),
                scope,
                own: &own,
            };
            match self.format {
                LogFormat::Json => line.to_json(),
                LogFormat::Human => line.to_text(self.is_coloured),
            }
        });
        (self.write)(&written);
    }
}

#[cfg(test)]
mod tests;
