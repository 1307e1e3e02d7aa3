//! How far seeding is: bars on a terminal, records in a log, nothing in tests.

use std::{
    io::{self, IsTerminal as _},
    time::Instant,
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Where progress is told.
#[derive(Clone, Debug)]
pub struct Progress(Face);

#[derive(Clone, Debug)]
enum Face {
    Terminal(MultiProgress),
    Log,
    Silent,
}

impl Progress {
    /// Bars when standard error is a terminal, otherwise one log record per finished table.
    #[must_use]
    pub fn for_console() -> Self {
        if io::stderr().is_terminal() { Self(Face::Terminal(MultiProgress::new())) } else { Self(Face::Log) }
    }

    /// Tells nobody; for tests.
    #[must_use]
    pub const fn silent() -> Self {
        Self(Face::Silent)
    }

    /// Begins to tell about a table of about `rows` rows.
    #[must_use]
    pub fn table(&self, seeder: &str, table: &str, rows: usize) -> TableProgress {
        let name = format!("{seeder}.{table}");
        match &self.0 {
            Face::Terminal(bars) => TableProgress::Bar(bars.add(bar(name, rows as u64))),
            Face::Log => TableProgress::Record { name, rows: 0, started: Instant::now() },
            Face::Silent => TableProgress::Silent,
        }
    }
}

fn bar(name: String, rows: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("  {prefix:<32} {bar:32} {human_pos:>9} of {human_len}")
        .expect("invariant: the template is a constant and well formed");
    ProgressBar::new(rows).with_style(style).with_prefix(name)
}

/// The progress of one table.
#[derive(Debug)]
#[expect(missing_docs, reason = "made by `Progress::table` only; each face is named by what it shows")]
pub enum TableProgress {
    Bar(ProgressBar),
    Record { name: String, rows: u64, started: Instant },
    Silent,
}

impl TableProgress {
    /// So many more rows are written.
    pub fn advance(&mut self, written: usize) {
        match self {
            Self::Bar(bar) => bar.inc(written as u64),
            Self::Record { rows, .. } => *rows += written as u64,
            Self::Silent => {}
        }
    }

    /// The table is complete.
    pub fn finish(self) {
        match self {
            Self::Bar(bar) => bar.finish_and_clear(),
            Self::Record { name, rows, started } => {
                tracing::info!(table = name, rows, elapsed_ms = started.elapsed().as_millis() as u64, "seeded a table");
            }
            Self::Silent => {}
        }
    }
}
