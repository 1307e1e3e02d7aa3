//! What a reader is told of a file: its media type, and what a browser is to do with it (RFC 6266, RFC 8187).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// `attr-char` of RFC 8187 section 3.2.1 stays as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// A media type with its letters: text says in what it is written (AS-029), and only UTF-8 is taken.
pub(crate) fn served_type(content_type: &str) -> String {
    let charset = if content_type.starts_with("text/") { "; charset=utf-8" } else { "" };
    format!("{content_type}{charset}")
}

/// The value of `Content-Disposition`: printable ASCII.
pub(crate) fn content_disposition(is_attachment: bool, file_name: &str) -> String {
    let what = if is_attachment { "attachment" } else { "inline" };
    let plain = |one: char| one.is_ascii_alphanumeric() || " !#$&+-.^_`|~()[]{}@,;='".contains(one);
    let fallback: String = file_name.chars().map(|one| if plain(one) { one } else { '_' }).collect();
    let encoded = utf8_percent_encode(file_name, ENCODED);
    if fallback == file_name {
        format!("{what}; filename=\"{fallback}\"")
    } else {
        format!("{what}; filename=\"{fallback}\"; filename*=UTF-8''{encoded}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// AS-056
    #[test]
    fn a_name_is_quoted_or_encoded() {
        assert_eq!(content_disposition(false, "a b.mp4"), "inline; filename=\"a b.mp4\"");
        assert_eq!(
            content_disposition(true, "강의\".mp4"),
            "attachment; filename=\"___.mp4\"; filename*=UTF-8''%EA%B0%95%EC%9D%98%22.mp4"
        );
        assert_eq!(content_disposition(true, "a%b"), "attachment; filename=\"a_b\"; filename*=UTF-8''a%25b");
    }

    proptest! {
        #[test]
        fn no_name_ends_the_header(name in any::<String>()) {
            let text = content_disposition(true, &name);
            prop_assert_eq!(text.matches('"').count(), 2);
            prop_assert!(text.chars().all(|one| one == ' ' || one.is_ascii_graphic()), "{text}");
            prop_assert!(!text.contains('\\'));
        }
    }
}
