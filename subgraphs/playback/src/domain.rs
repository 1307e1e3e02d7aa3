//! What playback is about: plain values and rules, without any input or output.

mod engagement;
mod event;
mod pattern;
mod progress;
mod seconds;
mod session;
mod sketch;
mod span;
mod watching;

pub(crate) use engagement::{FINE_BUCKETS, Retention, bucket_at, fold, seen};
pub(crate) use event::{Batch, BatchRefusal, EventKind, PlaybackEvent, position_ms};
pub(crate) use pattern::{Habits, PATTERN_DAYS_MAX, Pattern, WatchHour, first_hour};
pub(crate) use progress::{Progress, ViewStats, is_complete};
pub(crate) use seconds::WatchedSeconds;
pub(crate) use session::{EndReason, IDLE_US, Session, cut, free_slot};
pub(crate) use sketch::Sketch;
pub(crate) use span::{DAY_US, HOUR_US, Span, day_of};
pub(crate) use watching::{Advance, Mark};
