//! Tells the router which of identity's sessions have ended, from the event log (domain.md 4.1).
//!
//! A router that starts reads back as far as a token can live.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use identity::RevokedSession;
use kit_events::{Event, EventLog};
use router_server::RevokedSessions;
use router_server::configuration::IssuerSettings;

use crate::following::{Following, Listener, Reader};

/// How long a router that starts waits until it is sure of all sessions; then it serves, and refuses what it is unsure of.
const FIRST_READ_TIME_MAX: Duration = Duration::from_secs(5);

/// Reads the log as long as it lives.
#[derive(Debug)]
pub struct Revocations {
    issuer: String,
    sessions: Arc<RevokedSessions>,
    _following: Following,
}

impl Revocations {
    /// The ended sessions of the platform's own issuer. A log that cannot be read yet is no error: the router is unsure then,
    /// and says so.
    pub async fn follow(issuer: &IssuerSettings, log: Arc<dyn EventLog>) -> Self {
        let sessions = Arc::new(RevokedSessions::new(issuer));
        let lifetime = Duration::from_secs(issuer.lifetime_seconds_max + issuer.leeway_seconds);
        let ending = Ending { sessions: Arc::clone(&sessions) };
        let mut reader = Reader::new(log, [identity::SUBGRAPH.name], lifetime, ending);
        match tokio::time::timeout(FIRST_READ_TIME_MAX, reader.read_to_end()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the event log cannot be read: ended sessions are not known yet"),
            Err(_) => tracing::warn!("the event log does not answer: ended sessions are not known yet"),
        }
        Self { issuer: issuer.issuer.clone(), sessions, _following: reader.start() }
    }

    /// Whose sessions they are.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// What was heard, for the router.
    #[must_use]
    pub fn sessions(&self) -> Arc<RevokedSessions> {
        Arc::clone(&self.sessions)
    }
}

/// Tells the router of each session that has ended.
struct Ending {
    sessions: Arc<RevokedSessions>,
}

#[async_trait]
impl Listener for Ending {
    const PURPOSE: &'static str = "for ended sessions";

    async fn hear(&mut self, events: &[Event]) {
        for ended in events.iter().filter_map(RevokedSession::of) {
            self.sessions.revoke(&ended.session_id, ended.access_tokens_end_at);
        }
    }

    fn heard_all(&mut self) {
        self.sessions.heard();
    }
}
