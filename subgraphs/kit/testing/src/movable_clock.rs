//! The clock of a machine, which a test moves: libfaketime between a program and the time of day.

use std::fmt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;

/// Where Debian's package libfaketime puts it.
const LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
/// What has to be loaded before a program. The C library's allocator comes before the program's own one, jemalloc, which
/// asks for the time while it starts: that asks it for memory, and neither ever gets an answer.
const LOADED_FIRST: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1 libc.so.6";

/// The time of day as some programs see it. Clones are one clock. The clock that only ever counts on is not moved:
/// no step of the time of day moves that of a real machine.
#[derive(Debug, Clone)]
pub struct MovableClock {
    folder: Arc<TempDir>,
}

/// The machine has no libfaketime.
#[derive(Debug)]
pub struct NoMovableClock;

impl fmt::Display for NoMovableClock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("libfaketime is not installed (Debian and Ubuntu: apt-get install libfaketime)")
    }
}

impl MovableClock {
    /// A clock that shows the real time.
    ///
    /// # Errors
    /// [`NoMovableClock`] without libfaketime on the machine.
    ///
    /// # Panics
    /// When the temporary folder cannot be written.
    pub fn new() -> Result<Self, NoMovableClock> {
        if !Path::new(LIBRARY).exists() {
            return Err(NoMovableClock);
        }
        let clock = Self { folder: Arc::new(tempfile::tempdir().expect("the temporary folder can be written")) };
        clock.shows("+0");
        Ok(clock)
    }

    /// Moves the clock, in the words of libfaketime: `+3600` is an hour late, `-3600` an hour early, `+0 x2` twice as
    /// fast.
    ///
    /// # Panics
    /// When the temporary folder cannot be written.
    pub fn shows(&self, time: &str) {
        // In one step, so that nobody reads half of it.
        let (next, current) = (self.folder.path().join("next"), self.folder.path().join("time"));
        std::fs::write(&next, time).expect("the temporary folder can be written");
        std::fs::rename(next, current).expect("the temporary folder can be written");
    }

    /// What has to be loaded before the program.
    pub(crate) fn library(&self) -> &'static str {
        LOADED_FIRST
    }

    /// Shows the clock to a program and to those that it starts.
    pub(crate) fn show(&self, command: &mut Command) {
        command
            .env("FAKETIME_TIMESTAMP_FILE", self.folder.path().join("time"))
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("DONT_FAKE_MONOTONIC", "1")
            .env("NO_FAKE_STAT", "1");
    }
}
