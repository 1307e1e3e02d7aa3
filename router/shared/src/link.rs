//! The way to a server that may be slow, or gone.
//!
//! Commands of all requests share one connection. One that is not answered in time has failed; after a few of these in a row
//! the server counts as gone, and nobody waits for it any more until it answers in time again, for which somebody looks
//! beside the requests.

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, RedisResult, Value};
use thiserror::Error;

/// So many commands in a row that are not answered in time, and the server counts as gone.
const FAILURES_MAX: u32 = 3;
/// How long a connection may take to be made, beside the requests.
const CONNECTION_TIME_MAX: Duration = Duration::from_secs(2);
/// The pause between two looks whether the server is there again, at first and at most.
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum Gone {
    /// It was asked, and does not answer in time, or not well.
    #[error("the Redis server does not answer in time")]
    Unanswered,
    /// It counts as gone; it was not asked.
    #[error("the Redis server is gone")]
    Away,
}

/// A way to one server.
#[derive(Clone)]
pub(crate) struct Link(Arc<Shared>);

struct Shared {
    client: Client,
    /// What the log calls it.
    purpose: &'static str,
    answer_time_max: Duration,
    /// What is asked first over each connection.
    greeting: Cmd,
    /// None while the server counts as gone.
    current: RwLock<Option<Numbered>>,
    /// Commands that have failed since the last that was answered.
    failures: AtomicU32,
    /// Connections that were given up since then.
    losses: AtomicU32,
}

/// A connection, and how many there were before: of those that fail at once, one gives it up.
#[derive(Clone)]
struct Numbered {
    number: u64,
    connection: MultiplexedConnection,
}

impl Link {
    /// A way to the server of this client. Looks for it beside the requests; [`Link::wait`] waits until it is found, which it is
    /// when it has answered the greeting.
    pub(crate) fn open(client: Client, purpose: &'static str, answer_time_max: Duration, greeting: Cmd) -> Self {
        let shared = Shared {
            client,
            purpose,
            answer_time_max,
            greeting,
            current: RwLock::new(None),
            failures: AtomicU32::new(0),
            losses: AtomicU32::new(0),
        };
        let link = Self(Arc::new(shared));
        link.look(0, Duration::ZERO);
        link
    }

    /// Waits until the server answers, for at most this long.
    pub(crate) async fn wait(&self, time_max: Duration) {
        let found = async {
            while self.current().is_none() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        if tokio::time::timeout(time_max, found).await.is_err() {
            tracing::warn!(purpose = self.0.purpose, "the Redis server does not answer; going on without it");
        }
    }

    /// Asks the server. Who asks a server that counts as gone does not wait.
    pub(crate) async fn ask<T, F>(&self, ask: impl FnOnce(MultiplexedConnection) -> F) -> Result<T, Gone>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let Numbered { number, connection } = self.current().ok_or(Gone::Away)?;
        match tokio::time::timeout(self.0.answer_time_max, ask(connection)).await {
            Ok(Ok(answer)) => {
                if self.0.failures.load(Ordering::Relaxed) != 0 {
                    self.0.failures.store(0, Ordering::Relaxed);
                    self.0.losses.store(0, Ordering::Relaxed);
                }
                Ok(answer)
            }
            Ok(Err(error)) => {
                let has_ended = error.is_io_error() || error.is_connection_dropped();
                self.failed(number, &error.to_string(), has_ended);
                Err(Gone::Unanswered)
            }
            Err(_elapsed) => {
                self.failed(number, "it is too slow", false);
                Err(Gone::Unanswered)
            }
        }
    }

    /// One failure is none yet, unless the connection has ended.
    fn failed(&self, number: u64, reason: &str, has_ended: bool) {
        if self.0.failures.fetch_add(1, Ordering::Relaxed) + 1 >= FAILURES_MAX || has_ended {
            self.give_up(number, reason);
        }
    }

    fn current(&self) -> Option<Numbered> {
        self.0.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Gives a connection up, unless somebody else has done so, and looks for another one.
    fn give_up(&self, number: u64, reason: &str) {
        let mut current = self.0.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.take_if(|current| current.number == number).is_none() {
            return;
        }
        drop(current);
        tracing::warn!(purpose = self.0.purpose, reason, "going on without the Redis server");
        // The first failure after it was found again is enough.
        self.0.failures.store(FAILURES_MAX - 1, Ordering::Relaxed);
        let losses = self.0.losses.fetch_add(1, Ordering::Relaxed);
        self.look(number + 1, (PAUSE_MIN * (1 << losses.min(8))).min(PAUSE_MAX));
    }

    /// Looks for the server, after a pause, until it answers in time or nobody wants to know any more.
    fn look(&self, number: u64, mut pause: Duration) {
        let weak = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(pause).await;
                let Some(shared) = weak.upgrade() else { return };
                if let Ok(connection) = shared.connect().await {
                    tracing::info!(purpose = shared.purpose, "the Redis server answers");
                    let found = Some(Numbered { number, connection });
                    *shared.current.write().unwrap_or_else(PoisonError::into_inner) = found;
                    return;
                }
                pause = (pause * 2).clamp(PAUSE_MIN, PAUSE_MAX);
            }
        });
    }
}

impl Shared {
    /// A connection over which the server has answered in time.
    async fn connect(&self) -> Result<MultiplexedConnection, Gone> {
        // The answers' time is bounded by those who ask.
        let config =
            AsyncConnectionConfig::new().set_connection_timeout(Some(CONNECTION_TIME_MAX)).set_response_timeout(None);
        let connecting = self.client.get_multiplexed_async_connection_with_config(&config);
        let made = tokio::time::timeout(CONNECTION_TIME_MAX, connecting).await.map_err(|_| Gone::Unanswered)?;
        let mut connection = made.map_err(|error| {
            tracing::debug!(purpose = self.purpose, %error, "the Redis server cannot be reached");
            Gone::Unanswered
        })?;
        let answered = self.greeting.query_async::<Value>(&mut connection);
        match tokio::time::timeout(self.answer_time_max, answered).await {
            Ok(Ok(_)) => Ok(connection),
            _ => Err(Gone::Unanswered),
        }
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Link")
    }
}
