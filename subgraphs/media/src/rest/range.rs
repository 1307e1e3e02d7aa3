//! Byte ranges (RFC 9110 section 14).

#[cfg(test)]
mod tests;

use std::ops::Range;

use http::HeaderMap;
use http::header::RANGE;

/// More ranges than these are not worth their parts: the whole file is sent (CVE-2011-3192).
const RANGES_MAX: usize = 8;
/// More ranges that overlap than these are an attack or a mistake.
const OVERLAPPING_MAX: usize = 2;

/// What of a file is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it: nothing was said, or nothing that can be understood.
    Whole,
    /// These parts, which do not overlap.
    Parts(Vec<Range<u64>>),
    /// Parts of which it has none.
    Nothing,
    /// Several headers, which proxies may read differently.
    Ambiguous,
}

/// What the headers of a request want of a file of this size.
pub(super) fn wanted(headers: &HeaderMap, byte_size: u64) -> Wanted {
    let mut values = headers.get_all(RANGE).iter();
    let Some(value) = values.next() else { return Wanted::Whole };
    if values.next().is_some() {
        return Wanted::Ambiguous;
    }
    value.to_str().ok().and_then(|text| parts(text, byte_size)).unwrap_or(Wanted::Whole)
}

/// Nothing when it cannot be understood.
fn parts(text: &str, byte_size: u64) -> Option<Wanted> {
    let (unit, set) = text.split_once('=')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    // Empty members of a list are skipped (section 5.6.1).
    let members = set.split(',').map(|member| member.trim_matches([' ', '\t'])).filter(|member| !member.is_empty());
    let specified: Vec<Specified> = members.map(Specified::read).collect::<Option<_>>()?;
    if specified.is_empty() {
        return None;
    }
    if specified.len() > RANGES_MAX {
        return Some(Wanted::Whole);
    }
    let satisfiable: Vec<Range<u64>> = specified.iter().filter_map(|one| one.within(byte_size)).collect();
    if satisfiable.is_empty() {
        return Some(Wanted::Nothing);
    }
    let overlapping = satisfiable.iter().enumerate().filter(|(place, range)| {
        satisfiable.iter().enumerate().any(|(other, another)| other != *place && overlap(range, another))
    });
    Some(match overlapping.count() {
        0 => Wanted::Parts(satisfiable),
        some if some <= OVERLAPPING_MAX => Wanted::Parts(joined(satisfiable)),
        _ => Wanted::Whole,
    })
}

/// A range as it is written.
enum Specified {
    From(u64),
    Between(u64, u64),
    Last(u64),
}

impl Specified {
    fn read(member: &str) -> Option<Self> {
        let (first, last) = member.split_once('-')?;
        Some(match (first, last) {
            ("", last) => Self::Last(position(last)?),
            (first, "") => Self::From(position(first)?),
            (first, last) => {
                let (first, last) = (position(first)?, position(last)?);
                if last < first {
                    return None;
                }
                Self::Between(first, last)
            }
        })
    }

    /// The bytes that a file of this size has of it; nothing when it has none.
    fn within(&self, byte_size: u64) -> Option<Range<u64>> {
        let range = match *self {
            Self::From(first) => first..byte_size,
            Self::Between(first, last) => first..byte_size.min(last.saturating_add(1)),
            Self::Last(count) => byte_size.saturating_sub(count)..byte_size,
        };
        (!range.is_empty()).then_some(range)
    }
}

/// Digits and nothing else; what is beyond every file stands for its end.
fn position(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

fn overlap(one: &Range<u64>, other: &Range<u64>) -> bool {
    one.start < other.end && other.start < one.end
}

fn joined(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.sort_by_key(|range| range.start);
    ranges.into_iter().fold(Vec::new(), |mut joined: Vec<Range<u64>>, range| {
        match joined.last_mut() {
            Some(last) if overlap(last, &range) => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
        joined
    })
}
