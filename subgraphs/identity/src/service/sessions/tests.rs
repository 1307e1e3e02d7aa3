use std::collections::HashSet;

use kit_ids::SystemRandomness;

use super::*;

const SAMPLES: u32 = 10_000;

/// AS-085, AS-122, RT-10: of ten thousand tokens each has 256 bits and no two are alike; no bit, no pair of neighbouring
/// bits and no value of a byte comes more often than chance has it, and no token tells anything of the one before it.
#[test]
fn as_085_refresh_tokens_have_no_structure() {
    let folder = std::env::temp_dir().join(format!("identity-sessions-{}", std::process::id()));
    let keys = Keys::open(&folder.join("keys"), &SystemRandomness).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    look_at((0..SAMPLES).map(|_| new_refresh_token(&SystemRandomness)));
    let first = new_refresh_token(&SystemRandomness);
    let chain = std::iter::successors(Some(first), |token| Some(keys.successor(token)));
    look_at(chain.skip(1).take(SAMPLES as usize));
}

fn look_at(tokens: impl Iterator<Item = String>) {
    let mut seen = HashSet::new();
    let mut statistics =
        Statistics { ones: vec![0; 256], alike: vec![0; 255], kept: vec![0; 256], values: vec![0; 256] };
    let mut before: Option<[u8; 32]> = None;
    for token in tokens {
        assert_eq!(token.len(), 43, "{token}");
        let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(&token).unwrap().try_into().unwrap();
        statistics.add(&bytes, before.replace(bytes).as_ref());
        assert!(seen.insert(token));
    }
    assert_eq!(seen.len(), SAMPLES as usize);
    statistics.look();
}

/// How often each bit is set, is that of its neighbour, is that of the token before; how often each byte comes.
struct Statistics {
    ones: Vec<u32>,
    alike: Vec<u32>,
    kept: Vec<u32>,
    values: Vec<u32>,
}

impl Statistics {
    fn add(&mut self, token: &[u8; 32], before: Option<&[u8; 32]>) {
        let bit = |bytes: &[u8; 32], number: usize| bytes[number / 8] >> (number % 8) & 1;
        for number in 0..256 {
            self.ones[number] += u32::from(bit(token, number));
            self.kept[number] += before.map_or(0, |before| u32::from(bit(before, number) == bit(token, number)));
            if number < 255 {
                self.alike[number] += u32::from(bit(token, number) == bit(token, number + 1));
            }
        }
        for byte in token {
            self.values[usize::from(*byte)] += 1;
        }
    }

    /// Six standard deviations about the mean: for a thousand counts one false alarm in half a million runs.
    fn look(&self) {
        let is_near = |counts: &[u32], trials: u32, chance: f64| {
            let trials = f64::from(trials);
            let (mean, margin) = (trials * chance, 6.0 * (trials * chance * (1.0 - chance)).sqrt());
            counts.iter().all(|count| (f64::from(*count) - mean).abs() <= margin)
        };
        assert!(is_near(&self.ones, SAMPLES, 0.5), "bits: {:?}", self.ones);
        assert!(is_near(&self.alike, SAMPLES, 0.5), "neighbours: {:?}", self.alike);
        assert!(is_near(&self.kept, SAMPLES - 1, 0.5), "kept bits: {:?}", self.kept);
        assert!(is_near(&self.values, SAMPLES * 32, 1.0 / 256.0), "bytes: {:?}", self.values);
    }
}
