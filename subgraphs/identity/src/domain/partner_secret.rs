//! The secrets of partners: how they look, what is stored of them, and how one follows the other.

#[cfg(test)]
mod tests;

use std::fmt::Write;

use kit_ids::{Id, Kind, Prefix, Randomness};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What a generated secret begins with, so that scanners of code and logs find it: `lyc_[0-9a-f]{64}`.
const PREFIX: &str = "lyc_";
/// 256 bits: too many to guess, so that a fast hash is enough.
const BYTES: usize = 32;
/// What the stored hash of a generated secret begins with; that of a chosen one is a PHC string.
const FAST: &str = "sha256:";
/// As many may be valid at once: the old one and the new one.
const VALID_MAX: usize = 2;
const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;
/// How long the old secret stays valid beside the new one, unless somebody says otherwise.
pub(crate) const OVERLAP_US: i64 = DAY_US;
/// How long at most.
pub(crate) const OVERLAP_MAX_US: i64 = 30 * DAY_US;

/// Marks ids of partners' secrets, which no other subgraph knows.
#[derive(Debug)]
pub(crate) enum PartnerSecretKind {}

impl Kind for PartnerSecretKind {
    const PREFIX: Prefix = Prefix { letters: "psc", type_name: "PartnerSecret" };
}

/// The id of a partner's secret: `psc_…`. It is no secret itself.
pub(crate) type PartnerSecretId = Id<PartnerSecretKind>;

/// What is stored of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SecretHash {
    /// SHA-256 of one that was generated.
    Fast([u8; 32]),
    /// Argon2id of one that somebody chose, as a PHC string.
    Slow(String),
}

/// A secret, as the database knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredSecret {
    pub(crate) id: PartnerSecretId,
    pub(crate) hash: SecretHash,
    pub(crate) created_at: i64,
    pub(crate) expires_at: Option<i64>,
    /// When it last got a token, to the minute.
    pub(crate) last_used_at: Option<i64>,
}

/// Two secrets are valid already, the older one until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooManySecrets {
    pub(crate) until: Option<i64>,
}

/// A new secret.
pub(crate) fn generate(randomness: &dyn Randomness) -> SecretString {
    let mut bytes = [0; BYTES];
    randomness.fill(&mut bytes);
    SecretString::from(format!("{PREFIX}{}", hexadecimal(&bytes)))
}

impl SecretHash {
    /// The hash of a generated secret; nothing when this is none.
    pub(crate) fn of_generated(secret: &SecretString) -> Option<Self> {
        let digits = secret.expose_secret().strip_prefix(PREFIX)?;
        let is_one = digits.len() == 2 * BYTES && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_one.then(|| Self::Fast(Sha256::digest(secret.expose_secret()).into()))
    }

    /// Reads what is stored.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let Some(digits) = text.strip_prefix(FAST) else { return Some(Self::Slow(text.to_owned())) };
        let digits = digits.as_bytes().as_chunks::<2>().0;
        let bytes: Option<Vec<u8>> =
            digits.iter().map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()).collect();
        bytes?.try_into().ok().map(Self::Fast)
    }

    /// As it is stored.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Fast(digest) => format!("{FAST}{}", hexadecimal(digest)),
            Self::Slow(phc) => phc.clone(),
        }
    }

    /// Whether both are the hash of the same generated secret, in a time that does not tell.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Fast(left), Self::Fast(right)) if left.ct_eq(right).into())
    }
}

impl StoredSecret {
    /// Whether it can be used at this moment.
    pub(crate) fn is_valid(&self, now: i64) -> bool {
        self.expires_at.is_none_or(|end| end > now)
    }
}

/// When each of these secrets ends once another one is there: after the overlap, those that would not end before. Without
/// an overlap all end now; with one there must not be two already, one of which somebody may still use.
pub(crate) fn ends_after_rotation(
    secrets: &[StoredSecret],
    overlap_us: i64,
    now: i64,
) -> Result<Vec<(PartnerSecretId, i64)>, TooManySecrets> {
    let valid: Vec<&StoredSecret> = secrets.iter().filter(|secret| secret.is_valid(now)).collect();
    if overlap_us > 0 && valid.len() >= VALID_MAX {
        return Err(TooManySecrets { until: valid.iter().filter_map(|secret| secret.expires_at).min() });
    }
    let end = now + overlap_us;
    Ok(valid.iter().map(|secret| (secret.id, secret.expires_at.map_or(end, |before| before.min(end)))).collect())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        write!(text, "{byte:02x}").expect("invariant: writing into a string does not fail");
        text
    })
}
