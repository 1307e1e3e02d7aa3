//! Child processes that cannot outlive the test.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

/// The longest that a process may take until it says what a test waits for; generous, because machines are slow.
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// Below the ports that systems give out by themselves.
const STEADY_PORTS: u16 = 10_000;
/// So many of them are for one test process, as far as there are enough.
const PORTS_EACH: u16 = 100;

/// How many of its last lines a failing start shows.
const LINES_SHOWN: usize = 60;

/// The built command, with a clean environment and `folder` as its working folder.
pub(crate) fn lyceum(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lyceum"));
    command.current_dir(folder).env_clear().env("DEMO_PASSWORD", super::PASSWORD).env("LYCEUM_SEED_PROFILE", "tiny");
    command
}

/// A free port that the system gives to nobody by itself, so that it is free still when a process starts again on it.
pub(crate) fn steady_port() -> u16 {
    static TRIED: AtomicU16 = AtomicU16::new(0);
    let group = u16::try_from(std::process::id() % 200).unwrap_or_default();
    loop {
        let port = STEADY_PORTS + group * PORTS_EACH + TRIED.fetch_add(1, Ordering::Relaxed);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A running command. Dropping it kills it; so does the end of the test process, through its standard input.
pub(crate) struct Process {
    command: Command,
    child: Child,
    lines: Mutex<Lines>,
    log: Log,
    name: String,
}

impl Process {
    /// Starts `command`; its process identifier is the command's own, so that signals reach it.
    pub(crate) fn start(name: &str, mut command: Command) -> Self {
        command.env("LYCEUM_STOP_WITH_STDIN", "1");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let log = Arc::default();
        let (child, lines) = spawn(name, &mut command, &log);
        Self { command, child, lines: Mutex::new(lines), log, name: name.to_owned() }
    }

    /// SIGKILL, and the same command again.
    pub(crate) fn restart(&mut self) {
        self.kill();
        let (child, lines) = spawn(&self.name, &mut self.command, &self.log);
        (self.child, self.lines) = (child, Mutex::new(lines));
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
        self.signal("-INT");
        self.end()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let status =
            Command::new("kill").args([signal, &self.child.id().to_string()]).status().expect("kill can be run");
        assert!(status.success(), "the signal could not be sent");
    }

    /// Waits for its orderly end after a signal.
    pub(crate) fn end(&mut self) -> std::process::ExitStatus {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(status) = self.child.try_wait().expect("the process can be waited for") {
                return status;
            }
            assert!(Instant::now() < deadline, "{} did not stop within 30 s of the signal:\n{}", self.name, self.log());
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

type Lines = mpsc::Receiver<String>;
type Log = Arc<Mutex<VecDeque<String>>>;

fn spawn(name: &str, command: &mut Command, log: &Log) -> (Child, Lines) {
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{name} could not be started: {error}"));
    let (sender, lines) = mpsc::channel();
    let stdout = child.stdout.take().expect("standard output is piped");
    let stderr = child.stderr.take().expect("standard error is piped");
    follow(stdout, Some(sender), Arc::clone(log));
    follow(stderr, None, Arc::clone(log));
    (child, lines)
}

fn follow(stream: impl std::io::Read + Send + 'static, lines: Option<mpsc::Sender<String>>, log: Log) {
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
