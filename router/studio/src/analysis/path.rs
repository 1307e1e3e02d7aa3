//! The critical path of nested pieces of work.
//!
//! From the end of the whole one goes back over the part that has ended last: until then everything waited for it. Where no
//! part was at work, it was the whole itself. A part that was still at work when the one after it began counts until then.

/// A piece of work, with the pieces that it consists of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Piece {
    /// When it began.
    pub begin: u64,
    /// When it ended; never before it began.
    pub end: u64,
    /// The places of its parts.
    pub parts: Vec<usize>,
}

/// A stretch of time in which one piece held up the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The place of the piece.
    pub piece: usize,
    /// From here.
    pub begin: u64,
    /// To here.
    pub end: u64,
}

/// The critical path of the piece at `root`: stretches that do not overlap and leave nothing of it out, the last one first.
/// `pieces` is a tree below `root`.
#[must_use]
pub fn critical_path(pieces: &[Piece], root: usize) -> Vec<Stretch> {
    let mut path = Vec::new();
    let Some(whole) = pieces.get(root) else { return path };
    let mut open = vec![Stretch { piece: root, begin: whole.begin, end: whole.end }];
    while let Some(Stretch { piece, begin, end }) = open.pop() {
        let mut parts: Vec<usize> = pieces[piece].parts.clone();
        parts.sort_by_key(|part| std::cmp::Reverse((pieces[*part].end, pieces[*part].begin)));
        let mut cursor = end;
        for part in parts {
            let (part_begin, part_end) = (pieces[part].begin.max(begin), pieces[part].end.min(cursor));
            if part_begin >= part_end {
                continue;
            }
            if part_end < cursor {
                path.push(Stretch { piece, begin: part_end, end: cursor });
            }
            open.push(Stretch { piece: part, begin: part_begin, end: part_end });
            cursor = part_begin;
        }
        if begin < cursor {
            path.push(Stretch { piece, begin, end: cursor });
        }
    }
    path.sort_by_key(|stretch| std::cmp::Reverse(stretch.begin));
    path
}

/// How much of a piece's time none of its parts was at work in.
#[must_use]
pub fn self_time(pieces: &[Piece], place: usize) -> u64 {
    let piece = &pieces[place];
    let mut parts: Vec<(u64, u64)> = piece
        .parts
        .iter()
        .map(|part| (pieces[*part].begin.max(piece.begin), pieces[*part].end.min(piece.end)))
        .filter(|(begin, end)| begin < end)
        .collect();
    parts.sort_unstable();
    let (mut covered, mut cursor) = (0, piece.begin);
    for (begin, end) in parts {
        covered += end.saturating_sub(begin.max(cursor));
        cursor = cursor.max(end);
    }
    (piece.end - piece.begin).saturating_sub(covered)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Piece, Stretch, critical_path, self_time};

    fn piece(begin: u64, end: u64, parts: &[usize]) -> Piece {
        Piece { begin, end, parts: parts.to_vec() }
    }

    fn told(pieces: &[Piece]) -> Vec<(usize, u64, u64)> {
        critical_path(pieces, 0).into_iter().rev().map(|Stretch { piece, begin, end }| (piece, begin, end)).collect()
    }

    #[test]
    fn one_after_the_other_both_are_on_the_path() {
        let pieces = [piece(0, 100, &[1, 2]), piece(10, 40, &[]), piece(50, 90, &[])];
        assert_eq!(told(&pieces), [(0, 0, 10), (1, 10, 40), (0, 40, 50), (2, 50, 90), (0, 90, 100)]);
    }

    #[test]
    fn of_two_at_once_the_one_that_ends_last_is() {
        let pieces = [piece(0, 100, &[1, 2]), piece(10, 40, &[]), piece(10, 90, &[])];
        assert_eq!(told(&pieces), [(0, 0, 10), (2, 10, 90), (0, 90, 100)]);
    }

    #[test]
    fn of_two_that_overlap_the_first_counts_until_the_second_begins() {
        let pieces = [piece(0, 100, &[1, 2]), piece(0, 60, &[]), piece(40, 100, &[])];
        assert_eq!(told(&pieces), [(1, 0, 40), (2, 40, 100)]);
    }

    #[test]
    fn parts_of_parts_are_followed_and_what_goes_on_after_the_whole_is_cut() {
        let pieces = [piece(0, 100, &[1]), piece(20, 130, &[2]), piece(30, 80, &[])];
        assert_eq!(told(&pieces), [(0, 0, 20), (1, 20, 30), (2, 30, 80), (1, 80, 100)]);
        assert_eq!([self_time(&pieces, 0), self_time(&pieces, 1), self_time(&pieces, 2)], [20, 60, 50]);
    }

    /// A tree in which the piece at `n` belongs to one before it, and may begin and end anywhere.
    fn trees() -> impl Strategy<Value = Vec<Piece>> {
        proptest::collection::vec((0_u64..1000, 0_u64..500, any::<prop::sample::Index>()), 1..40).prop_map(|drawn| {
            let mut pieces: Vec<Piece> = Vec::new();
            for (place, (begin, duration, parent)) in drawn.into_iter().enumerate() {
                pieces.push(piece(begin, begin + duration, &[]));
                if place > 0 {
                    pieces[parent.index(place)].parts.push(place);
                }
            }
            pieces
        })
    }

    proptest! {
        /// Nothing of the whole is left out, and nothing is counted twice.
        #[test]
        fn the_path_is_as_long_as_the_whole(pieces in trees()) {
            let mut cursor = pieces[0].end;
            for stretch in critical_path(&pieces, 0) {
                prop_assert_eq!(stretch.end, cursor);
                prop_assert!(stretch.begin < stretch.end);
                cursor = stretch.begin;
            }
            prop_assert_eq!(cursor, pieces[0].begin);
        }

        /// A piece holds up the whole only while it is at work.
        #[test]
        fn a_stretch_is_within_its_piece(pieces in trees()) {
            for stretch in critical_path(&pieces, 0) {
                let piece = &pieces[stretch.piece];
                prop_assert!(piece.begin <= stretch.begin && stretch.end <= piece.end);
            }
        }

        #[test]
        fn self_time_is_no_longer_than_the_piece(pieces in trees()) {
            for place in 0..pieces.len() {
                prop_assert!(self_time(&pieces, place) <= pieces[place].end - pieces[place].begin);
            }
        }
    }
}
