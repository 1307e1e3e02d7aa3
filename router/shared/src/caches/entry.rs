//! What an answer is on the server: a line for the scripts, and the text.
//!
//! The line is `1 era clock life max_age scope bytes tags`: a version; when it was asked for; for how many milliseconds it
//! is of use, all in all; for how many seconds it could be kept when it came, and by whom; how long the text is, so that
//! one that lacks something is none; and what it is about, sixteen hexadecimal digits each.

use std::fmt::Write;
use std::sync::Once;
use std::time::Duration;

use redis::Value;
use router_server::{SharedAnswer, SharedEntry};

/// Answers about more than this are not shared: to see whether one of them has changed would keep the server.
const TAGS_MAX: usize = 4_096;

/// The line without its end, and for how many milliseconds the server has to keep it; none for what cannot be kept there.
pub(super) fn head(entry: &SharedEntry) -> Option<(String, u64)> {
    let SharedEntry { asked_at, answer, life, .. } = entry;
    let left = life.checked_sub(answer.age).filter(|left| left.as_millis() > 0)?;
    let is_plain = asked_at.era.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if answer.tags.len() > TAGS_MAX || asked_at.era.is_empty() || !is_plain {
        return None;
    }
    let scope = if answer.is_private { "private" } else { "public" };
    let (clock, life, max_age, bytes) = (asked_at.clock, life.as_millis(), answer.max_age, answer.value.len());
    let mut head = format!("1 {} {clock} {life} {max_age} {scope} {bytes} ", asked_at.era);
    for tag in &answer.tags {
        // A string takes what is written.
        let _written = write!(head, "{tag:016x}");
    }
    Some((head, u64::try_from(left.as_millis()).ok()?))
}

/// An answer as the script gives it: `{value, life left}`; 0 for nothing, and 1 for what is no answer.
pub(super) fn read(found: &Value) -> Option<SharedAnswer> {
    let answer = match found {
        Value::Int(0) => return None,
        Value::Array(parts) => match parts.as_slice() {
            [Value::BulkString(value), Value::Int(left)] => answer(value, *left),
            _ => None,
        },
        _ => None,
    };
    if answer.is_none() {
        complain();
    }
    answer
}

fn answer(value: &[u8], left_ms: i64) -> Option<SharedAnswer> {
    let end = value.iter().position(|byte| *byte == b'\n')?;
    let (head, text) = (std::str::from_utf8(&value[..end]).ok()?, &value[end + 1..]);
    let mut words = head.split(' ');
    let (version, _era, clock) = (words.next()?, words.next()?, words.next()?);
    let (life, max_age, scope) = (words.next()?, words.next()?, words.next()?);
    let (bytes, tags) = (words.next()?, words.next()?);
    let is_private = match scope {
        "private" => true,
        "public" => false,
        _ => return None,
    };
    if version != "1" || words.next().is_some() || bytes.parse() != Ok(text.len()) || !tags.is_ascii() {
        return None;
    }
    let tags = tags.as_bytes().chunks(16).map(|digits| u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
    // What is left is the server's to say: routers' clocks differ.
    let age = Duration::from_millis(life.parse().ok()?).saturating_sub(Duration::from_millis(left_ms.try_into().ok()?));
    Some(SharedAnswer {
        asked_at: clock.parse().ok()?,
        tags: tags.collect::<Option<_>>()?,
        max_age: max_age.parse().ok()?,
        is_private,
        age,
        value: text.to_vec(),
    })
}

/// Once: whoever puts other things there has many of them.
fn complain() {
    static COMPLAINED: Once = Once::new();
    COMPLAINED.call_once(|| {
        tracing::warn!("under a key of the caches stands what no router of this version has put there; it is a miss");
    });
}

#[cfg(test)]
mod tests {
    use router_server::SharedMoment;

    use super::*;

    fn entry() -> SharedEntry {
        let answer = SharedAnswer {
            asked_at: 7,
            tags: vec![1, u64::MAX],
            max_age: 60,
            is_private: true,
            age: Duration::from_secs(1),
            value: b"{\"a\":\"\\n\"}".to_vec(),
        };
        let asked_at = SharedMoment { era: "ab-1-2".to_owned(), clock: 7 };
        SharedEntry { name: [0; 32], asked_at, answer, life: Duration::from_secs(61) }
    }

    fn written(entry: &SharedEntry) -> (Vec<u8>, i64) {
        let (head, left) = head(entry).unwrap();
        ([head.as_bytes(), b"\n", &entry.answer.value].concat(), left.try_into().unwrap())
    }

    fn found(value: &[u8], left: i64) -> Value {
        Value::Array(vec![Value::BulkString(value.to_vec()), Value::Int(left)])
    }

    #[test]
    fn an_answer_is_read_as_it_was_written() {
        let (value, left) = written(&entry());
        assert_eq!(left, 60_000);
        assert_eq!(read(&found(&value, left)), Some(entry().answer));
        assert_eq!(read(&found(&value, left - 500)).unwrap().age, Duration::from_millis(1_500));
    }

    /// CC-11: whatever is cut off, changed or put in its place is a miss, and no panic.
    #[test]
    fn what_is_no_answer_is_a_miss() {
        let (value, left) = written(&entry());
        for cut in 0..value.len() {
            assert_eq!(read(&found(&value[..cut], left)), None, "{cut}");
        }
        assert_eq!(read(&found(&[&value[..], b"x"].concat(), left)), None);
        assert_eq!(read(&found(&[b"2", &value[1..]].concat(), left)), None);
        assert_eq!(read(&found(&value, -1)), None);
        for odd in [Value::Nil, Value::Int(0), Value::Int(1), Value::Okay, Value::Array(Vec::new())] {
            assert_eq!(read(&odd), None);
        }
        for odd in ["", "1", "\n", "1 a b c d e f\n", "1 a 1 1 1 public 0 zz\n", "1 a 1 1 1 public 0 \u{e9}\u{e9}\n"] {
            assert_eq!(read(&found(odd.as_bytes(), 1)), None, "{odd}");
        }
    }

    /// Nothing is written that could be taken for something else, or that is of no use any more.
    #[test]
    fn what_cannot_be_kept_there_is_not() {
        let with = |change: fn(&mut SharedEntry)| {
            let mut entry = entry();
            change(&mut entry);
            head(&entry)
        };
        assert!(with(|entry| entry.asked_at.era = "a b".to_owned()).is_none());
        assert!(with(|entry| entry.asked_at.era = String::new()).is_none());
        assert!(with(|entry| entry.answer.tags = vec![0; TAGS_MAX + 1]).is_none());
        assert!(with(|entry| entry.answer.age = Duration::from_secs(61)).is_none());
    }
}
