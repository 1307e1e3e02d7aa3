//! The arguments of every list field.

use kit_graph::{ErrorCode, GraphError};
use thiserror::Error;

use crate::{CursorKey, Order, PageRequest};

/// Most rows on a page (P6).
pub const PAGE_SIZE_MAX: i32 = 100;

/// The four arguments of the Relay cursor connections specification, as the client sent them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageArguments {
    /// So many from the beginning, or behind `after`.
    pub first: Option<i32>,
    /// Behind this cursor.
    pub after: Option<String>,
    /// So many from the end, or before `before`.
    pub last: Option<i32>,
    /// Before this cursor.
    pub before: Option<String>,
}

impl PageArguments {
    /// The arguments, in the order in which fields declare them.
    #[must_use]
    pub fn new(first: Option<i32>, after: Option<String>, last: Option<i32>, before: Option<String>) -> Self {
        Self { first, after, last, before }
    }

    /// Reads the arguments, with the cursors of this list.
    ///
    /// # Errors
    /// [`PagingError`], which converts to the [`GraphError`] that clients see.
    pub fn parse(&self, order: &Order, key: &CursorKey) -> Result<PageRequest, PagingError> {
        let (name, size) = match (self.first, self.last) {
            (Some(first), None) => ("first", first),
            (None, Some(last)) => ("last", last),
            (None, None) => return Err(PagingError::SizeMissing),
            (Some(_), Some(_)) => return Err(PagingError::TwoSizes),
        };
        let size = u32::try_from(size).ok().filter(|_| (1..=PAGE_SIZE_MAX).contains(&size));
        let size = size.ok_or(PagingError::SizeOutOfRange(name))?;
        let read = |cursor: &Option<String>, name| {
            cursor.as_deref().map(|text| key.read(order, text).ok_or(PagingError::InvalidCursor(name))).transpose()
        };
        let (after, before) = (read(&self.after, "after")?, read(&self.before, "before")?);
        Ok(PageRequest { size, is_backward: name == "last", after, before })
    }
}

/// The arguments ask for no page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PagingError {
    /// Neither `first` nor `last`.
    #[error("`first` or `last` is needed, from 1 to {PAGE_SIZE_MAX}")]
    SizeMissing,
    /// Both `first` and `last`.
    #[error("`first` and `last` exclude each other; send one of them")]
    TwoSizes,
    /// No page has this size.
    #[error("`{0}` must be from 1 to {PAGE_SIZE_MAX}")]
    SizeOutOfRange(&'static str),
    /// A cursor that this list did not make.
    #[error("`{0}` is no cursor of this list; take it from `edges {{ cursor }}` or `pageInfo` of the same field")]
    InvalidCursor(&'static str),
}

impl From<PagingError> for GraphError {
    fn from(error: PagingError) -> Self {
        let code = match error {
            PagingError::InvalidCursor(_) => ErrorCode::InvalidCursor,
            _ => ErrorCode::BadUserInput,
        };
        Self::new(code, error.to_string())
    }
}
