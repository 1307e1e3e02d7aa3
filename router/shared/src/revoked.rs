//! Sessions that have ended, as anybody with a Redis server can tell them: a key for each, which lives as long as the session's
//! last token (JWT-27, JWT-28).
//!
//! No request waits for the server. The router reads all keys again and again, and looks one up at once when somebody
//! announces it; in between it knows what it has read. Of a server that is silent for too long it is unsure, and the settings
//! say what that means.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::{Stream, StreamExt};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Msg, RedisResult};
use router_server::RevokedSessions;
use router_server::configuration::IssuerSettings;
use tokio::task::AbortHandle;

use crate::RedisAddress;

/// The longest wait for a connection, or for an answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);
/// How long a router that starts waits until it is sure of all sessions.
const FIRST_READ_TIME_MAX: Duration = Duration::from_secs(5);
/// The pause after a failure.
const RETRY_PAUSE: Duration = Duration::from_secs(1);
/// Keys read at once.
const BATCH: usize = 1_000;
/// The longest id of a session that is looked up.
const SESSION_BYTES_MAX: usize = 512;
/// What Redis says of a key that does not expire.
const WITHOUT_END: i64 = -1;

/// Reads one issuer's ended sessions as long as it lives.
pub struct RedisRevocations {
    sessions: Arc<RevokedSessions>,
    reading: AbortHandle,
}

impl RedisRevocations {
    /// The sessions that the keys at this address name, by the issuer's settings. A server that is not there is looked for,
    /// and is no error: the router is unsure until then.
    pub async fn follow(address: &RedisAddress, issuer: &IssuerSettings) -> Self {
        let sessions = Arc::new(RevokedSessions::new(issuer));
        let (first, read) = tokio::sync::oneshot::channel();
        let reader = Reader {
            client: address.0.clone(),
            prefix: issuer.revocation.redis_key_prefix.clone(),
            interval: Duration::from_millis(issuer.revocation.redis_poll_ms),
            lifetime: issuer.lifetime_seconds_max,
            sessions: Arc::clone(&sessions),
            first: Some(first),
        };
        let reading = tokio::spawn(reader.read_on()).abort_handle();
        if tokio::time::timeout(FIRST_READ_TIME_MAX, read).await.is_err() {
            tracing::warn!(issuer = issuer.issuer, "the Redis server of ended sessions does not answer");
        }
        Self { sessions, reading }
    }

    /// What was read, for the router.
    #[must_use]
    pub fn sessions(&self) -> Arc<RevokedSessions> {
        Arc::clone(&self.sessions)
    }
}

impl Drop for RedisRevocations {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

impl fmt::Debug for RedisRevocations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RedisRevocations")
    }
}

struct Reader {
    client: Client,
    prefix: String,
    interval: Duration,
    /// How long a token lives at most, in seconds: so long counts a key that does not expire, each time that it is read.
    lifetime: u64,
    sessions: Arc<RevokedSessions>,
    /// Told once everything has been read.
    first: Option<tokio::sync::oneshot::Sender<()>>,
}

impl Reader {
    async fn read_on(mut self) {
        let mut is_failing = false;
        loop {
            let Err(error) = self.read_while_it_answers(&mut is_failing).await;
            if !is_failing {
                tracing::warn!(%error, "ended sessions cannot be read from the Redis server; trying again");
                is_failing = true;
            }
            tokio::time::sleep(RETRY_PAUSE).await;
        }
    }

    async fn read_while_it_answers(&mut self, is_failing: &mut bool) -> RedisResult<std::convert::Infallible> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(ANSWER_TIME_MAX))
            .set_response_timeout(Some(ANSWER_TIME_MAX));
        let mut connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        // Before the first look, so that nothing that is announced meanwhile is missed.
        let mut announced = std::pin::pin!(self.announcements().await?);
        loop {
            self.read_all(&mut connection).await?;
            self.sessions.heard();
            *is_failing = false;
            if let Some(first) = self.first.take() {
                // Whoever started the router may have stopped waiting.
                let _ = first.send(());
            }
            let next = tokio::time::sleep(self.interval);
            let mut next = std::pin::pin!(next);
            loop {
                tokio::select! {
                    () = &mut next => break,
                    message = announced.next() => match message {
                        Some(message) => self.look_up(&mut connection, &message).await?,
                        // The keys are read all the same; the next failure connects anew.
                        None => break next.await,
                    },
                }
            }
        }
    }

    /// Who publishes a session's id on the channel of the prefix's name is heard at once.
    async fn announcements(&self) -> RedisResult<impl Stream<Item = Msg> + use<>> {
        let timeout = |_| redis::RedisError::from((redis::ErrorKind::Io, "the server does not answer"));
        let connecting = tokio::time::timeout(ANSWER_TIME_MAX, self.client.get_async_pubsub());
        let mut channel = connecting.await.map_err(timeout)??;
        tokio::time::timeout(ANSWER_TIME_MAX, channel.subscribe(&self.prefix)).await.map_err(timeout)??;
        Ok(channel.into_on_message())
    }

    async fn read_all(&self, connection: &mut MultiplexedConnection) -> RedisResult<()> {
        let mut cursor = 0_u64;
        loop {
            let mut scan = redis::cmd("SCAN");
            scan.arg(cursor).arg("MATCH").arg(format!("{}*", self.prefix)).arg("COUNT").arg(BATCH);
            let (next, keys): (u64, Vec<Vec<u8>>) = scan.query_async(connection).await?;
            self.read(connection, &keys).await?;
            if next == 0 {
                return Ok(());
            }
            cursor = next;
        }
    }

    async fn look_up(&self, connection: &mut MultiplexedConnection, message: &Msg) -> RedisResult<()> {
        let session = message.get_payload_bytes();
        if session.is_empty() || session.len() > SESSION_BYTES_MAX {
            return Ok(());
        }
        self.read(connection, &[[self.prefix.as_bytes(), session].concat()]).await
    }

    async fn read(&self, connection: &mut MultiplexedConnection, keys: &[Vec<u8>]) -> RedisResult<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut asked = redis::pipe();
        for key in keys {
            asked.cmd("PTTL").arg(key);
        }
        let lives: Vec<i64> = asked.query_async(connection).await?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        for (key, milliseconds) in keys.iter().zip(lives) {
            // A token's `sid` is text; a key that is none can be nobody's.
            let Some(session) = std::str::from_utf8(key).ok().and_then(|key| key.strip_prefix(&self.prefix)) else {
                continue;
            };
            let seconds = match milliseconds {
                WITHOUT_END => self.lifetime,
                left => u64::try_from(left).unwrap_or_default().div_ceil(1000),
            };
            if seconds > 0 && session.len() <= SESSION_BYTES_MAX {
                self.sessions.revoke(session, now + seconds);
            }
        }
        Ok(())
    }
}
