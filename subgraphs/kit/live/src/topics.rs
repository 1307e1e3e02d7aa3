//! Who listens to what in this process.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_util::Stream;
use futures_util::stream::{BoxStream, StreamExt, unfold};
use serde_json::Value;
use thiserror::Error;
use tokio::sync::broadcast::{self, error::RecvError};

/// Messages that wait for a slow listener. More would tell him what is long over.
const WAITING_MAX: usize = 64;

/// Messages have been lost. Whoever listened has to look for what happened meanwhile, and to listen again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("live messages were lost")]
pub struct Interrupted;

/// The messages on a topic, from now on. Ends after an [`Interrupted`].
pub struct LiveMessages(BoxStream<'static, Result<Value, Interrupted>>);

/// The listeners of one subgraph in this process.
#[derive(Debug, Default)]
pub(crate) struct Topics(Mutex<HashMap<String, broadcast::Sender<Value>>>);

impl Topics {
    /// Tells those who listen to the topic here.
    pub(crate) fn tell(&self, topic: &str, message: Value) {
        let mut topics = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_heard = topics.get(topic).is_some_and(|listeners| listeners.send(message).is_ok());
        if !is_heard {
            topics.remove(topic);
        }
    }

    /// Listens to the topic.
    pub(crate) fn listen(self: &Arc<Self>, topic: &str) -> LiveMessages {
        let mut topics = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let listeners = topics.entry(topic.to_owned()).or_insert_with(|| broadcast::Sender::new(WAITING_MAX));
        let listening =
            Listening { receiver: listeners.subscribe(), topics: Arc::clone(self), topic: topic.to_owned() };
        LiveMessages(unfold(Some(listening), next).boxed())
    }

    /// Tells all listeners that something was lost.
    pub(crate) fn interrupt(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn leave(&self, topic: &str) {
        let mut topics = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The one who leaves is still counted.
        if topics.get(topic).is_some_and(|listeners| listeners.receiver_count() <= 1) {
            topics.remove(topic);
        }
    }
}

/// One who listens. Nothing is kept for a topic without listeners.
struct Listening {
    receiver: broadcast::Receiver<Value>,
    topics: Arc<Topics>,
    topic: String,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.topics.leave(&self.topic);
    }
}

async fn next(listening: Option<Listening>) -> Option<(Result<Value, Interrupted>, Option<Listening>)> {
    let mut listening = listening?;
    match listening.receiver.recv().await {
        Ok(message) => Some((Ok(message), Some(listening))),
        Err(RecvError::Lagged(_) | RecvError::Closed) => Some((Err(Interrupted), None)),
    }
}

impl Stream for LiveMessages {
    type Item = Result<Value, Interrupted>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl std::fmt::Debug for LiveMessages {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("LiveMessages")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn topics() -> Arc<Topics> {
        Arc::new(Topics::default())
    }

    /// S3-CHAT-5: a message goes to those who listen to its topic, from when they do.
    #[tokio::test]
    async fn each_topic_has_its_own_listeners() {
        let topics = topics();
        topics.tell("a", json!(0));
        let mut first = topics.listen("a");
        let mut other = topics.listen("b");
        topics.tell("a", json!(1));
        let mut second = topics.listen("a");
        topics.tell("a", json!(2));
        topics.tell("b", json!(3));
        assert_eq!([first.next().await, first.next().await], [Some(Ok(json!(1))), Some(Ok(json!(2)))]);
        assert_eq!(second.next().await, Some(Ok(json!(2))));
        assert_eq!(other.next().await, Some(Ok(json!(3))));
    }

    /// Who is too slow is told so, and does not hear later messages as if nothing had happened.
    #[tokio::test]
    async fn a_slow_listener_is_interrupted() {
        let topics = topics();
        let mut slow = topics.listen("a");
        (0..=WAITING_MAX).for_each(|number| topics.tell("a", json!(number)));
        assert_eq!(slow.next().await, Some(Err(Interrupted)));
        assert_eq!(slow.next().await, None);
    }

    #[tokio::test]
    async fn all_are_interrupted_at_once() {
        let topics = topics();
        let mut listener = topics.listen("a");
        topics.interrupt();
        topics.tell("a", json!(1));
        assert_eq!([listener.next().await, listener.next().await], [Some(Err(Interrupted)), None]);
    }

    /// Nothing is kept for a topic that nobody listens to.
    #[tokio::test]
    async fn a_topic_goes_with_its_last_listener() {
        let topics = topics();
        let (first, second) = (topics.listen("a"), topics.listen("a"));
        drop(first);
        assert_eq!(topics.0.lock().expect("nobody panicked").len(), 1);
        drop(second);
        assert_eq!(topics.0.lock().expect("nobody panicked").len(), 0);
    }
}
