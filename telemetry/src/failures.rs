//! Failures: errors and panics, counted by service, told with the place where they happened, and reported where that is
//! configured (S2-ERR-1).
//!
//! - Every event of the level `ERROR` is a failure. It is counted in `failures_total` by service and kind.
//! - [`tell_panics`] makes an event of every panic, with its place and, where it is captured, its stack; then it is one.
//! - [`report_to`] sends failures to a server that speaks the protocol of Sentry.

mod backtrace;
mod dsn;
mod event;
mod mask;
mod reporter;

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::PanicHookInfo;

use metrics::counter;
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use self::event::Failure;
use crate::active;
use crate::logs::STACKTRACE;
use crate::scope::{Fields, with_fields};

pub use dsn::{Dsn, DsnError};
pub use reporter::{ReportSettings, Reporting, report_to};

/// The target of events that tell of panics.
const PANIC: &str = "panic";
/// Who has failed outside of any scope.
const PROCESS: &str = "process";

/// Counts failures, and hands them on to be reported.
#[derive(Debug)]
pub(crate) struct FailureLayer;

impl<S: Subscriber + for<'l> LookupSpan<'l>> Layer<S> for FailureLayer {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        with_fields(&context, |scope| {
            let mut own = Fields::default();
            event.record(&mut own);
            let is_panic = metadata.target() == PANIC;
            let named = own.get("service").or_else(|| own.get("subgraph")).or_else(|| scope.get("service"));
            let service = named.unwrap_or(PROCESS).to_owned();
            let kind = if is_panic { "panic" } else { "error" };
            counter!("failures_total", "service" => service.clone(), "kind" => kind).increment(1);
            reporter::report(|| Failure {
                is_panic,
                service,
                message: own.take("message").unwrap_or_default(),
                cause: own.take("error"),
                file: own.take("code.file.path").or_else(|| metadata.file().map(str::to_owned)),
                line: own.take("code.line.number").and_then(|line| line.parse().ok()).or(metadata.line()),
                target: metadata.target().to_owned(),
                stack: own.take(STACKTRACE),
                active: active::active(),
                trace_id: scope.get("trace_id").map(str::to_owned),
                correlation_id: scope.get("correlation_id").map(str::to_owned),
            });
        });
    }
}

/// Has every panic of the process told as an event, in place of the text that the standard library writes: with the trace in
/// which it happens, its place, and its stack where `RUST_BACKTRACE` asks for it.
pub fn tell_panics() {
    std::panic::set_hook(Box::new(tell));
}

fn tell(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("a panic without a message");
    let place = panic.location();
    let backtrace = Backtrace::capture();
    let stack = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
    tracing::error!(
        target: PANIC,
        error = message,
        code.file.path = place.map(std::panic::Location::file),
        code.line.number = place.map(std::panic::Location::line),
        thread.name = std::thread::current().name(),
        exception.stacktrace = stack,
        "a panic",
    );
}
