use std::collections::HashSet;

use proptest::prelude::*;

use crate::kind::PREFIXES;
use crate::{CourseId, IdError, Prefix, UserId};

const TEXT: &str = "usr_01jb5v6xk4r8w2n3p7q9s0t1ya";

/// P5: sortable, no decoding hop, 16 bytes in the database.
#[test]
fn text_and_bytes_are_the_same_id() {
    let id: UserId = TEXT.parse().unwrap();
    assert_eq!(id.to_string(), TEXT);
    assert_eq!(UserId::from_bytes(id.to_bytes()), id);
    assert_eq!(serde_json::to_value(id).unwrap(), TEXT);
    assert_eq!(serde_json::from_value::<UserId>(TEXT.into()).unwrap(), id);
}

/// P5: an unknown or ill-formed prefix is refused, and the refusal says what is needed.
#[test]
fn the_id_of_something_else_is_refused_by_name() {
    let error = TEXT.parse::<CourseId>().unwrap_err();
    assert_eq!(error, IdError::OtherType { found: "User", expected: "Course", prefix: "crs" });
    assert_eq!(error.to_string(), "this is the id of a User, and a Course is needed; its ids begin with `crs_`");
}

/// P5: one id has one spelling.
#[test]
fn other_spellings_are_refused() {
    let upper = format!("usr_{}", TEXT[4..].to_uppercase());
    let look_alike = TEXT.replace('0', "o");
    let too_large = format!("usr_8{}", &TEXT[5..]);
    let cases =
        ["", "usr", "usr_", "_", "xyz_01jb5v6xk4r8w2n3p7q9s0t1ya", &TEXT[..29], &upper, &look_alike, &too_large];
    for text in cases {
        assert!(matches!(text.parse::<UserId>(), Err(IdError::Malformed { .. })), "{text:?}");
    }
}

/// P5: a type by prefix, so no two types share one.
#[test]
fn prefixes_are_three_lower_case_letters_and_unique() {
    let letters: HashSet<_> = PREFIXES.iter().map(|prefix| prefix.letters).collect();
    assert_eq!(letters.len(), PREFIXES.len());
    assert_eq!(PREFIXES.len(), 33);
    assert!(letters.iter().all(|letters| letters.len() == 3 && letters.bytes().all(|byte| byte.is_ascii_lowercase())));
    assert_eq!(Prefix::of(TEXT).map(|prefix| prefix.type_name), Some("User"));
    assert_eq!(Prefix::of("xyz_1"), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// P5: sorting the text, the bytes and the id is one and the same, so a database and a client agree.
    #[test]
    fn text_bytes_and_ids_sort_alike(left: [u8; 16], right: [u8; 16]) {
        let (left, right) = (UserId::from_bytes(left), UserId::from_bytes(right));
        prop_assert_eq!(left.cmp(&right), left.to_string().cmp(&right.to_string()));
        prop_assert_eq!(left.cmp(&right), left.to_bytes().cmp(&right.to_bytes()));
        prop_assert_eq!(left.to_string().parse::<UserId>().unwrap(), left);
    }

    /// P5: nothing that a client sends makes the reader panic.
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
        if let Ok(id) = text.parse::<UserId>() {
            prop_assert_eq!(id.to_string(), text);
        }
    }
}
