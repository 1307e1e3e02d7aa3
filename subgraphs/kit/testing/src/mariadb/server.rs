//! The server process, and a shell that ends it when the test process is gone.

use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Programs;

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

/// Runs the server, waits until the test process closes the pipe (which it does however it ends), then kills the server
/// and removes its folder. Signals are ignored so that an interrupt from the keyboard cannot skip that.
const SUPERVISOR: &str = r#"trap '' INT TERM HUP
folder=$1; shift
"$@" </dev/null >"$folder/server.log" 2>&1 &
server=$!
cat >/dev/null
kill -9 "$server"
wait "$server" 2>/dev/null
rm -rf "$folder""#;

/// A running server and its folder.
#[derive(Debug)]
pub(super) struct Server {
    folder: PathBuf,
    port: u16,
    /// Holds the pipe whose end means the end of the server.
    _supervisor: Child,
}

impl Server {
    /// Starts a server on a copy of the template and waits until it answers.
    pub(super) fn start(programs: &Programs, template: &Path) -> Self {
        let folder = copy_of(template);
        let port = free_port();
        let supervisor = Command::new("sh")
            .args(["-c", SUPERVISOR, "sh"])
            .arg(&folder)
            .arg(&programs.server)
            .arg("--no-defaults")
            .arg(format!("--datadir={}", folder.join("data").display()))
            .arg(format!("--socket={}", folder.join("socket").display()))
            .arg(format!("--pid-file={}", folder.join("pid").display()))
            .arg("--bind-address=127.0.0.1")
            .arg(format!("--port={port}"))
            .args(SERVER_OPTIONS)
            .args(ENGINE_OPTIONS)
            .args(user_option())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell starts");
        let server = Self { folder, port, _supervisor: supervisor };
        server.wait_until_it_answers();
        server
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
