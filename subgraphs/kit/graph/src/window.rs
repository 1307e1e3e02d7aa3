//! Spans of time for charts.

use async_graphql::Enum;

/// A span of time that ends now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum TimeWindow {
    /// The last hour.
    Hour,
    /// The last day.
    Day,
    /// The last seven days.
    Week,
    /// The last thirty days.
    Month,
    /// All time.
    All,
}
