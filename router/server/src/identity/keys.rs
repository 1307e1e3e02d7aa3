//! The issuer's keys: fetched when needed, kept through outages, and never fetched faster than the settings allow.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{JwksError, JwksSource};
use crate::configuration::{JwksSettings, SignatureAlgorithm};
use crate::telemetry;

/// What `retry-after` says while there are no keys, in seconds; also the pause after a failed fetch.
pub(super) const RETRY_SECONDS: u64 = 2;
/// An issuer has a key or two; a set with more than this is not read further.
const KEYS_MAX: usize = 64;
/// The same bound for the set's text.
const SET_BYTES_MAX: usize = 256 * 1024;
/// 2048 bits, the least of RFC 7518 section 3.3, as bytes.
const RSA_MODULUS_BYTES_MIN: usize = 256;

/// A public key and the one algorithm it is for.
pub(super) struct VerificationKey {
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) key: DecodingKey,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyLookupError {
    /// The issuer has no such key.
    Unknown,
    /// There are no keys that may still be trusted, and none can be fetched.
    Unavailable,
}

type KeySet = HashMap<String, Arc<VerificationKey>>;

/// Keys by id.
#[derive(Debug)]
pub(super) struct KeyStore {
    settings: JwksSettings,
    algorithms: Vec<SignatureAlgorithm>,
    source: Arc<dyn JwksSource>,
    current: RwLock<Option<Fetched>>,
    /// Held while fetching, so that one fetch serves all who wait; when the last attempt ended, and how.
    attempts: Mutex<Option<Attempt>>,
}

#[derive(Debug, Clone)]
struct Fetched {
    keys: Arc<KeySet>,
    at: Instant,
}

#[derive(Debug, Clone, Copy)]
struct Attempt {
    at: Instant,
    failures: u32,
}

impl KeyStore {
    pub(super) fn new(
        settings: JwksSettings,
        algorithms: Vec<SignatureAlgorithm>,
        source: Arc<dyn JwksSource>,
    ) -> Self {
        Self { settings, algorithms, source, current: RwLock::new(None), attempts: Mutex::new(None) }
    }

    /// The key with this id. The set is fetched first when it is missing or does not hold the id, and beside when it is
    /// only old, so that a slow issuer delays nobody whose key is at hand.
    pub(super) async fn find(self: &Arc<Self>, key_id: &str) -> Result<Arc<VerificationKey>, KeyLookupError> {
        let before = self.trusted();
        let seen = before.as_ref().map(|fetched| fetched.at);
        if let Some(key) = before.and_then(|fetched| fetched.keys.get(key_id).cloned()) {
            if seen.is_some_and(|at| at.elapsed() >= Duration::from_secs(self.settings.refresh_seconds)) {
                self.refresh_beside(seen);
            }
            return Ok(key);
        }
        self.refresh(seen).await;
        let after = self.trusted().ok_or(KeyLookupError::Unavailable)?;
        after.keys.get(key_id).cloned().ok_or(KeyLookupError::Unknown)
    }

    /// Starts a fetch unless one is going on.
    fn refresh_beside(self: &Arc<Self>, seen: Option<Instant>) {
        if self.attempts.try_lock().is_ok() {
            let store = Arc::clone(self);
            tokio::spawn(async move { store.refresh(seen).await });
        }
    }

    /// The last set, unless it is too old to be trusted even in an outage.
    fn trusted(&self) -> Option<Fetched> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner).clone();
        current.filter(|fetched| fetched.at.elapsed() < Duration::from_secs(self.settings.stale_seconds_max))
    }

    /// Fetches the set unless somebody else just did, or the last attempt was too recent. `seen` is when the set was
    /// fetched that the caller found wanting.
    async fn refresh(&self, seen: Option<Instant>) {
        let mut attempts = self.attempts.lock().await;
        let current = self.trusted().map(|fetched| fetched.at);
        if current != seen {
            return;
        }
        if attempts.is_some_and(|attempt| attempt.at.elapsed() < self.pause(attempt.failures)) {
            return;
        }
        let outcome = self.source.fetch().await.and_then(|text| key_set(&text, &self.algorithms));
        let failures = match outcome {
            Ok(keys) => {
                tracing::debug!(keys = keys.len(), "signing keys fetched");
                let fetched = Fetched { keys: Arc::new(keys), at: Instant::now() };
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(fetched);
                0
            }
            Err(error) => {
                tracing::warn!(%error, "the signing keys could not be fetched; those at hand stay in use");
                attempts.map_or(0, |attempt| attempt.failures).saturating_add(1)
            }
        };
        telemetry::count_jwks_refresh(failures == 0);
        *attempts = Some(Attempt { at: Instant::now(), failures });
    }

    /// How long to wait after an attempt: after a failure twice as long each time, from [`RETRY_SECONDS`] to a minute.
    fn pause(&self, failures: u32) -> Duration {
        match failures {
            0 => Duration::from_secs(self.settings.refresh_seconds_min),
            more => Duration::from_secs((RETRY_SECONDS << more.saturating_sub(1).min(5)).min(60)),
        }
    }
}

#[derive(Debug, Deserialize)]
struct RawKeySet {
    keys: Vec<Value>,
}

/// Reads a key set. A key that is not understood, or not for signatures, is left out and does not spoil the others.
fn key_set(text: &[u8], accepted: &[SignatureAlgorithm]) -> Result<KeySet, JwksError> {
    if text.len() > SET_BYTES_MAX {
        return Err(JwksError::Content(format!("it is larger than {SET_BYTES_MAX} bytes")));
    }
    let raw: RawKeySet = serde_json::from_slice(text).map_err(|error| JwksError::Content(error.to_string()))?;
    let mut keys = KeySet::new();
    for value in raw.keys.into_iter().take(KEYS_MAX) {
        let Ok(jwk) = serde_json::from_value::<Jwk>(value) else { continue };
        let Some(algorithm) = algorithm_of(&jwk).filter(|algorithm| accepted.contains(algorithm)) else { continue };
        let (Some(key_id), Ok(key)) = (jwk.common.key_id.clone(), DecodingKey::from_jwk(&jwk)) else { continue };
        // Of two keys with one id neither can be told apart from a forgery; the first stays.
        keys.entry(key_id).or_insert_with(|| Arc::new(VerificationKey { algorithm, key }));
    }
    if keys.is_empty() {
        return Err(JwksError::Content("none of its keys has an id and an accepted algorithm".to_owned()));
    }
    Ok(keys)
}

/// The algorithm a key is for: by its kind, and by its `alg` where it has one.
fn algorithm_of(jwk: &Jwk) -> Option<SignatureAlgorithm> {
    if jwk.common.public_key_use.as_ref().is_some_and(|purpose| *purpose != PublicKeyUse::Signature) {
        return None;
    }
    let named = jwk.common.key_algorithm;
    match &jwk.algorithm {
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
            named.is_none_or(|name| name == KeyAlgorithm::EdDSA).then_some(SignatureAlgorithm::EdDSA)
        }
        AlgorithmParameters::EllipticCurve(point) if point.curve == EllipticCurve::P256 => {
            named.is_none_or(|name| name == KeyAlgorithm::ES256).then_some(SignatureAlgorithm::ES256)
        }
        AlgorithmParameters::RSA(numbers) if numbers.n.len() * 3 / 4 >= RSA_MODULUS_BYTES_MIN => match named {
            Some(KeyAlgorithm::RS256) => Some(SignatureAlgorithm::RS256),
            Some(KeyAlgorithm::PS256) => Some(SignatureAlgorithm::PS256),
            _ => None,
        },
        _ => None,
    }
}

impl VerificationKey {
    pub(super) fn library_algorithm(&self) -> Algorithm {
        match self.algorithm {
            SignatureAlgorithm::EdDSA => Algorithm::EdDSA,
            SignatureAlgorithm::ES256 => Algorithm::ES256,
            SignatureAlgorithm::PS256 => Algorithm::PS256,
            SignatureAlgorithm::RS256 => Algorithm::RS256,
        }
    }
}

impl std::fmt::Debug for VerificationKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("VerificationKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}
