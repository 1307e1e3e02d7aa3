//! Pages as the graph shows them.

use async_graphql::{Context, SimpleObject};
use kit_graph::{GraphError, GraphResult};
use thiserror::Error;

use crate::CursorKey;

/// Where a page of a connection stands; every connection takes `first` or `last`, 1 to 100.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
#[graphql(shareable)]
pub struct PageInfo {
    /// Whether more follows this page.
    pub has_next_page: bool,
    /// Whether more precedes this page.
    pub has_previous_page: bool,
    /// Cursor of the first edge, to pass as `before`.
    pub start_cursor: Option<String>,
    /// Cursor of the last edge, to pass as `after`.
    pub end_cursor: Option<String>,
}

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

/// A resolver made a connection without counting, although the client selected the count.
#[derive(Debug, Error)]
#[error("`totalCount` was selected and not counted; ask `wants_total_count` where the connection is made")]
struct NotCounted;

/// `totalCount`, which ends where GraphQL's `Int` does. For [`crate::connection!`].
///
/// # Errors
/// `INTERNAL` when nobody counted.
pub fn total_count(total: Option<i64>) -> GraphResult<i32> {
    let total = total.ok_or_else(|| GraphError::internal(&NotCounted))?;
    Ok(i32::try_from(total).unwrap_or(i32::MAX))
}

/// Declares a Relay connection and its edge. The names must be of this subgraph only (P6). Where an entry belongs to
/// another subgraph, say so above its type: the words become the description of `node`.
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
/// kit_paging::connection! {
///     /// Courses of any owner.
///     pub struct AnyCourseConnection;
///     /// A course of any owner.
///     pub struct AnyCourseEdge for
///         /// The entry itself; null when its owner cannot be reached.
///         Option<Course> {}
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
        $crate::connection! {
            $(#[$connection_attribute])*
            pub struct $connection;
            $(#[$edge_attribute])*
            pub struct $edge for
                /// The entry itself.
                $node { $($(#[$attribute])* $field: $type,)* }
        }
    };
    (
        $(#[$connection_attribute:meta])*
        pub struct $connection:ident;
        $(#[$edge_attribute:meta])*
        pub struct $edge:ident for
            $(#[$node_attribute:meta])+
            $node:ty { $($(#[$attribute:meta])* $field:ident: $type:ty),* $(,)? }
    ) => {
        $(#[$connection_attribute])*
        #[derive(::async_graphql::SimpleObject)]
        #[graphql(complex)]
        pub struct $connection {
            /// One page, in order.
            pub edges: Vec<$edge>,
            /// Where the page stands.
            pub page_info: $crate::PageInfo,
            #[graphql(skip)]
            total: Option<i64>,
        }

        #[::async_graphql::ComplexObject]
        impl $connection {
            /// How many there are in all; counted only when asked for.
            async fn total_count(&self) -> ::kit_graph::GraphResult<i32> {
                $crate::total_count(self.total)
            }
        }

        $(#[$edge_attribute])*
        #[derive(::async_graphql::SimpleObject)]
        pub struct $edge {
            /// Opaque position, for `after` and `before`.
            pub cursor: String,
            $(#[$node_attribute])+
            pub node: $node,
            $($(#[$attribute])* pub $field: $type,)*
        }

        impl $connection {
            /// The connection of a page, with the total when it was counted.
            pub fn new<T>(page: $crate::Page<T>, total: Option<i64>, edge: impl FnMut(T) -> $edge) -> Self {
                let $crate::Page { rows, has_previous, has_next } = page;
                let edges: Vec<$edge> = rows.into_iter().map(edge).collect();
                let page_info = $crate::PageInfo {
                    has_next_page: has_next,
                    has_previous_page: has_previous,
                    start_cursor: edges.first().map(|edge| edge.cursor.clone()),
                    end_cursor: edges.last().map(|edge| edge.cursor.clone()),
                };
                Self { edges, page_info, total }
            }
        }
    };
}
