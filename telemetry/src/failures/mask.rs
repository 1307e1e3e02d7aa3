//! Taking values out of texts that leave the operator's hands.

/// What stands in a value's place.
const MASK: char = '…';

/// The text of an error with everything masked that may be a value: what is quoted, and words with a digit or an `@`. What
/// is left is what the program says of its own accord, which is the same for all whom it happens to.
pub(super) fn values(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\'', '`']) {
        let quote = char::from(rest.as_bytes()[at]);
        let (before, from) = rest.split_at(at);
        // An apostrophe within a word quotes nothing.
        let is_apostrophe = quote == '\'' && before.ends_with(char::is_alphanumeric);
        let end = from[1..].find(quote).filter(|_| !is_apostrophe);
        let Some(end) = end else {
            words(&mut masked, before);
            masked.push(quote);
            rest = &from[1..];
            continue;
        };
        words(&mut masked, before);
        masked.extend([quote, MASK, quote]);
        rest = &from[end + 2..];
    }
    words(&mut masked, rest);
    masked
}

fn words(masked: &mut String, text: &str) {
    for part in text.split_inclusive(char::is_whitespace) {
        let word = part.trim_end();
        if word.contains('@') || word.bytes().any(|byte| byte.is_ascii_digit()) {
            masked.push(MASK);
            masked.push_str(&part[word.len()..]);
        } else {
            masked.push_str(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::values;

    /// OW-24: what is reported elsewhere names nobody.
    #[test]
    fn what_may_be_a_value_is_masked() {
        for (text, masked) in [
            ("the loader failed", "the loader failed"),
            ("no user ada@example.org", "no user …"),
            ("`learning` refuses: \"Ada Byron\" is not 17 or 'x y'", "`…` refuses: \"…\" is not … or '…'"),
            ("it isn't there, and won't be", "it isn't there, and won't be"),
            ("an open \" quote of 5", "an open \" quote of …"),
            (
                "called `Result::unwrap()` on an `Err` value: Os { code: 2 }",
                "called `…` on an `…` value: Os { code: … }",
            ),
        ] {
            assert_eq!(values(text), masked);
        }
    }
}
