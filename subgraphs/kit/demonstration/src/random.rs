//! Random numbers that depend on nothing but `(seed, table, row)`.
//!
//! Every row of the world draws from a generator of its own: ChaCha8 keyed by BLAKE3 of the seed, the table's name and
//! the row's number. Rows are therefore independent: a table may grow, or rows may be computed in another order,
//! without changing any other row.

pub(crate) mod distribution;
pub(crate) mod exact;

use std::{fmt, num::ParseIntError, str::FromStr};

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng as _, SeedableRng as _},
};
use serde::{Deserialize, Serialize};

/// The number that chooses one world among many of the same profile and anchor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(pub u64);

impl fmt::Display for Seed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for Seed {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// The random numbers of one row.
#[derive(Debug)]
pub struct RowRandom(ChaCha8Rng);

impl RowRandom {
    /// The generator of row `row` of `table`.
    #[must_use]
    pub fn new(seed: Seed, table: &str, row: u64) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.0.to_le_bytes());
        hasher.update(&(table.len() as u64).to_le_bytes());
        hasher.update(table.as_bytes());
        hasher.update(&row.to_le_bytes());
        Self(ChaCha8Rng::from_seed(*hasher.finalize().as_bytes()))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// The 80 random bits of a ULID.
    pub fn ulid_entropy(&mut self) -> u128 {
        (u128::from(self.bits()) << 16) | u128::from(self.bits() >> 48)
    }

    /// A uniform number in `0..bound`, without bias.
    ///
    /// # Panics
    /// When `bound` is 0: there is no such number.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "an empty range has no random member");
        // Lemire's method: the low half of the product is rejected where it would favour small results.
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.bits()) * u128::from(bound);
            if product as u64 >= threshold {
                return (product >> 64) as u64;
            }
        }
    }

    /// A uniform index in `0..length`.
    ///
    /// # Panics
    /// When `length` is 0.
    pub fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// A uniform integer in `from..=to`.
    ///
    /// # Panics
    /// When `from > to`.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        assert!(from <= to, "the range must not be empty");
        from + self.below((to - from) as u64 + 1) as i64
    }

    /// A uniform number in `[0, 1)` with 53 random bits.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True in `per_mille` of 1,000 draws.
    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1_000) < per_mille
    }

    /// One element, each equally likely.
    ///
    /// # Panics
    /// When `choices` is empty.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.index(choices.len())]
    }
}
