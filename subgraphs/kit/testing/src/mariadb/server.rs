//! The server process, and a shell that ends it when the test process is gone.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Programs;
use crate::MovableClock;

/// How long the server may take to answer: a loaded machine takes a few seconds.
const START_TIMEOUT: Duration = Duration::from_secs(30);
/// The pause between two looks whether it answers.
const LOOK_INTERVAL: Duration = Duration::from_millis(10);

/// Small, and without any flush: what tests write need not outlive the server.
pub(super) const ENGINE_OPTIONS: [&str; 7] = [
    "--innodb-log-file-size=16M",
    "--innodb-buffer-pool-size=64M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=OFF",
    "--innodb-flush-method=nosync",
    "--innodb-use-native-aio=OFF",
    "--performance-schema=OFF",
];

const SERVER_OPTIONS: [&str; 6] = [
    "--skip-name-resolve",
    "--skip-log-bin",
    "--skip-slave-start",
    "--max-connections=500",
    "--thread-cache-size=32",
    "--character-set-server=utf8mb4",
];

/// As a server that is trusted with data: what was committed outlives its death.
const LASTING_OPTIONS: [&str; 1] = ["--innodb-flush-log-at-trx-commit=1"];

/// Runs the server and does as it is told, a word at a time: `kill` and `start`. When the test process closes the pipe,
/// which it does however it ends, it kills the server and removes its folder. Signals are ignored so that an interrupt
/// from the keyboard cannot skip that, and so that a server that may write no further is told so by an error.
const SUPERVISOR: &str = r#"trap '' INT TERM HUP XFSZ
folder=$1; clock=$2; shift 2
begin() {
  (
    if [ -n "$clock" ]; then export LD_PRELOAD="$clock"; fi
    exec "$@" </dev/null >>"$folder/server.log" 2>&1
  ) &
  server=$!
}
end() {
  if [ -n "$server" ]; then kill -9 "$server"; wait "$server"; fi
  server=
}
begin "$@"
while read -r word; do
  case $word in
    kill) end ;;
    start) begin "$@" ;;
  esac
  echo "$server"
done
end
rm -rf "$folder""#;

/// A running server and its folder.
#[derive(Debug)]
pub(super) struct Server {
    folder: PathBuf,
    port: u16,
    supervisor: Mutex<Supervisor>,
}

/// The shell that runs the server, and its pipe, whose end means the end of the server.
#[derive(Debug)]
struct Supervisor {
    _shell: Child,
    words: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Supervisor {
    /// Has it do something; returns the number of the server's process, or nothing when none runs.
    fn tell(&mut self, word: &str) -> String {
        writeln!(self.words, "{word}").expect("the supervisor listens");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the supervisor answers");
        answer.trim().to_owned()
    }
}

impl Server {
    /// Starts a server on a copy of the template and waits until it answers.
    pub(super) fn start(programs: &Programs, template: &Path, is_lasting: bool, clock: Option<&MovableClock>) -> Self {
        let folder = copy_of(template);
        let port = free_port();
        let mut command = Command::new("sh");
        command.args(["-c", SUPERVISOR, "sh"]).arg(&folder).arg(clock.map_or("", MovableClock::library));
        if let Some(clock) = clock {
            clock.show(&mut command);
        }
        command
            .arg(&programs.server)
            .arg("--no-defaults")
            .arg(format!("--datadir={}", folder.join("data").display()))
            .arg(format!("--socket={}", folder.join("socket").display()))
            .arg(format!("--pid-file={}", folder.join("pid").display()))
            .arg("--bind-address=127.0.0.1")
            .arg(format!("--port={port}"))
            .args(SERVER_OPTIONS)
            .args(ENGINE_OPTIONS)
            .args(if is_lasting { LASTING_OPTIONS.as_slice() } else { &[] })
            .args(user_option())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut shell = command.spawn().expect("a shell starts");
        let words = shell.stdin.take().expect("the shell has a pipe in");
        let answers = BufReader::new(shell.stdout.take().expect("the shell has a pipe out"));
        let supervisor = Mutex::new(Supervisor { _shell: shell, words, answers });
        let server = Self { folder, port, supervisor };
        server.wait_until_it_answers();
        server
    }

    /// Kills the server, as `kill -9` does.
    pub(super) fn kill(&self) {
        self.tell("kill");
    }

    /// Starts it again on what it has kept.
    pub(super) fn start_again(&self) {
        // The socket of the dead one would be taken for an answer.
        let _ = std::fs::remove_file(self.socket());
        self.tell("start");
        self.wait_until_it_answers();
    }

    /// The number of its process.
    pub(super) fn process(&self) -> String {
        self.tell("which")
    }

    fn tell(&self, word: &str) -> String {
        self.supervisor.lock().unwrap_or_else(PoisonError::into_inner).tell(word)
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    fn wait_until_it_answers(&self) {
        let started = Instant::now();
        while UnixStream::connect(self.socket()).is_err() {
            if started.elapsed() > START_TIMEOUT {
                let log = std::fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
                panic!("the private MariaDB does not answer after {START_TIMEOUT:?}; its log:\n{log}");
            }
            std::thread::sleep(LOOK_INTERVAL);
        }
    }
}

/// The server refuses to run as the administrator of the machine unless it is told to; containers do that.
pub(super) fn user_option() -> Option<&'static str> {
    let is_administrator = std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    is_administrator.then_some("--user=root")
}

/// A folder with a copy of the template in `data`. In the system's temporary folder, because the path of a socket must
/// be short. The supervisor removes it.
fn copy_of(template: &Path) -> PathBuf {
    let folder = tempfile::Builder::new()
        .prefix("lyceum-mariadb-")
        .disable_cleanup(true)
        .tempdir()
        .expect("the temporary folder can be written")
        .keep();
    let copied = Command::new("cp").arg("-R").arg(template).arg(folder.join("data")).status().expect("cp runs");
    assert!(copied.success(), "the MariaDB template cannot be copied to {}", folder.display());
    folder
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port");
    listener.local_addr().expect("a listener has an address").port()
}
