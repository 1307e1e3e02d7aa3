//! One subgraph's part of the bus.

use std::sync::Arc;

use serde_json::Value;

use crate::redis::Announcer;
use crate::topics::{LiveMessages, Topics};

/// What one subgraph tells those who listen to it. Clones share everything.
#[derive(Debug, Clone)]
pub struct LiveFeed {
    topics: Arc<Topics>,
    announcer: Option<Announcer>,
}

impl LiveFeed {
    pub(crate) fn new(topics: Arc<Topics>, announcer: Option<Announcer>) -> Self {
        Self { topics, announcer }
    }

    /// Tells all who listen to the topic, here and on other replicas. Call it when what it tells of has committed.
    pub fn tell(&self, topic: &str, message: Value) {
        if let Some(announcer) = &self.announcer {
            announcer.announce(topic, &message);
        }
        self.topics.tell(topic, message);
    }

    /// Listens to a topic from now on.
    #[must_use]
    pub fn listen(&self, topic: &str) -> LiveMessages {
        self.topics.listen(topic)
    }
}
