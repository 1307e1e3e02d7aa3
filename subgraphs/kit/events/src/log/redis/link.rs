//! The way to the server.

use std::sync::{Arc, Mutex, PoisonError};

use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Cmd, Pipeline, RedisError, RedisFuture, RedisResult, Value};

use super::ANSWER_TIME_MAX;

/// A connection that is given up when the server leaves a command without an answer. The driver makes a new one when a
/// connection ends; one that stands still without an end, as behind a network that has forgotten it, it would use for
/// ever.
#[derive(Clone)]
pub(super) struct Link {
    client: Client,
    current: Arc<Mutex<Numbered>>,
}

/// The connection in use, and how many there were before.
#[derive(Clone)]
struct Numbered {
    number: u64,
    connection: ConnectionManager,
}

impl Link {
    /// A way to the server of this client. Connects when it is first used.
    pub(super) fn new(client: Client) -> RedisResult<Self> {
        let connection = manager(&client)?;
        Ok(Self { client, current: Arc::new(Mutex::new(Numbered { number: 0, connection })) })
    }

    fn current(&self) -> Numbered {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Gives the connection up if it left a command without an answer, unless somebody else has done so already.
    fn judge(&self, used: u64, error: &RedisError) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if !error.is_timeout() || current.number != used {
            return;
        }
        match manager(&self.client) {
            Ok(connection) => *current = Numbered { number: used + 1, connection },
            Err(error) => tracing::error!(%error, "there is no other connection to the event log"),
        }
    }
}

fn manager(client: &Client) -> RedisResult<ConnectionManager> {
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(ANSWER_TIME_MAX))
        .set_response_timeout(Some(ANSWER_TIME_MAX))
        .set_number_of_retries(1);
    ConnectionManager::new_lazy_with_config(client.clone(), config)
}

impl ConnectionLike for Link {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        Box::pin(async move {
            let Numbered { number, mut connection } = self.current();
            connection.req_packed_command(command).await.inspect_err(|error| self.judge(number, error))
        })
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        commands: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        Box::pin(async move {
            let Numbered { number, mut connection } = self.current();
            let answered = connection.req_packed_commands(commands, offset, count).await;
            answered.inspect_err(|error| self.judge(number, error))
        })
    }

    fn get_db(&self) -> i64 {
        self.current().connection.get_db()
    }
}
