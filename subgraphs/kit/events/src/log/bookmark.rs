use std::collections::BTreeMap;

/// How far a reader has come that belongs to no group. It lives with the reader: the log knows nothing of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bookmark {
    pub(super) since_us: i64,
    /// Where the reader stands in each part of the log; at the beginning where nothing is said.
    pub(super) places: BTreeMap<u16, String>,
}

impl Bookmark {
    /// Before what was published since a moment, in UTC microseconds.
    #[must_use]
    pub fn since(moment_us: i64) -> Self {
        Self { since_us: moment_us, places: BTreeMap::new() }
    }
}
