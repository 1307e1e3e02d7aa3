//! Tells the router which of identity's sessions have ended, from the event log (domain.md 4.1).
//!
//! Every router reads the log for itself and remembers what it heard, so that no request waits for another server. A
//! router that starts reads back as far as a token can live.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use identity::RevokedSession;
use kit_events::{Bookmark, EventLog, EventLogError};
use router_server::RevokedSessions;
use router_server::configuration::IssuerSettings;
use tokio::task::AbortHandle;

/// How long a revocation takes at most to reach a router whose log answers, if the announcement of it is lost.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// How long a router that starts waits until it is sure of all sessions; then it serves, and refuses what it is unsure of.
const FIRST_READ_TIME_MAX: Duration = Duration::from_secs(5);
/// Events read at once.
const BATCH_MAX: usize = 500;
/// How far clocks may be apart.
const CLOCK_MARGIN: Duration = Duration::from_secs(5 * 60);

/// Reads the log as long as it lives.
#[derive(Debug)]
pub struct Revocations {
    issuer: String,
    sessions: Arc<RevokedSessions>,
    reading: AbortHandle,
}

impl Revocations {
    /// The ended sessions of the platform's own issuer. A log that cannot be read yet is no error: the router is unsure then,
    /// and says so.
    pub async fn follow(issuer: &IssuerSettings, log: Arc<dyn EventLog>) -> Self {
        let sessions = Arc::new(RevokedSessions::new(issuer));
        let mut reader = Reader { bookmark: beginning(issuer), log, sessions: Arc::clone(&sessions) };
        match tokio::time::timeout(FIRST_READ_TIME_MAX, reader.read_to_end()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => reader.complain(&error),
            Err(_) => tracing::warn!("the event log does not answer: ended sessions are not known yet"),
        }
        let reading = tokio::spawn(reader.read_on()).abort_handle();
        Self { issuer: issuer.issuer.clone(), sessions, reading }
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

impl Drop for Revocations {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

/// Before everything that can matter to a token that is accepted now.
fn beginning(issuer: &IssuerSettings) -> Bookmark {
    let lifetime = Duration::from_secs(issuer.lifetime_seconds_max + issuer.leeway_seconds);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let since = now.saturating_sub(lifetime + CLOCK_MARGIN);
    Bookmark::since(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

struct Reader {
    bookmark: Bookmark,
    log: Arc<dyn EventLog>,
    sessions: Arc<RevokedSessions>,
}

impl Reader {
    async fn read_on(mut self) {
        let mut revisions = self.log.revisions();
        loop {
            tokio::select! {
                changed = revisions.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(LOOK_INTERVAL) => {}
            }
            if let Err(error) = self.read_to_end().await {
                self.complain(&error);
                tokio::time::sleep(LOOK_INTERVAL).await;
            }
        }
    }

    async fn read_to_end(&mut self) -> Result<(), EventLogError> {
        loop {
            let events = self.log.read_behind(&mut self.bookmark, identity::SUBGRAPH.name, BATCH_MAX).await?;
            for ended in events.iter().filter_map(RevokedSession::of) {
                self.sessions.revoke(&ended.session_id, ended.access_tokens_end_at);
            }
            if events.is_empty() {
                self.sessions.heard();
                return Ok(());
            }
        }
    }

    fn complain(&self, error: &EventLogError) {
        tracing::warn!(%error, "the event log cannot be read for ended sessions; trying again");
    }
}
