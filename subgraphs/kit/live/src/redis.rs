//! Live messages between replicas: Redis' own publish and subscribe, a channel for each subgraph.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands, AsyncConnectionConfig, Client, RedisError, RedisResult};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use ulid::Ulid;

use crate::topics::Topics;

/// Messages that wait for the server. Beyond it they are lost: they would come too late.
const WAITING_MAX: usize = 1_024;
/// Longest wait for a connection and for an answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(2);
/// Longest silence of a server that is there: replicas say something three times as often.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// How long a listener of a lost server waits before it tries again.
const PAUSE: Duration = Duration::from_millis(500);

/// What one replica says to the others. Which one says so: it has told its own listeners already.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Announcement {
    /// A message.
    Message { replica: String, topic: String, message: Value },
    /// Messages before this have not come through: those who listen cannot know what they have missed.
    Loss { lost_by: String },
}

impl Announcement {
    fn text(&self) -> String {
        serde_json::to_string(self).expect("invariant: text and JSON can be written as JSON")
    }
}

/// Tells the other replicas of a subgraph.
#[derive(Debug, Clone)]
pub(crate) struct Announcer {
    replica: Arc<str>,
    waiting: mpsc::Sender<String>,
    has_lost: Arc<AtomicBool>,
}

impl Announcer {
    pub(crate) fn announce(&self, topic: &str, message: &Value) {
        let (replica, topic) = (self.replica.to_string(), topic.to_owned());
        let announcement = Announcement::Message { replica, topic, message: message.clone() };
        if let Err(TrySendError::Full(_)) = self.waiting.try_send(announcement.text()) {
            tracing::warn!("a live message is lost: the server of live messages does not keep up");
            self.has_lost.store(true, Ordering::SeqCst);
        }
    }
}

/// Begins to tell and to hear. Both end when the feed is gone.
pub(crate) fn connect(client: Client, subgraph: &'static str, topics: &Arc<Topics>) -> Announcer {
    // Channels know nothing of databases: without its number, products that share a server would hear one another.
    let database = client.get_connection_info().redis_settings().db();
    let channel = format!("live:{database}:{subgraph}");
    let replica: Arc<str> = Ulid::generate().to_string().into();
    let (waiting, announcements) = mpsc::channel(WAITING_MAX);
    let announcer = Announcer { replica: Arc::clone(&replica), waiting, has_lost: Arc::default() };
    let has_lost = Arc::clone(&announcer.has_lost);
    tokio::spawn(announce(client.clone(), channel.clone(), Arc::clone(&replica), announcements, has_lost));
    tokio::spawn(hear(client, channel, replica, Arc::downgrade(topics)));
    announcer
}

/// Publishes what is announced, and now and then nothing at all, so that listeners know that they would hear. After a
/// loss the next thing that it says is that there was one.
async fn announce(
    client: Client,
    channel: String,
    replica: Arc<str>,
    mut announcements: mpsc::Receiver<String>,
    has_lost: Arc<AtomicBool>,
) {
    let mut connection = None;
    loop {
        let silence_max = if has_lost.load(Ordering::SeqCst) { PAUSE } else { SILENCE_MAX / 3 };
        let announcement = match tokio::time::timeout(silence_max, announcements.recv()).await {
            Ok(Some(announcement)) => announcement,
            Ok(None) => return,
            Err(_silence) => String::new(),
        };
        let published = async {
            if has_lost.swap(false, Ordering::SeqCst) {
                let loss = Announcement::Loss { lost_by: replica.to_string() };
                publish(&client, &mut connection, &channel, loss.text()).await?;
            }
            publish(&client, &mut connection, &channel, announcement).await
        };
        if let Err(error) = published.await {
            tracing::warn!(%error, channel, "a live message is lost: the server of live messages cannot be reached");
            has_lost.store(true, Ordering::SeqCst);
            // One that stands still would do so for ever.
            connection = None;
        }
    }
}

async fn publish(
    client: &Client,
    connection: &mut Option<MultiplexedConnection>,
    channel: &str,
    announcement: String,
) -> RedisResult<()> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(ANSWER_TIME_MAX))
        .set_response_timeout(Some(ANSWER_TIME_MAX));
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(client.get_multiplexed_async_connection_with_config(&config).await?),
    };
    connection.publish(channel, announcement).await
}

async fn hear(client: Client, channel: String, replica: Arc<str>, topics: Weak<Topics>) {
    while topics.strong_count() > 0 {
        if let Err(error) = follow(&client, &channel, &replica, &topics).await {
            tracing::warn!(%error, channel, "live messages of other replicas cannot be heard; trying again");
        }
        let Some(topics) = topics.upgrade() else { return };
        topics.interrupt();
        drop(topics);
        tokio::time::sleep(PAUSE).await;
    }
}

/// Passes on what comes until the connection is lost, or nobody is left to hear it.
async fn follow(client: &Client, channel: &str, replica: &str, topics: &Weak<Topics>) -> RedisResult<()> {
    let subscribed = async {
        let mut listening = client.get_async_pubsub().await?;
        listening.subscribe(channel).await?;
        RedisResult::Ok(listening)
    };
    let listening = tokio::time::timeout(ANSWER_TIME_MAX, subscribed).await.map_err(|_| silent())??;
    // Who began to listen before this moment may have missed something.
    if let Some(topics) = topics.upgrade() {
        topics.interrupt();
    }
    let mut messages = listening.into_on_message();
    while let Some(message) = tokio::time::timeout(SILENCE_MAX, messages.next()).await.map_err(|_| silent())? {
        let Some(topics) = topics.upgrade() else { return Ok(()) };
        let text: String = message.get_payload()?;
        if text.is_empty() {
            continue;
        }
        match serde_json::from_str::<Announcement>(&text) {
            Ok(Announcement::Message { replica: told_by, topic, message }) if told_by != replica => {
                topics.tell(&topic, message);
            }
            Ok(Announcement::Loss { lost_by }) if lost_by != replica => topics.interrupt(),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, channel, "a live message cannot be read"),
        }
    }
    Ok(())
}

/// The server says nothing, and does not say that it is gone.
fn silent() -> RedisError {
    std::io::Error::from(std::io::ErrorKind::TimedOut).into()
}
