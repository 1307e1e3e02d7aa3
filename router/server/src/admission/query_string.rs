//! Query strings that say one thing only.

/// True when every `%` begins an octet and the octets are UTF-8. Decoders replace what is not, silently, so that another
/// operation would be executed than was sent.
pub(super) fn is_utf8(query: &str) -> bool {
    let mut octets = Vec::with_capacity(query.len());
    let mut rest = query.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first != b'%' {
            octets.push(first);
            continue;
        }
        let Some((digits, after)) = after.split_at_checked(2) else { return false };
        let (Some(high), Some(low)) = (hexadecimal(digits[0]), hexadecimal(digits[1])) else { return false };
        octets.push(high * 16 + low);
        rest = after;
    }
    std::str::from_utf8(&octets).is_ok()
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
