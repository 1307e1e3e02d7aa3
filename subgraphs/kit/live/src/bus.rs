//! What the subgraphs of a process share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use redis::Client;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use crate::LiveFeed;
use crate::redis::connect;
use crate::topics::Topics;

/// The address of the bus cannot be understood.
#[derive(Debug, Error)]
#[error("the address of live messages cannot be understood: {0}")]
pub struct LiveBusError(#[from] redis::RedisError);

/// Carries live messages between the replicas of each subgraph. Clones share everything.
#[derive(Debug, Clone, Default)]
pub struct LiveBus {
    client: Option<Client>,
    feeds: Arc<Mutex<HashMap<&'static str, LiveFeed>>>,
}

impl LiveBus {
    /// Within this process: for subgraphs with one replica.
    #[must_use]
    pub fn in_process() -> Self {
        Self::default()
    }

    /// Over the Redis server at `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS: for subgraphs
    /// with several replicas. Connects when a subgraph first wants to be heard, and again whenever the connection was
    /// lost.
    ///
    /// # Errors
    /// [`LiveBusError`] when the address cannot be understood.
    pub fn over_redis(url: &SecretString) -> Result<Self, LiveBusError> {
        Ok(Self { client: Some(Client::open(url.expose_secret())?), feeds: Arc::default() })
    }

    /// The part of one subgraph; always the same one. Over Redis it must be asked for within a Tokio runtime.
    #[must_use]
    pub fn feed(&self, subgraph: &'static str) -> LiveFeed {
        let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        let open = || {
            let topics = Arc::new(Topics::default());
            let announcer = self.client.as_ref().map(|client| connect(client.clone(), subgraph, &topics));
            LiveFeed::new(topics, announcer)
        };
        feeds.entry(subgraph).or_insert_with(open).clone()
    }
}
