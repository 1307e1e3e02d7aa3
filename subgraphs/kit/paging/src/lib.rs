//! Lists page by page: Relay connections over keyset cursors (P6).
//!
//! The way of a page, from the arguments of a field to its connection:
//!
//! 1. The resolver puts its arguments into [`PageArguments`] and reads them with the [`Order`] of the list and the
//!    [`CursorKey`] of the subgraph. What comes out is a [`PageRequest`], or a [`PagingError`] with a code for clients.
//! 2. The store asks the [`Order`] for the [`Keyset`] of the request: a condition, an order and a limit for its SQL.
//! 3. [`PageRequest::page`] makes a [`Page`] of the rows, in the order of the list and with what lies around it.
//! 4. The resolver makes a connection of it, a type that [`connection!`] declares, with a cursor for each row.
//!
//! A list below an entity is read for many parents at once: [`WindowLoad`] is a loader of pages, and the first steps are
//! the same. `totalCount` costs a statement, so [`PagingContext::wants_total_count`] says whether anybody asked for it.
//!
//! Invariants:
//! - A cursor works for the list that it came from, in the subgraph that made it, and nowhere else.
//! - Paging forward or backward with any page size gives each row once, in order, ties included. A row that is inserted
//!   meanwhile may be missed; none comes twice unless it moves.
//! - A page has 100 rows at most. There is no `OFFSET`: the last page costs what the first one does.
//!
//! What it does not do: count, filter, or sort by a column that can be null.

mod arguments;
mod connection;
mod cursor;
mod keyset;
mod order;
mod page;
mod window;

pub use arguments::{PAGE_SIZE_MAX, PageArguments, PagingError};
pub use connection::{PageInfo, PagingContext, total_count};
pub use cursor::{CURSOR_LENGTH_MAX, CursorKey};
pub use keyset::Keyset;
pub use order::{Direction, Order, Position, SortKey, SortValue};
pub use page::{Page, PageRequest};
pub use window::{Window, WindowKey, WindowLoad, WindowRows, Windows};
