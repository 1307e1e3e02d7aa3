//! A long run of events under faults, and the books at its end (EB-24).
//!
//! ```sh
//! cargo run --release -p kit-events --example soak -- --events 10000000 --fault-every 10s
//! ```
//!
//! A seed plans the same events and the same faults each time; when they meet is the machine's affair.

#[path = "soak.rs"]
mod soak;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use self::soak::{Plan, Progress, Shape, run};

/// Seconds between two lines of progress.
const LINE_EVERY_SECONDS: u64 = 10;

/// Publishes and consumes events while processes die and servers fail, and counts what was lost or took effect twice.
#[derive(Debug, Parser)]
struct Arguments {
    /// Events to write.
    #[arg(long, default_value_t = 100_000)]
    events: u64,
    /// Between two faults: `10s`, `500ms`.
    #[arg(long, default_value = "10s", value_parser = duration)]
    fault_every: Duration,
    /// What the events and the faults are made of.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Two SQLite files and the embedded log, or a private MariaDB and a private Redis.
    #[arg(long, value_enum, default_value_t = Shape::Embedded)]
    on: Shape,
}

fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit_ms) = match text.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (text.strip_suffix('s').ok_or("a duration is `10s` or `500ms`")?, 1_000),
    };
    let number: u64 = number.parse().map_err(|error| format!("`{number}`: {error}"))?;
    Ok(Duration::from_millis(number * unit_ms))
}

fn show(progress: &Progress) {
    if progress.seconds.is_multiple_of(LINE_EVERY_SECONDS) {
        eprintln!("{progress}");
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { events, fault_every, seed, on } = Arguments::parse();
    let plan = Plan { events, fault_every, faults_min: 1, seed, shape: on };
    match run(&plan, show).await {
        Ok(report) => {
            println!("{report}");
            if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}
