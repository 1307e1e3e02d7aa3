//! How long, and by whom, what a subgraph answered may be kept (RFC 9111, section 5.2.2; domain P4).

use http::{HeaderMap, header};

/// Who may share what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CacheScope {
    /// Everyone.
    Public,
    /// Only the viewer that it was made for.
    Private,
}

/// How long, and by whom, something may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CachePolicy {
    /// For so many seconds; 0: not at all.
    pub max_age: u32,
    /// By whom.
    pub scope: CacheScope,
}

impl CachePolicy {
    /// What nothing limits: where combining begins.
    pub const UNLIMITED: Self = Self { max_age: u32::MAX, scope: CacheScope::Public };
    /// What must not be kept.
    pub const NOT_KEPT: Self = Self { max_age: 0, scope: CacheScope::Public };

    /// The policy of a whole with a part of each: the shortest time, the most private scope.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { max_age: self.max_age.min(other.max_age), scope: self.scope.max(other.scope) }
    }

    /// Whether it may be kept for any time at all.
    #[must_use]
    pub fn may_be_kept(self) -> bool {
        self.max_age > 0
    }

    /// What a response's `Cache-Control` says to a cache that several viewers share, less the time that the response has
    /// spent in other caches (`Age`). Without the header nothing may be kept (CC-05), nor what sets a cookie, nor what varies
    /// by everything.
    #[must_use]
    pub fn of_headers(headers: &HeaderMap) -> Self {
        let varies = headers.get_all(header::VARY).iter().any(|names| names.as_bytes().contains(&b'*'));
        if varies || headers.contains_key(header::SET_COOKIE) {
            return Self::NOT_KEPT;
        }
        let mut policy = Self::UNLIMITED;
        let mut shared_max_age = None;
        let values = headers.get_all(header::CACHE_CONTROL).iter();
        for directive in values.flat_map(|value| value.to_str().unwrap_or("no-store").split(',')) {
            let (name, argument) = directive.split_once('=').unwrap_or((directive, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "no-store" | "no-cache" => return Self::NOT_KEPT,
                "private" => policy.scope = CacheScope::Private,
                "max-age" => policy.max_age = policy.max_age.min(seconds(argument)),
                "s-maxage" => shared_max_age = Some(shared_max_age.unwrap_or(u32::MAX).min(seconds(argument))),
                _ => {}
            }
        }
        policy.max_age = match shared_max_age {
            Some(shared) => shared,
            None if policy.max_age == u32::MAX => 0,
            None => policy.max_age,
        };
        let age = headers.get(header::AGE).map_or(0, |age| age.to_str().map_or(u32::MAX, seconds_passed));
        Self { max_age: policy.max_age.saturating_sub(age), ..policy }
    }
}

/// A number of seconds; 0 for what is none, since then nobody knows what was meant.
fn seconds(text: &str) -> u32 {
    let digits = text.trim().trim_matches('"');
    match digits.bytes().all(|byte| byte.is_ascii_digit()) {
        // More than is representable is a long time (RFC 9111, section 1.2.2).
        true if !digits.is_empty() => digits.parse().unwrap_or(u32::MAX - 1),
        _ => 0,
    }
}

fn seconds_passed(text: &str) -> u32 {
    text.trim().parse().unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(values: &[&str], age: Option<&str>) -> (u32, CacheScope) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::CACHE_CONTROL, value.parse().unwrap());
        }
        if let Some(age) = age {
            headers.insert(header::AGE, age.parse().unwrap());
        }
        let policy = CachePolicy::of_headers(&headers);
        (policy.max_age, policy.scope)
    }

    /// CC-01, CC-02, CC-05
    #[test]
    fn a_header_is_read_as_strictly_as_it_can_be() {
        use CacheScope::{Private, Public};
        for (values, expected) in [
            (&[][..], (0, Public)),
            (&["public"], (0, Public)),
            (&["max-age=60"], (60, Public)),
            (&["MAX-AGE=60, Public"], (60, Public)),
            (&["max-age=60, private"], (60, Private)),
            (&["private=\"set-cookie\", max-age=60"], (60, Private)),
            (&["max-age=60", "max-age=30"], (30, Public)),
            (&["max-age=60, no-store"], (0, Public)),
            (&["no-cache, max-age=60"], (0, Public)),
            (&["max-age=60, s-maxage=5"], (5, Public)),
            (&["s-maxage=5"], (5, Public)),
            (&["max-age=\"60\""], (60, Public)),
            (&["max-age=sixty"], (0, Public)),
            (&["max-age="], (0, Public)),
            (&["max-age=-1"], (0, Public)),
            (&["max-age=99999999999"], (u32::MAX - 1, Public)),
            (&["max-age=60, immutable, must-revalidate"], (60, Public)),
        ] {
            assert_eq!(policy(values, None), expected, "{values:?}");
        }
        assert_eq!(policy(&["max-age=60"], Some("20")), (40, Public));
        assert_eq!(policy(&["max-age=60"], Some("90")), (0, Public));
        assert_eq!(policy(&["max-age=60"], Some("soon")), (0, Public));
    }

    /// CC-01, CC-02
    #[test]
    fn a_whole_is_kept_as_its_strictest_part() {
        let (long, short) = (
            CachePolicy { max_age: 60, scope: CacheScope::Public },
            CachePolicy { max_age: 5, scope: CacheScope::Private },
        );
        assert_eq!(long.and(short), short);
        assert_eq!(short.and(long), short);
        assert_eq!(CachePolicy::UNLIMITED.and(long), long);
        assert_eq!(long.and(CachePolicy::NOT_KEPT).max_age, 0);
    }
}
