//! How long a WAVE file is.

/// In whole seconds, by its first bytes: the rate from `fmt `, the size from `data`. Nothing when they do not say.
pub(crate) fn duration_seconds(first: &[u8], byte_size: u64) -> Option<i64> {
    let mut rest = first.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"WAVE")?;
    let mut rate: Option<u64> = None;
    while let (Some(kind), Some(size)) = (rest.get(..4), rest.get(4..8)) {
        let size = u32::from_le_bytes(size.try_into().ok()?);
        if kind == b"data" {
            let (bytes, rate) = (u64::from(size).min(byte_size), rate?);
            return i64::try_from((bytes + rate / 2).checked_div(rate)?).ok();
        }
        if kind == b"fmt " {
            rate = Some(u64::from(u32::from_le_bytes(rest.get(16..20)?.try_into().ok()?)));
        }
        rest = rest.get(8 + usize::try_from(size.next_multiple_of(2)).ok()?..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_length_is_size_by_rate() {
        let format = [1u16.to_le_bytes(), 1u16.to_le_bytes()].concat();
        let format =
            [format, 8_000u32.to_le_bytes().to_vec(), 16_000u32.to_le_bytes().to_vec(), vec![2, 0, 16, 0]].concat();
        let list = [b"LIST".as_slice(), &3u32.to_le_bytes(), b"abc\0"].concat();
        let begin = [b"RIFF".as_slice(), &[0; 4], b"WAVE", b"fmt ", &16u32.to_le_bytes(), &format, &list].concat();
        let file = [begin.as_slice(), b"data", &160_000u32.to_le_bytes()].concat();
        assert_eq!(duration_seconds(&file, 1 << 20), Some(10));
        assert_eq!(duration_seconds(&file, 32_000), Some(2), "what a file claims is no more than what it has");
        assert_eq!(duration_seconds(&begin, 1 << 20), None);
    }

    proptest! {
        #[test]
        fn hostile_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..80), size: u64) {
            let _ = duration_seconds(&bytes, size >> 1);
            let _ = duration_seconds(&[b"RIFF\0\0\0\0WAVE".as_slice(), &bytes].concat(), size >> 1);
        }
    }
}
