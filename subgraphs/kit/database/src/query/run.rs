//! Running a statement on whichever engine and connection it is meant for.

use std::borrow::Cow;
use std::time::Instant;

use sqlx::mysql::{MySql, MySqlArguments};
use sqlx::sqlite::{Sqlite, SqliteArguments};
use sqlx::{Arguments, AssertSqlSafe, Executor};
use tracing::Instrument;

use super::{Query, Target};
use crate::engine::Pools;
use crate::mysql_session::MySqlSession;
use crate::statement::note_wait;
use crate::transaction::OpenTransaction;
use crate::{Database, DatabaseError, Engine, Row, Value, error};

/// What the caller wants back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    All,
    First,
    Execute,
}

/// What came back.
#[derive(Default)]
pub(super) struct Answer {
    pub(super) rows: Vec<Row>,
    pub(super) affected: u64,
}

/// A statement without its target.
struct Text {
    sql: Cow<'static, str>,
    values: Vec<Value>,
    mode: Mode,
}

impl Query<'_> {
    pub(super) async fn run(self, mode: Mode) -> Result<Answer, DatabaseError> {
        let Query { target, mut sql, values, locking, fault } = self;
        let in_transaction = matches!(target, Target::Transaction(_));
        if let Some(reason) = fault {
            return Err(DatabaseError::Misuse { reason, statement: sql.into_owned() });
        }
        if locking && !in_transaction {
            let reason = "rows can only be locked in a transaction".to_owned();
            return Err(DatabaseError::Misuse { reason, statement: sql.into_owned() });
        }
        if let Target::Transaction(transaction) = &target {
            transaction.check_open()?;
        }
        let database = match &target {
            Target::Database(database) => (*database).clone(),
            Target::Transaction(transaction) => transaction.database().clone(),
        };
        if locking && database.engine() == Engine::MySql {
            sql.to_mut().push_str(" FOR UPDATE");
        }
        let statement = sql.clone();
        let observation = database.statements().begin(&database, &statement);
        // On the heap: the driver's future is deep and large, and would stand in that of everyone who runs a statement.
        let work = Box::pin(on_target(target, &database, Text { sql, values, mode }));
        let answer = work.instrument(observation.span()).await;
        observation.end(answer.as_ref().map(|answer| answer.rows.len()));
        answer
    }
}

async fn on_target(target: Target<'_>, database: &Database, text: Text) -> Result<Answer, DatabaseError> {
    match target {
        Target::Database(_) => limited(on_pool(database.pools(), text), database).await,
        Target::Transaction(transaction) => {
            let answer = match transaction.open() {
                OpenTransaction::Sqlite(connection) => limited(on_sqlite(&mut **connection, text), database).await,
                OpenTransaction::MySql(session) => limited(on_session(session, text), database).await,
            };
            if answer.as_ref().is_err_and(DatabaseError::ends_transaction) {
                transaction.end();
            }
            answer
        }
    }
}

async fn on_pool(pools: &Pools, text: Text) -> Result<Answer, Failure> {
    let begin = Instant::now();
    match pools {
        Pools::Sqlite { writer, readers, .. } => {
            let pool = if text.mode == Mode::Execute { writer } else { readers };
            let connection = pool.acquire().await;
            note_wait(begin);
            match connection {
                Ok(mut connection) => on_sqlite(&mut *connection, text).await,
                Err(error) => Err(Failure { error, statement: text.sql }),
            }
        }
        Pools::MySql(pool) => {
            let session = MySqlSession::acquire(pool).await;
            note_wait(begin);
            match session {
                Ok(mut session) => on_session(&mut session, text).await,
                Err(error) => Err(Failure { error, statement: text.sql }),
            }
        }
    }
}

async fn on_session(session: &mut MySqlSession, text: Text) -> Result<Answer, Failure> {
    let answer = on_mysql(session.begin(), text).await;
    session.end(answer.as_ref().err().map(|failure| &failure.error));
    answer
}

/// A driver's error with the text of the statement it came from.
struct Failure {
    error: sqlx::Error,
    statement: Cow<'static, str>,
}

macro_rules! on_engine {
    ($name:ident, $engine:ty, $arguments:ty) => {
        async fn $name<'c, E>(executor: E, text: Text) -> Result<Answer, Failure>
        where
            E: Executor<'c, Database = $engine>,
        {
            let Text { sql, values, mode } = text;
            let statement = sql.clone();
            let run = async {
                let mut arguments = <$arguments>::default();
                for value in values {
                    match value {
                        Value::Null => arguments.add(None::<i64>),
                        Value::Integer(value) => arguments.add(value),
                        Value::Real(value) => arguments.add(value),
                        Value::Text(value) => arguments.add(value),
                        Value::Bytes(value) => arguments.add(value),
                    }
                    .map_err(sqlx::Error::Encode)?;
                }
                let query = sqlx::query_with(AssertSqlSafe(sql), arguments);
                Ok(match mode {
                    Mode::All => {
                        let rows = query.fetch_all(executor).await?;
                        Answer { rows: rows.into_iter().map(Row::from).collect(), affected: 0 }
                    }
                    Mode::First => {
                        let row = query.fetch_optional(executor).await?;
                        Answer { rows: row.map(Row::from).into_iter().collect(), affected: 0 }
                    }
                    Mode::Execute => {
                        Answer { rows: Vec::new(), affected: query.execute(executor).await?.rows_affected() }
                    }
                })
            };
            run.await.map_err(|error| Failure { error, statement })
        }
    };
}
on_engine!(on_sqlite, Sqlite, SqliteArguments);
on_engine!(on_mysql, MySql, MySqlArguments);

/// Waits for the answer as long as a statement may take, and turns the driver's error into ours.
///
/// A statement that is given up goes on in the engine until it notices; its connection is not used before that, or, on
/// MySQL, never again.
async fn limited(
    work: impl Future<Output = Result<Answer, Failure>>,
    database: &Database,
) -> Result<Answer, DatabaseError> {
    let limit = database.statement_timeout();
    match tokio::time::timeout(limit, work).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(failure)) => Err(named(failure, database).await),
        Err(_) => Err(DatabaseError::Timeout { limit_ms: limit.as_millis() }),
    }
}

/// Our error, with the name of the constraint where SQLite only says its columns.
async fn named(failure: Failure, database: &Database) -> DatabaseError {
    let Failure { error, statement } = failure;
    match (error::classify(error, database.subgraph(), &statement), database.pools()) {
        (DatabaseError::Unique { constraint }, Pools::Sqlite { readers, .. }) if constraint.contains('.') => {
            let constraint = database.constraint_names().name_of(constraint, readers).await;
            DatabaseError::Unique { constraint }
        }
        (error, _) => error,
    }
}
