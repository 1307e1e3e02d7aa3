//! What a process takes, as Linux tells it.

use std::fs::read_to_string;
use std::time::Duration;

/// Processor time so far.
#[derive(Clone, Copy)]
pub(crate) struct Usage(Duration);

impl Usage {
    /// Of all of these processes.
    pub(crate) fn of(processes: impl IntoIterator<Item = u32>) -> Self {
        Self(processes.into_iter().map(cpu).sum())
    }

    pub(crate) fn since(self, before: Self) -> Duration {
        self.0.saturating_sub(before.0)
    }
}

/// Time of all threads, in nanoseconds of the scheduler.
fn cpu(process: u32) -> Duration {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let time = |path: std::path::PathBuf| -> Option<u64> {
        // A thread may have ended meanwhile.
        read_to_string(path.join("schedstat")).ok()?.split_whitespace().next()?.parse().ok()
    };
    Duration::from_nanos(threads.filter_map(|thread| time(thread.unwrap().path())).sum())
}

/// A line of the process's memory, in bytes.
pub(crate) fn memory(process: u32, line: &str) -> u64 {
    let status = read_to_string(format!("/proc/{process}/status")).unwrap();
    let found = status.lines().find(|text| text.starts_with(line)).unwrap();
    found.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1_024
}

/// Lets the peak begin again at what is taken now.
pub(crate) fn forget_peak(process: u32) {
    std::fs::write(format!("/proc/{process}/clear_refs"), "5").unwrap();
}

/// The processes that this one has started.
pub(crate) fn children(process: u32) -> Vec<u32> {
    let list = read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    list.split_whitespace().map(|id| id.parse().unwrap()).collect()
}
