//! Sessions that have ended before their access tokens (domain section 4.1).
//!
//! The router asks nobody while it serves a request: it remembers what it was told. Whoever runs it tells it of ended
//! sessions, and says from time to time that there was nothing to tell; after too long a silence the router is unsure,
//! and the settings say what that means.

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::clock::{Clock, SystemClock};
use crate::configuration::IssuerSettings;
use crate::telemetry;

/// What is known of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing against it.
    Good,
    /// It has ended.
    Ended,
    /// It may have ended without the router having heard of it.
    Unsure,
}

impl Standing {
    /// For metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Ended => "ended",
            Self::Unsure => "unsure",
        }
    }
}

/// Who knows which sessions have ended. Asked for every request with a token, so it must not wait for anything.
pub trait Revocations: Debug + Send + Sync + 'static {
    /// What is known of the session with this `sid`.
    fn standing(&self, session: &str) -> Standing;
}

/// Ended sessions in memory, each until the last of its tokens has expired. Every replica of the router has its own, and
/// has to be told everything that happened within the life of a token before it is sure of anything.
#[derive(Debug)]
pub struct RevokedSessions {
    sessions_max: usize,
    silence_seconds_max: u64,
    leeway_seconds: u64,
    clock: Arc<dyn Clock>,
    remembered: RwLock<Remembered>,
    /// When the teller was last heard, in unix seconds; 0 before that.
    heard_at: AtomicU64,
    is_silent: AtomicBool,
}

#[derive(Debug, Default)]
struct Remembered {
    /// When the last token of each session has expired, in unix seconds.
    ends: HashMap<Arc<str>, u64>,
    by_end: BTreeSet<(u64, Arc<str>)>,
    /// Until then there are ended sessions that are not remembered.
    overflowed_until: u64,
}

impl RevokedSessions {
    /// Nothing yet: unsure of every session until [`RevokedSessions::heard`].
    #[must_use]
    pub fn new(settings: &IssuerSettings) -> Self {
        Self {
            sessions_max: settings.revocation.sessions_max,
            silence_seconds_max: settings.revocation.silence_seconds_max,
            leeway_seconds: settings.leeway_seconds,
            clock: Arc::new(SystemClock),
            remembered: RwLock::default(),
            heard_at: AtomicU64::new(0),
            is_silent: AtomicBool::new(true),
        }
    }

    /// With a clock of one's own.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// A session has ended; its last access token expires at `tokens_end_at`, in unix seconds. May be told again.
    pub fn revoke(&self, session: &str, tokens_end_at: u64) {
        let now = self.now();
        // An expired token is accepted for the leeway's time, so it is remembered for that long.
        let ends_at = tokens_end_at.saturating_add(self.leeway_seconds);
        if ends_at < now {
            return;
        }
        let mut remembered = self.remembered.write().unwrap_or_else(PoisonError::into_inner);
        remembered.forget_before(now);
        remembered.add(session, ends_at, self.sessions_max);
        telemetry::set_revoked_sessions(remembered.ends.len());
    }

    /// Everything that there was to tell has been told.
    pub fn heard(&self) {
        self.heard_at.store(self.now(), Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        self.clock.now_unix_ms() / 1000
    }

    /// Whether the teller has been silent for too long; the log says so once.
    fn is_silent(&self, now: u64) -> bool {
        let heard_at = self.heard_at.load(Ordering::Relaxed);
        let is_silent = heard_at == 0 || now.saturating_sub(heard_at) > self.silence_seconds_max;
        if self.is_silent.load(Ordering::Relaxed) != is_silent
            && self.is_silent.swap(is_silent, Ordering::Relaxed) != is_silent
        {
            match is_silent {
                true => tracing::error!(heard_at, "nobody tells which sessions have ended: unsure of all of them"),
                false => tracing::info!("sure again which sessions have ended"),
            }
        }
        is_silent
    }
}

impl Revocations for RevokedSessions {
    fn standing(&self, session: &str) -> Standing {
        let now = self.now();
        let is_silent = self.is_silent(now);
        let remembered = self.remembered.read().unwrap_or_else(PoisonError::into_inner);
        if remembered.ends.contains_key(session) {
            return Standing::Ended;
        }
        if is_silent || remembered.overflowed_until >= now { Standing::Unsure } else { Standing::Good }
    }
}

impl Remembered {
    fn forget_before(&mut self, now: u64) {
        while self.by_end.first().is_some_and(|(ends_at, _)| *ends_at < now) {
            if let Some((_, session)) = self.by_end.pop_first() {
                self.ends.remove(&session);
            }
        }
    }

    fn add(&mut self, session: &str, ends_at: u64, sessions_max: usize) {
        if let Some((known, known_end)) = self.ends.get_key_value(session).map(|(known, end)| (Arc::clone(known), *end))
        {
            if known_end < ends_at {
                self.by_end.remove(&(known_end, Arc::clone(&known)));
                self.by_end.insert((ends_at, Arc::clone(&known)));
                self.ends.insert(known, ends_at);
            }
            return;
        }
        if self.ends.len() >= sessions_max {
            tracing::error!(sessions_max, "more sessions have ended than are remembered; unsure of all others");
            self.overflowed_until = self.overflowed_until.max(ends_at);
            return;
        }
        let session: Arc<str> = session.into();
        self.by_end.insert((ends_at, Arc::clone(&session)));
        self.ends.insert(session, ends_at);
    }
}
