//! A private MariaDB server for one test process.

mod server;
mod template;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use secrecy::SecretString;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlSslMode};
use sqlx::{AssertSqlSafe, Connection};

use server::Server;

/// A running server. Get it from [`MariaDb::shared`].
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
        SHARED.get_or_init(Self::start).as_ref()
    }

    fn start() -> Result<Self, NotInstalled> {
        let programs = Programs::find()?;
        let template = template::prepared(&programs);
        Ok(Self { server: Server::start(&programs, &template), schemas: AtomicU32::new(0) })
    }

    /// Makes an empty schema with a user that may do everything in it and nothing elsewhere (P2).
    ///
    /// Returns its address, `mysql://user:password@127.0.0.1:port/schema`.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn new_schema(&self) -> SecretString {
        let name = format!("test_{}", self.schemas.fetch_add(1, Ordering::Relaxed));
        let options =
            MySqlConnectOptions::new().socket(self.server.socket()).username("root").ssl_mode(MySqlSslMode::Disabled);
        let mut connection =
            MySqlConnection::connect_with(&options).await.expect("the private MariaDB lets its administrator in");
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
