//! What the process takes of the machine, by the names that Prometheus' client libraries have for it.

use std::fs;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::collector::Collector;
use super::snapshot::{Family, Kind, Sample};

/// The system counts processor time in hundredths of a second, whatever its clock does (`man 7 time`, `USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

/// Reads what the kernel knows of this process (`man 5 proc`). Elsewhere than on Linux it finds only what needs no kernel.
#[derive(Debug)]
pub struct ProcessFigures {
    begin_unix_seconds: f64,
}

impl ProcessFigures {
    /// Of a process that begins now.
    #[must_use]
    pub fn new() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { begin_unix_seconds: since.as_secs_f64() }
    }
}

impl Default for ProcessFigures {
    fn default() -> Self {
        Self::new()
    }
}

impl Collector for ProcessFigures {
    fn collect(&self) -> Vec<Family> {
        let gauge = |name, description, value| Family::of_one(name, Kind::Gauge, description, value);
        let labels = [("version".into(), env!("CARGO_PKG_VERSION").into())];
        let build = Sample::of(Arc::new(labels), 1.0);
        let mut found = vec![
            Family::new("lyceum_build_info", Kind::Gauge, "One, for the version that runs.", vec![build]),
            gauge("process_start_time_seconds", "When the process began, since 1970.", self.begin_unix_seconds),
        ];
        if let Some(status) = read("status") {
            let memory = |key| Some(field(&status, key)?.strip_suffix("kB")?.trim().parse::<f64>().ok()? * 1_024.0);
            let resident = "Memory that the process has in use, in bytes.";
            found.extend(memory("VmRSS").map(|bytes| gauge("process_resident_memory_bytes", resident, bytes)));
            let reserved = "Addresses that the process has reserved, in bytes.";
            found.extend(memory("VmSize").map(|bytes| gauge("process_virtual_memory_bytes", reserved, bytes)));
            let threads = field(&status, "Threads").and_then(|threads| threads.parse().ok());
            found.extend(threads.map(|threads| gauge("process_threads", "Threads of the process.", threads)));
        }
        if let Some(seconds) = read("stat").and_then(|stat| processor_seconds(&stat)) {
            let description = "Processor time that the process has taken.";
            found.push(Family::of_one("process_cpu_seconds_total", Kind::Counter, description, seconds));
        }
        if let Ok(open) = fs::read_dir("/proc/self/fd") {
            // One of them is the folder that is being read.
            let open = u32::try_from(open.count().saturating_sub(1)).unwrap_or(u32::MAX);
            found.push(gauge("process_open_fds", "Open files and sockets of the process.", open.into()));
        }
        if let Some(limit) = read("limits").and_then(|limits| open_files_max(&limits)) {
            found.push(gauge("process_max_fds", "Files and sockets that the process may have open.", limit));
        }
        found
    }
}

fn read(file: &str) -> Option<String> {
    fs::read_to_string(format!("/proc/self/{file}")).ok()
}

fn field<'s>(status: &'s str, key: &str) -> Option<&'s str> {
    status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':')).map(str::trim)
}

/// The name of a process is in parentheses and may hold anything: counting begins behind it.
fn processor_seconds(stat: &str) -> Option<f64> {
    let mut behind_name = stat[stat.rfind(')')? + 1..].split_whitespace().skip(11);
    let (user, system): (f64, f64) = (behind_name.next()?.parse().ok()?, behind_name.next()?.parse().ok()?);
    Some((user + system) / TICKS_PER_SECOND)
}

fn open_files_max(limits: &str) -> Option<f64> {
    limits.lines().find_map(|line| line.strip_prefix("Max open files"))?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_any_name() {
        let stat = "17 (a ) b) S 1 17 17 0 -1 4194560 900 0 0 0 250 50 0 0 20 0 4 0 1000 1 2 3";
        assert_eq!(processor_seconds(stat), Some(3.0));
        assert_eq!(processor_seconds("17 (cut"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_is_found() {
        let names: Vec<String> = ProcessFigures::new().collect().into_iter().map(|found| found.name.into()).collect();
        assert_eq!(names.len(), 8, "{names:?}");
    }
}
