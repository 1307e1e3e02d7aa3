//! Child processes that cannot outlive the test.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

/// The longest that a process may take until it says what a test waits for; generous, because machines are slow.
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// How many of its last lines a failing start shows.
const LINES_SHOWN: usize = 60;

/// The built command, with a clean environment and `folder` as its working folder.
pub(crate) fn lyceum(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lyceum"));
    command.current_dir(folder).env_clear().env("DEMO_PASSWORD", super::PASSWORD).env("LYCEUM_SEED_PROFILE", "tiny");
    command
}

/// A running command. Dropping it kills it; so does the end of the test process, through its standard input.
pub(crate) struct Process {
    child: Child,
    lines: Mutex<mpsc::Receiver<String>>,
    log: Arc<Mutex<VecDeque<String>>>,
    name: String,
}

impl Process {
    /// Starts `command`; its process identifier is the command's own, so that signals reach it.
    pub(crate) fn start(name: &str, mut command: Command) -> Self {
        let mut child = command
            .env("LYCEUM_STOP_WITH_STDIN", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} could not be started: {error}"));
        let (sender, lines) = mpsc::channel();
        let log = Arc::new(Mutex::new(VecDeque::new()));
        let stdout = child.stdout.take().expect("standard output is piped");
        let stderr = child.stderr.take().expect("standard error is piped");
        follow(stdout, Some(sender), Arc::clone(&log));
        follow(stderr, None, Arc::clone(&log));
        Self { child, lines: Mutex::new(lines), log, name: name.to_owned() }
    }

    /// Waits for a line of its standard output in which `find` finds something.
    pub(crate) fn wait_for<T>(&self, find: impl Fn(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.lock().expect("no holder panics").recv_timeout(left) {
                Ok(line) => {
                    if let Some(found) = find(&line) {
                        return found;
                    }
                }
                Err(error) => {
                    panic!("{} did not say what was waited for ({error}); its last lines:\n{}", self.name, self.log())
                }
            }
        }
    }

    /// Waits until one of its last lines, of either stream, holds this text.
    pub(crate) fn wait_for_log(&self, text: &str) {
        let deadline = Instant::now() + START_TIMEOUT;
        while !self.log().contains(text) {
            assert!(Instant::now() < deadline, "{} did not say {text}; its last lines:\n{}", self.name, self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Its last lines, of both streams.
    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("no holder panics").iter().cloned().collect::<Vec<_>>().join("\n")
    }

    /// SIGKILL, as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("the process can be killed");
        self.child.wait().expect("the process can be waited for");
    }

    /// Ctrl-C, and then waits for its orderly end.
    pub(crate) fn interrupt(&mut self) -> std::process::ExitStatus {
        let status =
            Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().expect("kill can be run");
        assert!(status.success(), "the signal could not be sent");
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(status) = self.child.try_wait().expect("the process can be waited for") {
                return status;
            }
            assert!(Instant::now() < deadline, "{} did not stop within 30 s of Ctrl-C:\n{}", self.name, self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Already gone is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn follow(
    stream: impl std::io::Read + Send + 'static,
    lines: Option<mpsc::Sender<String>>,
    log: Arc<Mutex<VecDeque<String>>>,
) {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut log = log.lock().expect("no holder panics");
            if log.len() == LINES_SHOWN {
                log.pop_front();
            }
            log.push_back(line.clone());
            drop(log);
            if let Some(lines) = &lines {
                // Nobody waits any more: the line is in the log all the same.
                let _ = lines.send(line);
            }
        }
    });
}
