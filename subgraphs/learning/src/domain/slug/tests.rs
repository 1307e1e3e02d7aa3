use proptest::prelude::*;

use super::{is_slug, slug_of_title};

proptest! {
    /// Whatever the title, what is made of it is a slug.
    #[test]
    fn every_title_gives_a_slug(title in "\\PC{0,300}") {
        let slug = slug_of_title(&title, "01jb0000");
        prop_assert!(is_slug(&slug), "{slug}");
    }
}

#[test]
fn hyphens_stand_alone_between_words() {
    assert!(is_slug("rust-2024"));
    for wrong in ["", "-rust", "rust-", "rust--a", "Rust", "rust a"] {
        assert!(!is_slug(wrong), "{wrong}");
    }
}
