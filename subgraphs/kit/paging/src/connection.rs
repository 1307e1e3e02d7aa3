//! Pages as the graph shows them.

use async_graphql::Context;
use async_graphql::connection::PageInfo;

use crate::CursorKey;

/// What a resolver of a list knows about its request.
pub trait PagingContext {
    /// The key of the subgraph's cursors.
    ///
    /// # Panics
    /// When the schema was built without one as data.
    fn cursor_key(&self) -> &CursorKey;

    /// Whether the client selected `totalCount`, which costs a statement.
    fn wants_total_count(&self) -> bool;
}

impl PagingContext for Context<'_> {
    fn cursor_key(&self) -> &CursorKey {
        self.data::<CursorKey>().expect("invariant: a schema with lists is built with the key of its cursors")
    }

    fn wants_total_count(&self) -> bool {
        self.look_ahead().field("totalCount").exists()
    }
}

/// What a connection says about its place in the list. For [`crate::connection!`].
#[must_use]
pub fn page_info(has_previous: bool, has_next: bool, first: Option<&String>, last: Option<&String>) -> PageInfo {
    PageInfo {
        has_previous_page: has_previous,
        has_next_page: has_next,
        start_cursor: first.cloned(),
        end_cursor: last.cloned(),
    }
}

/// A count as GraphQL's `Int`, which ends at 2³¹ − 1. For [`crate::connection!`].
#[must_use]
pub fn count(rows: i64) -> i32 {
    i32::try_from(rows).unwrap_or(i32::MAX)
}

/// Declares a Relay connection and its edge. The names must be of this subgraph only (P6).
///
/// ```
/// # #[derive(async_graphql::SimpleObject)]
/// # pub struct Course { title: String }
/// kit_paging::connection! {
///     /// Courses, page by page.
///     pub struct CourseConnection;
///     /// A course in a list.
///     pub struct CourseEdge for Course;
/// }
///
/// kit_paging::connection! {
///     /// The most popular courses.
///     pub struct CourseRankConnection;
///     /// A course in the ranking.
///     pub struct CourseRankEdge for Course {
///         /// Its place, from 1.
///         rank: i32,
///     }
/// }
///
/// use kit_paging::PageRequest;
/// let page = PageRequest::first(1).page(vec!["Rust", "SQL"]);
/// let connection = CourseConnection::new(page, Some(2), |title| {
///     CourseEdge { cursor: format!("cursor of {title}"), node: Course { title: title.to_owned() } }
/// });
/// assert_eq!(connection.edges.len(), 1);
/// assert!(connection.page_info.has_next_page);
/// ```
#[macro_export]
macro_rules! connection {
    (
        $(#[$connection_attribute:meta])*
        pub struct $connection:ident;
        $(#[$edge_attribute:meta])*
        pub struct $edge:ident for $node:ty;
    ) => {
        $crate::connection! {
            $(#[$connection_attribute])*
            pub struct $connection;
            $(#[$edge_attribute])*
            pub struct $edge for $node {}
        }
    };
    (
        $(#[$connection_attribute:meta])*
        pub struct $connection:ident;
        $(#[$edge_attribute:meta])*
        pub struct $edge:ident for $node:ty { $($(#[$attribute:meta])* $field:ident: $type:ty),* $(,)? }
    ) => {
        $(#[$connection_attribute])*
        #[derive(::async_graphql::SimpleObject)]
        pub struct $connection {
            /// The rows of this page.
            pub edges: Vec<$edge>,
            /// What lies before and behind this page.
            pub page_info: $crate::PageInfo,
            /// How many rows all pages have together.
            pub total_count: Option<i32>,
        }

        $(#[$edge_attribute])*
        #[derive(::async_graphql::SimpleObject)]
        pub struct $edge {
            /// Where it stands in the list; for `after` and `before`.
            pub cursor: String,
            /// What stands there.
            pub node: $node,
            $($(#[$attribute])* pub $field: $type,)*
        }

        impl $connection {
            /// The connection of a page, with the total when it was counted.
            pub fn new<T>(page: $crate::Page<T>, total: Option<i64>, edge: impl FnMut(T) -> $edge) -> Self {
                let $crate::Page { rows, has_previous, has_next } = page;
                let edges: Vec<$edge> = rows.into_iter().map(edge).collect();
                let (first, last) = (edges.first().map(|edge| &edge.cursor), edges.last().map(|edge| &edge.cursor));
                let page_info = $crate::page_info(has_previous, has_next, first, last);
                Self { edges, page_info, total_count: total.map($crate::count) }
            }
        }
    };
}
