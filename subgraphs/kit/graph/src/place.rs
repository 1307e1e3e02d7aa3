//! Places.

use async_graphql::{InputObject, SimpleObject};

/// A cell of the weather service's 5 km grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, SimpleObject, InputObject)]
#[graphql(shareable, input_name = "GridPointInput")]
pub struct GridPoint {
    /// Column, from west.
    pub nx: i32,
    /// Row, from south.
    pub ny: i32,
}
