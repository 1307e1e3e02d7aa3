//! Spans of time for charts.

use async_graphql::Enum;

/// The span of time that a chart looks back on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum TimeWindow {
    /// The last hour.
    Hour,
    /// The last 24 hours.
    Day,
    /// The last 7 days.
    Week,
    /// The last 30 days.
    Month,
    /// Everything.
    All,
}
