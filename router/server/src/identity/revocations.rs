//! The sessions that have ended before their access tokens: asked for again and again, and kept until no token of theirs
//! can be accepted any more.
//!
//! The list is a look-up in memory for each request. It is fetched beside while it is young enough, and waited for when it
//! is older than the settings allow. While the issuer cannot be reached the last list counts, and what ends meanwhile
//! shows late: at the latest when its token expires.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{JwksError, SubgraphJwks};
use crate::configuration::RevocationSettings;
use crate::telemetry;

/// What is asked for twice, in microseconds of the issuer's clock: a session may be committed as ended a little after the
/// moment at which it ended.
const OVERLAP_US: i64 = 30_000_000;
/// The pause after a failed fetch, during which the last list counts.
const PAUSE: Duration = Duration::from_secs(2);

/// Sessions that have ended.
#[derive(Debug)]
pub(super) struct Revocations {
    settings: RevocationSettings,
    /// How long an ended session is kept: as long as a token of it might be accepted.
    kept: Duration,
    source: SubgraphJwks,
    known: RwLock<Known>,
    /// Held while fetching, so that one fetch serves all who wait; when the last attempt ended.
    attempt: Mutex<Option<Instant>>,
}

#[derive(Debug, Default)]
struct Known {
    sessions: HashMap<String, Instant>,
    /// Of the issuer's clock.
    as_of: Option<i64>,
    fetched_at: Option<Instant>,
}

/// As the issuer writes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawList {
    as_of: i64,
    sessions: Vec<String>,
}

impl Revocations {
    pub(super) fn new(settings: RevocationSettings, kept: Duration, source: SubgraphJwks) -> Self {
        Self { settings, kept, source, known: RwLock::default(), attempt: Mutex::new(None) }
    }

    /// Whether a session has ended.
    pub(super) async fn contains(self: &Arc<Self>, session: &str) -> bool {
        let age = self.age();
        if age.is_none_or(|age| age >= Duration::from_secs(self.settings.stale_seconds_max)) {
            self.refresh(age).await;
        } else if age.is_some_and(|age| age >= Duration::from_secs(self.settings.refresh_seconds)) {
            self.refresh_beside(age);
        }
        self.known.read().unwrap_or_else(PoisonError::into_inner).sessions.contains_key(session)
    }

    fn age(&self) -> Option<Duration> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).fetched_at.map(|at| at.elapsed())
    }

    /// Starts a fetch unless one is going on.
    fn refresh_beside(self: &Arc<Self>, age: Option<Duration>) {
        if self.attempt.try_lock().is_ok() {
            let this = Arc::clone(self);
            tokio::spawn(async move { this.refresh(age).await });
        }
    }

    /// Fetches what is new, unless somebody else just did, or failed to. `age` is that of the list that was found wanting.
    async fn refresh(&self, age: Option<Duration>) {
        let mut attempt = self.attempt.lock().await;
        let is_done = self.age().is_some_and(|present| age.is_none_or(|age| present < age));
        if is_done || attempt.is_some_and(|at| at.elapsed() < PAUSE) {
            return;
        }
        let fetched = self.fetch().await;
        telemetry::count_revocation_refresh(fetched.is_ok());
        match fetched {
            Ok(list) => {
                self.take(list);
                *attempt = None;
            }
            Err(error) => {
                tracing::warn!(%error, "the sessions that have ended could not be fetched; the last list counts");
                *attempt = Some(Instant::now());
            }
        }
    }

    async fn fetch(&self) -> Result<RawList, JwksError> {
        let as_of = self.known.read().unwrap_or_else(PoisonError::into_inner).as_of;
        let target = match as_of {
            Some(as_of) => format!("{}?since={}", self.settings.path, as_of.saturating_sub(OVERLAP_US)),
            None => self.settings.path.clone(),
        };
        let text = self.source.get(&target).await?;
        serde_json::from_slice(&text).map_err(|error| JwksError::Content(error.to_string()))
    }

    fn take(&self, list: RawList) {
        let now = Instant::now();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.sessions.retain(|_, since| since.elapsed() < self.kept);
        for session in list.sessions {
            known.sessions.entry(session).or_insert(now);
        }
        known.as_of = Some(list.as_of);
        known.fetched_at = Some(now);
    }
}
