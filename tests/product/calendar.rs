//! A machine whose clock stands where a scenario wants it, under the whole product.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use kit_testing::{S3Server, skip_without};
use tempfile::TempDir;

use super::shape::Stores;

/// Where Debian's package libfaketime puts what stands between a program and the clock.
const FAKE_TIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
/// When every calendar begins: at noon, since months and days end at midnight.
const START: &str = "2026-06-01T12:00:00Z";

/// What products that run one after the other share: their files, their databases, and the date.
#[derive(Clone)]
pub(crate) struct Calendar {
    folder: Arc<TempDir>,
    stores: Arc<Stores>,
    now: DateTime<Utc>,
}

impl Calendar {
    /// The first of June 2026. Nothing, and a note, on a machine without the package libfaketime.
    pub(crate) fn new() -> Option<Self> {
        if !Path::new(FAKE_TIME).exists() {
            skip_without(&"the package libfaketime is not installed");
            return None;
        }
        let folder = Arc::new(tempfile::tempdir().expect("a temporary folder"));
        let now = START.parse().expect("the start is a moment");
        Some(Self { folder, stores: Arc::new(Stores::on_date(now, S3Server::start_on_any_date())), now })
    }

    /// Another date: so long after the start.
    pub(crate) fn set(&mut self, after_start: Duration) {
        self.now = START.parse::<DateTime<Utc>>().expect("the start is a moment") + after_start;
    }

    pub(super) fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    pub(super) const fn stores(&self) -> &Arc<Stores> {
        &self.stores
    }

    /// Shows a program this date. Its pauses take as long as ever.
    pub(super) fn show(&self, command: &mut Command) {
        command
            .env("LD_PRELOAD", FAKE_TIME)
            .env("FAKETIME", self.now.format("@%Y-%m-%d %H:%M:%S").to_string())
            .env("TZ", "UTC")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("DONT_FAKE_MONOTONIC", "1")
            .env("NO_FAKE_STAT", "1");
    }
}
