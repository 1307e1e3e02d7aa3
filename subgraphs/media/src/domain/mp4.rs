//! As much of MP4 (ISO/IEC 14496-12) as is needed: how long a film is, and where its fragments lie.
//!
//! Nothing here reads: a box says where it begins and ends, and whoever has the file brings its bytes.

use serde::{Deserialize, Serialize};

/// Bytes of the longest head of a box: size, type, and the size of large ones.
pub(crate) const HEAD_BYTES: u64 = 16;

/// The head of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BoxHead {
    pub(crate) kind: [u8; 4],
    /// Bytes of the head itself.
    pub(crate) head: u64,
    /// Bytes of the whole box.
    pub(crate) size: u64,
}

/// Where the fragments of a film lie: after `begin` bytes of what comes before them, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SegmentIndex {
    pub(crate) begin: u64,
    pub(crate) timescale: u32,
    /// Bytes and length in units of the timescale of each.
    pub(crate) segments: Vec<(u32, u32)>,
}

/// The head in the first bytes of a box, of which `left` bytes are left in the file; nothing when it is none.
pub(crate) fn head(bytes: &[u8], left: u64) -> Option<BoxHead> {
    let (size, kind) = (number(bytes, 0, 4)?, bytes.get(4..8)?.try_into().ok()?);
    let (head, size) = match size {
        0 => (8, left),
        1 => (16, number(bytes, 8, 8)?),
        size => (8, size),
    };
    (size >= head && size <= left).then_some(BoxHead { kind, head, size })
}

/// The boxes within another one's bytes, as far as they are well formed.
pub(crate) fn children(mut bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let box_head = head(bytes, bytes.len() as u64)?;
        let (whole, rest) = bytes.split_at(usize::try_from(box_head.size).ok()?);
        bytes = rest;
        Some((box_head.kind, &whole[usize::try_from(box_head.head).ok()?..]))
    })
}

/// How long a film is, in whole seconds, by what is within its `moov`; nothing when that does not say.
pub(crate) fn duration_seconds(moov: &[u8]) -> Option<i64> {
    let (_, header) = children(moov).find(|(kind, _)| kind == b"mvhd")?;
    let is_long = *header.first()? == 1;
    let (timescale, duration) = if is_long {
        (number(header, 20, 4)?, number(header, 24, 8)?)
    } else {
        (number(header, 12, 4)?, number(header, 16, 4)?)
    };
    let duration = if duration == 0 { fragment_duration(moov)? } else { duration };
    seconds(duration, timescale)
}

/// What a film in fragments says of its length.
fn fragment_duration(moov: &[u8]) -> Option<u64> {
    let (_, extends) = children(moov).find(|(kind, _)| kind == b"mvex")?;
    let (_, header) = children(extends).find(|(kind, _)| kind == b"mehd")?;
    if *header.first()? == 1 { number(header, 4, 8) } else { number(header, 4, 4) }
}

/// The index in a `sidx` box that ends at `end`; nothing when it leads elsewhere than to what follows it.
pub(crate) fn segment_index(sidx: &[u8], end: u64) -> Option<SegmentIndex> {
    let is_long = *sidx.first()? == 1;
    let timescale = u32::try_from(number(sidx, 8, 4)?).ok().filter(|scale| *scale > 0)?;
    let (first_offset, at) = if is_long { (number(sidx, 20, 8)?, 28) } else { (number(sidx, 16, 4)?, 20) };
    let count = usize::try_from(number(sidx, at + 2, 2)?).ok()?;
    let entries = (0..count).map(|place| {
        let at = at + 4 + place * 12;
        let size = u32::try_from(number(sidx, at, 4)?).ok()?;
        let leads_to_media = size & 0x8000_0000 == 0;
        leads_to_media.then_some((size, u32::try_from(number(sidx, at + 4, 4)?).ok()?))
    });
    let segments: Vec<(u32, u32)> = entries.collect::<Option<_>>()?;
    (!segments.is_empty()).then_some(SegmentIndex { begin: end.checked_add(first_offset)?, timescale, segments })
}

impl SegmentIndex {
    /// The length of all fragments, in whole seconds.
    pub(crate) fn duration_seconds(&self) -> Option<i64> {
        let units = self.segments.iter().map(|(_, units)| u64::from(*units)).sum();
        seconds(units, u64::from(self.timescale))
    }

    /// The bytes of one fragment, numbered from 0.
    pub(crate) fn range(&self, place: usize) -> Option<std::ops::Range<u64>> {
        let (size, _) = *self.segments.get(place)?;
        let before: u64 = self.segments[..place].iter().map(|(size, _)| u64::from(*size)).sum();
        let begin = self.begin + before;
        Some(begin..begin + u64::from(size))
    }
}

fn seconds(units: u64, timescale: u64) -> Option<i64> {
    let rounded = units.checked_add(timescale / 2)?.checked_div(timescale)?;
    i64::try_from(rounded).ok()
}

fn number(bytes: &[u8], at: usize, count: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(count)?)?;
    Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn boxed(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
        let size = u32::try_from(payload.len() + 8).unwrap();
        [&size.to_be_bytes(), kind.as_slice(), payload].concat()
    }

    fn mvhd(timescale: u32, duration: u32) -> Vec<u8> {
        boxed(b"mvhd", &[[0; 12].as_slice(), &timescale.to_be_bytes(), &duration.to_be_bytes(), &[0; 80]].concat())
    }

    #[test]
    fn the_length_is_that_of_the_film_or_of_its_fragments() {
        assert_eq!(duration_seconds(&mvhd(1_000, 12_480)), Some(12));
        assert_eq!(duration_seconds(&[boxed(b"free", &[1; 9]), mvhd(600, 900)].concat()), Some(2));
        let mehd = boxed(b"mehd", &[&[0; 4], 24_000u32.to_be_bytes().as_slice()].concat());
        assert_eq!(duration_seconds(&[mvhd(1_000, 0), boxed(b"mvex", &mehd)].concat()), Some(24));
        assert_eq!(duration_seconds(&mvhd(0, 5)), None);
        assert_eq!(duration_seconds(&mvhd(1_000, 0)), None);
        assert_eq!(duration_seconds(b""), None);
    }

    #[test]
    fn an_index_says_where_fragments_lie() {
        let entry = |size: u32, units: u32| [size.to_be_bytes(), units.to_be_bytes(), [0; 4]].concat();
        let begin = [&[0; 8], 1_000u32.to_be_bytes().as_slice(), &[0; 4], &7u32.to_be_bytes(), &[0, 0, 0, 2]].concat();
        let sidx = [begin, entry(100, 2_000), entry(50, 1_500)].concat();
        let index = segment_index(&sidx, 1_000).unwrap();
        assert_eq!(index.duration_seconds(), Some(4));
        assert_eq!((index.range(0), index.range(1), index.range(2)), (Some(1_007..1_107), Some(1_107..1_157), None));
        assert_eq!(segment_index(&sidx[..sidx.len() - 6], 0), None);
    }

    proptest! {
        /// Whatever comes, it is read or not, and nothing more happens.
        #[test]
        fn hostile_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = (duration_seconds(&bytes), segment_index(&bytes, u64::MAX), children(&bytes).count());
            let _ = head(&bytes, u64::MAX);
        }
    }
}
