//! A private Redis server for one test process, or for one test that mistreats it.

use std::fmt;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use secrecy::SecretString;
use tempfile::TempDir;

use crate::MovableClock;

/// How long the server may take to answer.
const START_TIMEOUT: Duration = Duration::from_secs(30);
/// The pause between two looks whether it answers.
const LOOK_INTERVAL: Duration = Duration::from_millis(5);
/// Databases of one server: each test has one of its own.
const DATABASES: u32 = 4_096;
/// Ends the server when the test process closes the pipe, which it does however it ends.
const SUPERVISOR: &str = r#"trap '' INT TERM HUP
clock=$1; shift
(
  if [ -n "$clock" ]; then export LD_PRELOAD="$clock"; fi
  exec "$@" </dev/null >/dev/null 2>&1
) &
server=$!
cat >/dev/null
kill -9 "$server""#;

/// A running server. Get a shared one from [`Redis::shared`], and one to mistreat from [`Redis::start`].
#[derive(Debug)]
pub struct Redis {
    folder: TempDir,
    port: u16,
    supervisor: Mutex<Option<Child>>,
    databases: AtomicU32,
    clock: Option<MovableClock>,
}

/// Redis is not on this machine.
#[derive(Debug)]
pub struct RedisNotInstalled;

impl fmt::Display for RedisNotInstalled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("`redis-server` is not installed (Debian and Ubuntu: apt-get install redis-server)")
    }
}

impl Redis {
    /// The server of this process, started at the first call. It ends with the process, also when that is killed.
    ///
    /// # Errors
    /// [`RedisNotInstalled`] without Redis on the machine.
    ///
    /// # Panics
    /// When the server is there but does not start.
    pub fn shared() -> Result<&'static Self, &'static RedisNotInstalled> {
        static SHARED: OnceLock<Result<Redis, RedisNotInstalled>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// A server of one's own.
    ///
    /// # Errors
    /// [`RedisNotInstalled`] without Redis on the machine.
    ///
    /// # Panics
    /// When the server is there but does not start.
    pub fn start() -> Result<Self, RedisNotInstalled> {
        Self::set_up(None)
    }

    /// The same, on a machine whose clock the test moves.
    ///
    /// # Errors
    /// As [`Redis::start`].
    ///
    /// # Panics
    /// As [`Redis::start`].
    pub fn start_at(clock: &MovableClock) -> Result<Self, RedisNotInstalled> {
        Self::set_up(Some(clock.clone()))
    }

    fn set_up(clock: Option<MovableClock>) -> Result<Self, RedisNotInstalled> {
        let program = program().ok_or(RedisNotInstalled)?;
        let folder = tempfile::tempdir().expect("the temporary folder can be written");
        let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port");
        let port = listener.local_addr().expect("a listener has an address").port();
        drop(listener);
        let server = Self { folder, port, supervisor: Mutex::new(None), databases: AtomicU32::new(0), clock };
        server.run(&program);
        Ok(server)
    }

    /// The address of a database that no other test has: `redis://127.0.0.1:port/number`.
    ///
    /// # Panics
    /// When there are no more.
    pub fn new_database(&self) -> SecretString {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        assert!(number < DATABASES, "a test process has {DATABASES} Redis databases at most");
        SecretString::from(format!("redis://127.0.0.1:{}/{number}", self.port))
    }

    /// Kills the server, as a power cut would.
    pub fn kill(&self) {
        if let Some(mut supervisor) = self.supervisor().take() {
            drop(supervisor.stdin.take());
            // The supervisor ends with its server; how, does not matter.
            let _ = supervisor.wait();
        }
    }

    /// Starts the server again at the same address, with nothing in it.
    ///
    /// # Panics
    /// When it does not start.
    pub fn restart_empty(&self) {
        self.kill();
        self.run(&program().expect("the server has run before"));
    }

    fn run(&self, program: &Path) {
        let mut command = Command::new("sh");
        command.args(["-c", SUPERVISOR, "sh", self.clock.as_ref().map_or("", MovableClock::library)]);
        if let Some(clock) = &self.clock {
            clock.show(&mut command);
        }
        let supervisor = command
            .arg(program)
            .args(["--bind", "127.0.0.1", "--port", &self.port.to_string(), "--databases", &DATABASES.to_string()])
            .args(["--save", "", "--appendonly", "no", "--dir"])
            .arg(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell starts");
        *self.supervisor() = Some(supervisor);
        let started = Instant::now();
        while !self.answers() {
            assert!(started.elapsed() < START_TIMEOUT, "the private Redis does not answer after {START_TIMEOUT:?}");
            std::thread::sleep(LOOK_INTERVAL);
        }
    }

    fn supervisor(&self) -> MutexGuard<'_, Option<Child>> {
        self.supervisor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answers(&self) -> bool {
        let ask = || -> std::io::Result<bool> {
            let mut connection = TcpStream::connect(("127.0.0.1", self.port))?;
            connection.set_read_timeout(Some(START_TIMEOUT))?;
            connection.write_all(b"PING\r\n")?;
            let mut answer = [0; 5];
            connection.read_exact(&mut answer)?;
            Ok(&answer == b"+PONG")
        };
        ask().unwrap_or(false)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let extra = ["/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin"].map(PathBuf::from);
    std::env::split_paths(&path).chain(extra).map(|folder| folder.join("redis-server")).find(|file| file.is_file())
}
