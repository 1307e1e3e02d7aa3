//! A private MariaDB server for one test process, or for one test that mistreats it.

mod server;
mod template;

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use secrecy::SecretString;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlSslMode};
use sqlx::{AssertSqlSafe, Connection};

use server::Server;

use crate::MovableClock;

/// A running server. Get a shared one from [`MariaDb::shared`], and one to mistreat from [`MariaDb::start`].
#[derive(Debug)]
pub struct MariaDb {
    server: Server,
    schemas: AtomicU32,
}

/// MariaDB is not on this machine.
#[derive(Debug)]
pub struct NotInstalled {
    program: &'static str,
}

impl fmt::Display for NotInstalled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` is not installed (Debian and Ubuntu: apt-get install mariadb-server)", self.program)
    }
}

impl MariaDb {
    /// The server of this process, started at the first call. It ends with the process, also when that is killed.
    ///
    /// # Errors
    /// `NotInstalled` without MariaDB on the machine.
    ///
    /// # Panics
    /// When the server is there but does not start; the message quotes its log.
    pub fn shared() -> Result<&'static Self, &'static NotInstalled> {
        static SHARED: OnceLock<Result<MariaDb, NotInstalled>> = OnceLock::new();
        SHARED.get_or_init(|| Self::set_up(false, None)).as_ref()
    }

    /// A server of one's own, whose commits outlive its death. It ends with what is returned here.
    ///
    /// # Errors
    /// [`NotInstalled`] without MariaDB on the machine.
    ///
    /// # Panics
    /// When the server is there but does not start; the message quotes its log.
    pub fn start() -> Result<Self, NotInstalled> {
        Self::set_up(true, None)
    }

    /// The same, on a machine whose clock the test moves.
    ///
    /// # Errors
    /// As [`MariaDb::start`].
    ///
    /// # Panics
    /// As [`MariaDb::start`].
    pub fn start_at(clock: &MovableClock) -> Result<Self, NotInstalled> {
        Self::set_up(true, Some(clock))
    }

    fn set_up(is_lasting: bool, clock: Option<&MovableClock>) -> Result<Self, NotInstalled> {
        let programs = Programs::find()?;
        let template = template::prepared(&programs);
        let server = Server::start(&programs, &template, is_lasting, clock);
        Ok(Self { server, schemas: AtomicU32::new(0) })
    }

    /// Kills the server, as `kill -9` does.
    pub fn kill(&self) {
        self.server.kill();
    }

    /// Starts the server again at the same address, on what it has kept.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_again(&self) {
        self.server.start_again();
    }

    /// Lets no file of the server grow beyond so many bytes, as a full disk would; without a number, as far as it likes.
    /// Its redo log has 16 MiB from the beginning.
    ///
    /// # Panics
    /// When the machine has no `prlimit` (util-linux).
    pub fn limit_files(&self, bytes_max: Option<u64>) {
        // The soft limit only: who is no administrator could not raise the hard one again.
        let limit = format!("--fsize={}:", bytes_max.map_or("unlimited".to_owned(), |bytes| bytes.to_string()));
        let limited = Command::new("prlimit").args(["--pid", &self.server.process(), &limit]).status();
        assert!(limited.expect("prlimit is installed (util-linux)").success(), "the server's files are limited");
    }

    /// Has the server's administrator say something.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn administrate(&self, statements: &'static str) {
        let mut connection = self.administrator().await;
        sqlx::raw_sql(statements).execute(&mut connection).await.expect("the private MariaDB obeys");
    }

    async fn administrator(&self) -> MySqlConnection {
        let options =
            MySqlConnectOptions::new().socket(self.server.socket()).username("root").ssl_mode(MySqlSslMode::Disabled);
        MySqlConnection::connect_with(&options).await.expect("the private MariaDB lets its administrator in")
    }

    /// Makes an empty schema with a user that may do everything in it and nothing elsewhere (P2).
    ///
    /// Returns its address, `mysql://user:password@127.0.0.1:port/schema`.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn new_schema(&self) -> SecretString {
        let name = format!("test_{}", self.schemas.fetch_add(1, Ordering::Relaxed));
        let mut connection = self.administrator().await;
        let statements = format!(
            "CREATE DATABASE {name} CHARACTER SET utf8mb4;
             CREATE USER {name}@'127.0.0.1' IDENTIFIED BY '{name}';
             GRANT ALL PRIVILEGES ON {name}.* TO {name}@'127.0.0.1'"
        );
        sqlx::raw_sql(AssertSqlSafe(statements))
            .execute(&mut connection)
            .await
            .expect("the private MariaDB makes a schema");
        let port = self.server.port();
        SecretString::from(format!("mysql://{name}:{name}@127.0.0.1:{port}/{name}?ssl-mode=DISABLED"))
    }
}

/// The programs of a MariaDB installation.
#[derive(Debug)]
struct Programs {
    server: PathBuf,
    installer: PathBuf,
}

impl Programs {
    fn find() -> Result<Self, NotInstalled> {
        Ok(Self { server: find("mariadbd")?, installer: find("mariadb-install-db")? })
    }
}

/// Looks in the search path, and where distributions put servers that ordinary users do not have in theirs.
fn find(program: &'static str) -> Result<PathBuf, NotInstalled> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let extra = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"].map(PathBuf::from);
    std::env::split_paths(&path)
        .chain(extra)
        .map(|folder| folder.join(program))
        .find(|file: &PathBuf| Path::is_file(file))
        .ok_or(NotInstalled { program })
}
