//! Registered operations in a database: SQLite for the processes of one host, MySQL or MariaDB for several.
//!
//! Two tables, which the store makes itself where they are missing: the operations, and one row that counts the changes.
//! Every change begins by counting itself, so that writers take turns; what is read is read at one moment. Names, ids and
//! texts are kept as bytes, which no collation takes for others.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::mysql::{MySqlConnectOptions, MySqlPool, MySqlPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};

use crate::{
    ClientName, OperationSet, Published, RegisteredOperation, RegistryError, RegistryStore, Snapshot, Version,
};

const CONNECTIONS_MAX: u32 = 4;
/// The longest wait for a connection, or for a writer of SQLite.
const PATIENCE: Duration = Duration::from_secs(10);

const CREATE_OPERATIONS: &str = "CREATE TABLE IF NOT EXISTS registered_operations (client VARBINARY(64) NOT NULL, \
     id VARBINARY(128) NOT NULL, name MEDIUMBLOB NULL, text MEDIUMBLOB NOT NULL, PRIMARY KEY (client, id))";
const CREATE_CHANGES: &str = "CREATE TABLE IF NOT EXISTS registered_operations_changes (id BIGINT NOT NULL PRIMARY KEY, \
     changes BIGINT NOT NULL)";
const BEGIN_COUNTING_SQLITE: &str = "INSERT OR IGNORE INTO registered_operations_changes (id, changes) VALUES (1, 0)";
const BEGIN_COUNTING_MYSQL: &str = "INSERT IGNORE INTO registered_operations_changes (id, changes) VALUES (1, 0)";
const CHANGES: &str = "SELECT changes FROM registered_operations_changes WHERE id = 1";
const COUNT_CHANGE: &str = "UPDATE registered_operations_changes SET changes = changes + 1 WHERE id = 1";
const ALL: &str = "SELECT client, id, name, text FROM registered_operations";
const OF_CLIENT: &str = "SELECT client, id, name, text FROM registered_operations WHERE client = ?";
const INSERT: &str = "INSERT INTO registered_operations (client, id, name, text) VALUES (?, ?, ?, ?)";
const DELETE: &str = "DELETE FROM registered_operations WHERE client = ? AND id = ?";

/// Registered operations in a database.
#[derive(Clone)]
pub struct SqlStore(Pool);

#[derive(Clone)]
enum Pool {
    Sqlite(SqlitePool),
    MySql(MySqlPool),
}

/// The same statements on either engine.
macro_rules! on {
    ($store:expr, |$pool:ident| $work:expr) => {
        match &$store.0 {
            Pool::Sqlite($pool) => $work,
            Pool::MySql($pool) => $work,
        }
    };
}

/// A row: client, id, name, text.
type Row = (Vec<u8>, Vec<u8>, Option<Vec<u8>>, Vec<u8>);

impl SqlStore {
    /// The registry at this address: `mysql://user:password@host/database`, or `sqlite://file`. Whoever may only read opens
    /// one that is there; the first to open it makes its tables.
    ///
    /// # Errors
    /// When the address cannot be understood, or the database cannot be used.
    pub async fn open(url: &str) -> Result<Self, RegistryError> {
        let store = Self(pool(url)?);
        let opened = on!(store, |pool| sqlx::query_scalar::<_, i64>(CHANGES).fetch_optional(pool).await);
        match opened {
            Ok(Some(_)) => {}
            // The tables are missing, or the row in one of them.
            Ok(None) | Err(sqlx::Error::Database(_)) => store.create().await.map_err(failed)?,
            Err(error) => return Err(failed(error)),
        }
        Ok(store)
    }

    async fn create(&self) -> Result<(), sqlx::Error> {
        on!(self, |pool| {
            sqlx::query(CREATE_OPERATIONS).execute(pool).await?;
            sqlx::query(CREATE_CHANGES).execute(pool).await?;
        });
        match &self.0 {
            Pool::Sqlite(pool) => sqlx::query(BEGIN_COUNTING_SQLITE).execute(pool).await.map(|_| ()),
            Pool::MySql(pool) => sqlx::query(BEGIN_COUNTING_MYSQL).execute(pool).await.map(|_| ()),
        }
    }

    async fn load_rows(&self) -> Result<(i64, Vec<Row>), sqlx::Error> {
        on!(self, |pool| {
            let mut transaction = pool.begin().await?;
            let changes = sqlx::query_scalar(CHANGES).fetch_one(&mut *transaction).await?;
            let rows = sqlx::query_as(ALL).fetch_all(&mut *transaction).await?;
            transaction.commit().await?;
            Ok((changes, rows))
        })
    }
}

#[async_trait]
impl RegistryStore for SqlStore {
    async fn version(&self) -> Result<Version, RegistryError> {
        let changes = on!(self, |pool| sqlx::query_scalar(CHANGES).fetch_one(pool).await);
        changes.map(version).map_err(failed)
    }

    async fn load(&self) -> Result<Snapshot, RegistryError> {
        let (changes, rows) = self.load_rows().await.map_err(failed)?;
        let mut clients: BTreeMap<ClientName, OperationSet> = BTreeMap::new();
        for row in rows {
            let (client, operation) = read(row)?;
            clients.entry(client).or_default().add(operation).map_err(|error| corrupt(&error))?;
        }
        let clients = clients.into_iter().map(|(client, operations)| (client, Arc::new(operations))).collect();
        Ok(Snapshot { version: version(changes), clients })
    }

    async fn publish(
        &self,
        client: &ClientName,
        operations: Vec<RegisteredOperation>,
    ) -> Result<Published, RegistryError> {
        let mut published = Published::default();
        on!(self, |pool| {
            let mut transaction = pool.begin().await.map_err(failed)?;
            sqlx::query(COUNT_CHANGE).execute(&mut *transaction).await.map_err(failed)?;
            let rows = sqlx::query_as(OF_CLIENT).bind(client.as_str().as_bytes()).fetch_all(&mut *transaction).await;
            let mut known = OperationSet::default();
            for row in rows.map_err(failed)? {
                known.add(read(row)?.1).map_err(|error| corrupt(&error))?;
            }
            for operation in operations {
                if !known.add(operation.clone())? {
                    published.known += 1;
                    continue;
                }
                published.added += 1;
                sqlx::query(INSERT)
                    .bind(client.as_str().as_bytes())
                    .bind(operation.id.as_bytes())
                    .bind(operation.name.as_deref().map(str::as_bytes))
                    .bind(operation.text.as_bytes())
                    .execute(&mut *transaction)
                    .await
                    .map_err(failed)?;
            }
            transaction.commit().await.map_err(failed)?;
        });
        Ok(published)
    }

    async fn revoke(&self, client: &ClientName, ids: &[String]) -> Result<Vec<String>, RegistryError> {
        let mut revoked = Vec::new();
        on!(self, |pool| {
            let mut transaction = pool.begin().await.map_err(failed)?;
            sqlx::query(COUNT_CHANGE).execute(&mut *transaction).await.map_err(failed)?;
            for id in ids {
                let deleted = sqlx::query(DELETE)
                    .bind(client.as_str().as_bytes())
                    .bind(id.as_bytes())
                    .execute(&mut *transaction)
                    .await
                    .map_err(failed)?;
                if deleted.rows_affected() > 0 {
                    revoked.push(id.clone());
                }
            }
            transaction.commit().await.map_err(failed)?;
        });
        Ok(revoked)
    }
}

/// The address may hold a password.
impl fmt::Debug for SqlStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.0 {
            Pool::Sqlite(_) => "SqlStore(SQLite)",
            Pool::MySql(_) => "SqlStore(MySQL)",
        })
    }
}

fn pool(url: &str) -> Result<Pool, RegistryError> {
    if url.starts_with("mysql://") {
        let options = MySqlConnectOptions::from_str(url).map_err(failed)?;
        let pool = MySqlPoolOptions::new().max_connections(CONNECTIONS_MAX).acquire_timeout(PATIENCE);
        return Ok(Pool::MySql(pool.connect_lazy_with(options)));
    }
    if url.starts_with("sqlite://") {
        let options = SqliteConnectOptions::from_str(url).map_err(failed)?;
        let options = options.create_if_missing(true).journal_mode(SqliteJournalMode::Wal).busy_timeout(PATIENCE);
        let pool = SqlitePoolOptions::new().max_connections(CONNECTIONS_MAX).acquire_timeout(PATIENCE);
        return Ok(Pool::Sqlite(pool.connect_lazy_with(options)));
    }
    Err(RegistryError::Unavailable {
        place: PLACE.to_owned(),
        reason: "the address begins neither with mysql:// nor with sqlite://".to_owned(),
        remedy: "write it like mysql://user:password@host:3306/database",
    })
}

/// The address stays out of errors: it may hold a password.
const PLACE: &str = "the registry's database";

fn version(changes: i64) -> Version {
    Version(changes.to_string())
}

fn read((client, id, name, text): Row) -> Result<(ClientName, RegisteredOperation), RegistryError> {
    let utf8 = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|error| corrupt(&error));
    let client = ClientName::parse(&utf8(client)?).map_err(|error| corrupt(&error))?;
    let name = name.map(utf8).transpose()?;
    Ok((client, RegisteredOperation { id: utf8(id)?.into(), name, text: utf8(text)?.into() }))
}

#[expect(clippy::needless_pass_by_value, reason = "it maps errors")]
fn failed(error: sqlx::Error) -> RegistryError {
    RegistryError::Unavailable {
        place: PLACE.to_owned(),
        reason: error.to_string(),
        remedy: "start it, or correct its address and what its user may do",
    }
}

fn corrupt(reason: &dyn fmt::Display) -> RegistryError {
    RegistryError::Corrupt { place: PLACE.to_owned(), reason: reason.to_string() }
}
