use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit_ids::CourseId;
use proptest::prelude::*;

use super::{CURSOR_LENGTH_MAX, CursorKey};
use crate::{Order, PageArguments, PagingError, Position, SortKey, SortValue};

const NEWEST: Order = Order::new("courses.newest", &[SortKey::descending("published_at")], "id");
const OLDEST: Order = Order::new("courses.oldest", &[SortKey::ascending("published_at")], "id");
const BY_TITLE: Order = Order::new("courses.newest", &[SortKey::ascending("title"), SortKey::ascending("level")], "id");

fn key() -> CursorKey {
    CursorKey::derive(b"the secret of the service, 32 bytes", "learning")
}

fn position() -> Position {
    Position::new([SortValue::Integer(1_790_000_000_000_000)], CourseId::from_bytes([7; 16]))
}

/// P6: bound to the list, the order and the subgraph.
#[test]
fn a_cursor_works_for_its_own_list_only() {
    let cursor = key().cursor(&NEWEST, &position());
    assert_eq!(key().read(&NEWEST, &cursor), Some(position()));
    assert_eq!(key().read(&OLDEST, &cursor), None);
    assert_eq!(key().read(&BY_TITLE, &cursor), None, "the keys of the order have changed");
    let neighbour = CursorKey::derive(b"the secret of the service, 32 bytes", "enrollment");
    assert_eq!(neighbour.read(&NEWEST, &cursor), None);
    let rotated = CursorKey::derive(b"another secret of the service, 32", "learning");
    assert_eq!(rotated.read(&NEWEST, &cursor), None);
}

/// P6: `first` or `last` required, 1–100.
#[test]
fn a_page_has_one_size_between_one_and_a_hundred() {
    let parse = |first, last| {
        PageArguments { first, last, ..PageArguments::default() }.parse(&NEWEST, &key()).map(|page| page.size())
    };
    assert_eq!((parse(Some(1), None), parse(None, Some(100))), (Ok(1), Ok(100)));
    assert_eq!(parse(None, None), Err(PagingError::SizeMissing));
    assert_eq!(parse(Some(1), Some(1)), Err(PagingError::TwoSizes));
    for size in [0, -1, 101, i32::MIN] {
        assert_eq!(parse(Some(size), None), Err(PagingError::SizeOutOfRange("first")));
        assert_eq!(parse(None, Some(size)), Err(PagingError::SizeOutOfRange("last")));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// P6: a forged cursor fails closed, whichever bit was changed.
    #[test]
    fn a_changed_cursor_is_no_cursor(place: usize, bit in 0_u8..8) {
        let mut bytes = URL_SAFE_NO_PAD.decode(key().cursor(&NEWEST, &position())).unwrap();
        let place = place % bytes.len();
        bytes[place] ^= 1 << bit;
        prop_assert_eq!(key().read(&NEWEST, &URL_SAFE_NO_PAD.encode(bytes)), None);
    }

    /// P6: so does anything else that a client may send.
    #[test]
    fn any_text_is_no_cursor(text in "[\\PC]{0,200}", bytes: Vec<u8>) {
        let sealed = URL_SAFE_NO_PAD.encode(bytes);
        for text in [text.as_str(), &sealed, &"A".repeat(CURSOR_LENGTH_MAX + 4)] {
            let arguments = PageArguments { first: Some(1), after: Some(text.to_owned()), ..PageArguments::default() };
            prop_assert_eq!(arguments.parse(&NEWEST, &key()), Err(PagingError::InvalidCursor("after")));
        }
    }

    /// P6: what was sealed is what is read.
    #[test]
    fn every_position_survives(title in "\\PC{0,80}", level: i64, id: [u8; 16]) {
        let position = Position::new([title.as_str().into(), level.into()], CourseId::from_bytes(id));
        prop_assert_eq!(key().read(&BY_TITLE, &key().cursor(&BY_TITLE, &position)), Some(position));
    }
}
