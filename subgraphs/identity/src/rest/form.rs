//! `application/x-www-form-urlencoded`, as OAuth uses it (RFC 6749 appendix B).

/// The parameters of a body, in their order; nothing when it is malformed.
pub(super) fn parameters(body: &[u8]) -> Option<Vec<(String, String)>> {
    let text = std::str::from_utf8(body).ok()?;
    let parameter = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        Some((decoded(name)?, decoded(value)?))
    };
    text.split('&').filter(|part| !part.is_empty()).map(parameter).collect()
}

/// A name or value without its encoding; nothing when that is broken, or hides no UTF-8.
pub(super) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) = (char::from(rest.next()?).to_digit(16)?, char::from(rest.next()?).to_digit(16)?);
                u8::try_from(high * 16 + low).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::{decoded, parameters};

    fn encoded(text: &str) -> String {
        text.bytes().map(|byte| format!("%{byte:02X}")).collect()
    }

    #[test]
    fn parameters_are_read_in_order() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            parameters(b"a=1&b=x+y%21&&c&a=2=3"),
            Some(vec![pair("a", "1"), pair("b", "x y!"), pair("c", ""), pair("a", "2=3")])
        );
        assert_eq!(parameters(b""), Some(Vec::new()));
        for broken in [&b"a=%"[..], b"a=%2", b"a=%zz", b"a=%ff", b"%f=1", b"a=\xff"] {
            assert_eq!(parameters(broken), None, "{broken:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_encoded_is_decoded(name in "\\PC{1,20}", value in "\\PC{0,20}") {
            let body = format!("{}={}", encoded(&name), encoded(&value));
            prop_assert_eq!(parameters(body.as_bytes()), Some(vec![(name, value)]));
        }

        #[test]
        fn no_text_is_too_much(text in "\\PC{0,40}") {
            let _ = decoded(&text);
        }
    }
}
