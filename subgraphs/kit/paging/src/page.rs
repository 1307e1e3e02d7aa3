//! What is asked for, and what comes of it.

use crate::Position;

/// A page that is asked for. Made by [`crate::PageArguments::parse`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageRequest {
    pub(crate) size: u32,
    pub(crate) is_backward: bool,
    pub(crate) after: Option<Position>,
    pub(crate) before: Option<Position>,
}

impl PageRequest {
    /// The first rows of a list: for services that need no client's arguments.
    #[must_use]
    pub fn first(size: u32) -> Self {
        Self { size, is_backward: false, after: None, before: None }
    }

    /// How many rows the page has at most.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.size
    }

    /// Makes the page of the rows that the store has read with the [`crate::Keyset`] of this request: puts them into
    /// the order of the list, and drops the one that only shows that there are more.
    #[must_use]
    pub fn page<T>(&self, mut rows: Vec<T>) -> Page<T> {
        let size = self.size as usize;
        let has_more = rows.len() > size;
        rows.truncate(size);
        if self.is_backward {
            rows.reverse();
            Page { rows, has_previous: has_more, has_next: self.before.is_some() }
        } else {
            Page { rows, has_previous: self.after.is_some(), has_next: has_more }
        }
    }
}

/// A page: some consecutive rows of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, in the order of the list.
    pub rows: Vec<T>,
    /// Whether there are rows before them.
    pub has_previous: bool,
    /// Whether there are rows behind them.
    pub has_next: bool,
}

impl<T> Page<T> {
    /// No rows.
    #[must_use]
    pub const fn empty() -> Self {
        Self { rows: Vec::new(), has_previous: false, has_next: false }
    }

    /// The same page of something else.
    #[must_use]
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        let rows = self.rows.into_iter().map(change).collect();
        Page { rows, has_previous: self.has_previous, has_next: self.has_next }
    }
}
