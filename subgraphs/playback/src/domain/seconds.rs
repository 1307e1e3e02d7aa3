//! Which seconds of something a person has watched: a bit for each.

#[cfg(test)]
mod tests;

use super::event::SECONDS_MAX;

/// A set of seconds, from the first on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WatchedSeconds(Vec<u8>);

impl WatchedSeconds {
    /// The set that is stored as these bytes.
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes that are stored.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Adds what was watched from one position to another, in something of that length. A second counts where it is
    /// left, so that stretches next to each other count each second once and together no more than was watched.
    pub(crate) fn add(&mut self, from_ms: i64, to_ms: i64, length: Option<i64>) {
        let end = (to_ms / 1_000).min(length.unwrap_or(SECONDS_MAX)).min(SECONDS_MAX);
        for second in (from_ms / 1_000).max(0)..end {
            let (byte, bit) = place(second);
            if self.0.len() <= byte {
                self.0.resize(byte + 1, 0);
            }
            self.0[byte] |= bit;
        }
    }

    /// How many seconds were watched of something of that length.
    pub(crate) fn count(&self, length: Option<i64>) -> i64 {
        let ones: u32 = match length {
            None => self.0.iter().map(|byte| byte.count_ones()).sum(),
            Some(length) => {
                let (whole, rest) = (usize::try_from(length / 8).unwrap_or(0), length.rem_euclid(8));
                let full: u32 = self.0.iter().take(whole).map(|byte| byte.count_ones()).sum();
                let part = self.0.get(whole).map_or(0, |byte| (byte & ((1_u8 << rest) - 1)).count_ones());
                full + part
            }
        };
        i64::from(ones)
    }

    /// Whether one of these seconds was watched.
    pub(crate) fn has_any_of(&self, mut seconds: std::ops::Range<i64>) -> bool {
        seconds.any(|second| {
            let (byte, bit) = place(second);
            self.0.get(byte).is_some_and(|found| found & bit != 0)
        })
    }
}

fn place(second: i64) -> (usize, u8) {
    (usize::try_from(second / 8).unwrap_or(usize::MAX), 1 << second.rem_euclid(8))
}
