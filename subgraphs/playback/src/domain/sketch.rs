//! How many different people, in a kilobyte: HyperLogLog (Flajolet and others, 2007) over 64-bit hashes.

#[cfg(test)]
mod tests;

use std::fmt;

use kit_ids::UserId;

/// Bits of a hash that choose the register. 2^10 registers estimate with a standard error of 3.3 percent.
const INDEX_BITS: u32 = 10;
const REGISTERS: usize = 1 << INDEX_BITS;

/// A set of people of which only the number can be told. The same people give the same sketch, in any order.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Sketch(Box<[u8; REGISTERS]>);

impl Default for Sketch {
    fn default() -> Self {
        Self(Box::new([0; REGISTERS]))
    }
}

impl fmt::Debug for Sketch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Sketch of about {}", self.estimate())
    }
}

impl Sketch {
    /// The sketch that is stored as these bytes; nothing when they are none.
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        bytes.into_boxed_slice().try_into().ok().map(Self)
    }

    /// The bytes that are stored.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// Adds a person.
    pub(crate) fn add(&mut self, user: UserId) {
        let hash = hash(user.to_bytes());
        let index = usize::try_from(hash >> (u64::BITS - INDEX_BITS)).unwrap_or(0);
        // The rest of the hash, with an end, so that the count of zeros has one.
        let rest = hash << INDEX_BITS | 1 << (INDEX_BITS - 1);
        let rank = u8::try_from(rest.leading_zeros() + 1).unwrap_or(u8::MAX);
        self.0[index] = self.0[index].max(rank);
    }

    /// About how many people.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "an estimate is no greater than the number of people in the world"
    )]
    pub(crate) fn estimate(&self) -> i64 {
        let count = REGISTERS as f64;
        let sum: f64 = self.0.iter().map(|rank| 2_f64.powi(-i32::from(*rank))).sum();
        let raw = 0.7213 / (1.0 + 1.079 / count) * count * count / sum;
        let empty = self.0.iter().filter(|rank| **rank == 0).count();
        // While registers are empty, how many of them are says more.
        let estimate = if raw <= 2.5 * count && empty > 0 { count * (count / empty as f64).ln() } else { raw };
        estimate.round() as i64
    }
}

/// Spreads the bits of an id evenly: the finisher of `SplitMix64`, over both halves.
fn hash(bytes: [u8; 16]) -> u64 {
    let whole = u128::from_be_bytes(bytes);
    let (high, low) = ((whole >> 64) as u64, whole as u64);
    spread(spread(high) ^ low)
}

fn spread(seed: u64) -> u64 {
    let seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let seed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let seed = (seed ^ (seed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    seed ^ (seed >> 31)
}
