//! The domain's values as GraphQL spells them.

use async_graphql::Enum;
use kit_graph::TimeWindow;

use crate::domain::{self, Span};

/// What can happen in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::EventKind")]
pub(crate) enum PlaybackEventKind {
    /// Began or went on.
    Play,
    /// Paused.
    Pause,
    /// Jumped.
    Seek,
    /// Still playing.
    Heartbeat,
    /// Changed speed.
    RateChange,
    /// Ran dry.
    BufferStart,
    /// Went on after running dry.
    BufferEnd,
    /// Stopped.
    Stop,
    /// Reached the end.
    Complete,
    /// Failed.
    Error,
}

/// A window as the domain knows it.
pub(crate) fn span(window: TimeWindow) -> Span {
    match window {
        TimeWindow::Hour => Span::Hour,
        TimeWindow::Day => Span::Day,
        TimeWindow::Week => Span::Week,
        TimeWindow::Month => Span::Month,
        TimeWindow::All => Span::All,
    }
}

/// A number as GraphQL's `Int`, which ends earlier than the domain's.
pub(crate) fn int(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Whole seconds.
pub(crate) fn seconds(milliseconds: i64) -> i32 {
    int(milliseconds / 1_000)
}
