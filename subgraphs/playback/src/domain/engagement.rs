//! Where viewers stay and leave: counted in a hundred fine parts, shown in fewer.

#[cfg(test)]
mod tests;

use std::ops::Range;

use super::seconds::WatchedSeconds;

/// The parts that are counted.
pub(crate) const FINE_BUCKETS: i64 = 100;

/// How many saw a part, and how many left in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Retention {
    pub(crate) viewers: i64,
    pub(crate) drop_offs: i64,
}

/// The fine part in which a position lies, in something of that length; nothing while the length is not known.
pub(crate) fn bucket_at(position_ms: i64, length: Option<i64>) -> Option<i64> {
    let length = length.filter(|length| *length > 0)?;
    Some((position_ms.max(0) / 1_000 * FINE_BUCKETS / length).min(FINE_BUCKETS - 1))
}

/// The fine parts of which something was watched. A second that belongs to two parts shows both.
pub(crate) fn seen(seconds: &WatchedSeconds, length: Option<i64>) -> Vec<i64> {
    let Some(length) = length.filter(|length| *length > 0) else { return Vec::new() };
    (0..FINE_BUCKETS).filter(|bucket| seconds.has_any_of(seconds_of(*bucket, length))).collect()
}

fn seconds_of(bucket: i64, length: i64) -> Range<i64> {
    let end = (bucket + 1) * length;
    bucket * length / FINE_BUCKETS..(end + FINE_BUCKETS - 1) / FINE_BUCKETS
}

/// Folds the fine parts into so many equal ones, 1 to [`FINE_BUCKETS`]. Of viewers the most that saw any of the part
/// are told: who saw two fine parts is one viewer.
pub(crate) fn fold(fine: &[Retention], parts: usize) -> Vec<Retention> {
    let mut folded = vec![Retention::default(); parts];
    for (place, bucket) in fine.iter().enumerate() {
        let part = &mut folded[place * parts / fine.len()];
        part.viewers = part.viewers.max(bucket.viewers);
        part.drop_offs += bucket.drop_offs;
    }
    folded
}
